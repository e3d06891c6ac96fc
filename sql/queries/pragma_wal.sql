-- Readers go on while the daemon writes. Answers the mode that is now in force.
PRAGMA journal_mode = WAL;
