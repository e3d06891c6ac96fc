-- Zero in a database that nobody has written yet.
PRAGMA schema_version;
