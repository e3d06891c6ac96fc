-- The number of the newest migration.
PRAGMA user_version;
