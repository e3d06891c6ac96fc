-- What happened to one tunnel, newest first.
SELECT event.*, coalesce(device.name, '') AS device, coalesce(device.context, '') AS context,
	coalesce(tunnel.peer, '') AS peer
FROM event LEFT JOIN device ON device.id = event.device_id LEFT JOIN tunnel ON tunnel.id = event.tunnel_id
WHERE event.tunnel_id = :tunnel_id AND event.tunnel_id <> 0 AND (:device_id = 0 OR event.device_id = :device_id) AND seq > :after_seq AND event.at_ms BETWEEN :from_ms AND :to_ms
ORDER BY seq DESC LIMIT :limit;
