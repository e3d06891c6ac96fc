-- What happened to one tunnel, and to the whole unit it ends on, newest first.
WITH own AS (
	SELECT seq FROM event WHERE tunnel_id = :tunnel_id AND tunnel_id <> 0 AND (:device_id = 0 OR device_id = :device_id)
		AND (:after_seq = 0 OR seq < :after_seq) AND at_ms BETWEEN :from_ms AND :to_ms
	ORDER BY seq DESC LIMIT :limit
), of_unit AS (
	SELECT seq FROM event WHERE device_id = (SELECT tunnel.device_id FROM tunnel WHERE tunnel.id = :tunnel_id)
		AND tunnel_id = 0 AND (:device_id = 0 OR device_id = :device_id)
		AND kind IN ('config-changed', 'failover', 'reboot')
		AND (:after_seq = 0 OR seq < :after_seq) AND at_ms BETWEEN :from_ms AND :to_ms
	ORDER BY seq DESC LIMIT :limit
)
SELECT event.*, coalesce(device.name, '') AS device, coalesce(device.context, '') AS context,
	coalesce(tunnel.peer, '') AS peer
FROM event LEFT JOIN device ON device.id = event.device_id LEFT JOIN tunnel ON tunnel.id = event.tunnel_id
WHERE seq IN (SELECT seq FROM own UNION ALL SELECT seq FROM of_unit)
ORDER BY seq DESC LIMIT :limit;
