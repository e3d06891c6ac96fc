-- Off by default, in every connection.
PRAGMA foreign_keys = ON;
