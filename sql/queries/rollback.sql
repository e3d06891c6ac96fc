-- Undoes one.
ROLLBACK;
