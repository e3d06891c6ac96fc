-- Events that are too old. They stand nearly in the order of time, so only the first few are looked at.
DELETE FROM event WHERE seq IN (SELECT seq FROM (SELECT seq, at_ms FROM event ORDER BY seq LIMIT :limit)
	WHERE at_ms < :at_ms);
