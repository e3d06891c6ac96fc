-- Full samples that are too old. What is not rolled up yet stays.
DELETE FROM hour WHERE key IN (SELECT key FROM hour
	WHERE key < min(:hour, (SELECT min(rolled_day) + 1 FROM device) * 24) << 32 ORDER BY key LIMIT :limit);
