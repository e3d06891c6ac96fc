-- Tunnels of which no selector and no state is left.
DELETE FROM tunnel WHERE no IN (SELECT no FROM tunnel WHERE current = 0 AND left_at_ms < :at_ms
	AND NOT EXISTS (SELECT 1 FROM selector WHERE selector.tunnel_id = tunnel.id)
	AND NOT EXISTS (SELECT 1 FROM interval WHERE interval.tunnel_id = tunnel.id) LIMIT :limit);
