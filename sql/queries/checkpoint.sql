-- Moves what is in the WAL home, as far as no reader needs it where it is.
PRAGMA wal_checkpoint(PASSIVE);
