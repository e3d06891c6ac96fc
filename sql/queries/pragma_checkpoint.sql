-- Pages in the WAL before they are brought home: rows written at every poll are then written home once in many polls.
PRAGMA wal_autocheckpoint = 4000;
