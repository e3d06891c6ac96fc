-- When the configuration of one unit changed, newest first.
SELECT event.*, coalesce(device.name, '') AS device, coalesce(device.context, '') AS context, '' AS peer
FROM event LEFT JOIN device ON device.id = event.device_id
WHERE event.device_id = :device_id AND event.tunnel_id = 0 AND kind = 'config-changed'
	AND (:after_seq = 0 OR seq < :after_seq) AND event.at_ms BETWEEN :from_ms AND :to_ms
ORDER BY seq DESC LIMIT :limit;
