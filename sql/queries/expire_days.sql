-- Rolled-up days that are too old.
DELETE FROM day WHERE key IN (SELECT key FROM day WHERE key < :day << 32 ORDER BY key LIMIT :limit);
