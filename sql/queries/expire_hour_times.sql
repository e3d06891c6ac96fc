-- Their times.
DELETE FROM hour_times WHERE key IN (SELECT key FROM hour_times
	WHERE key < min(:hour, (SELECT min(rolled_day) + 1 FROM device) * 24) << 32 ORDER BY key LIMIT :limit);
