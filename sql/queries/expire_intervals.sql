-- States that ended too long ago.
DELETE FROM interval WHERE (tunnel_id, from_ms) IN (SELECT tunnel_id, from_ms FROM interval
	WHERE to_ms > 0 AND to_ms < :at_ms LIMIT :limit);
