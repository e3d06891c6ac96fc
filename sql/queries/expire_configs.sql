-- Configurations that were replaced too long ago; what a unit has now stays.
DELETE FROM config WHERE seq IN (SELECT seq FROM config WHERE to_ms < :at_ms
	AND EXISTS (SELECT 1 FROM config AS later WHERE later.device_id = config.device_id AND later.seq > config.seq)
	LIMIT :limit);
