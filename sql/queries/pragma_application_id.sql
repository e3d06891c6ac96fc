-- Whose database it is.
PRAGMA application_id;
