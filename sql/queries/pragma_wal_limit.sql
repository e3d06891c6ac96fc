-- A WAL that grew while a reader held it back is cut to this when it starts again.
PRAGMA journal_size_limit = 67108864;
