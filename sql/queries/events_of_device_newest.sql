-- What happened on one unit, newest first.
SELECT event.*, coalesce(device.name, '') AS device, coalesce(device.context, '') AS context,
	coalesce(tunnel.peer, '') AS peer
FROM event LEFT JOIN device ON device.id = event.device_id LEFT JOIN tunnel ON tunnel.id = event.tunnel_id
WHERE event.device_id = :device_id AND (:after_seq = 0 OR seq < :after_seq) AND event.at_ms BETWEEN :from_ms AND :to_ms
ORDER BY seq DESC LIMIT :limit;
