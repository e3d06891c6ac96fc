-- The statuses of a tunnel that touch a range of time.
SELECT from_ms, to_ms, status, reason FROM interval
WHERE tunnel_id = :tunnel_id AND from_ms < :to_ms AND (to_ms = 0 OR to_ms > :from_ms)
	AND from_ms >= coalesce((SELECT max(from_ms) FROM interval WHERE tunnel_id = :tunnel_id AND from_ms <= :from_ms), 0)
ORDER BY from_ms;
