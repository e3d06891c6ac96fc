-- The tunnels of other units that protect the networks of this one the other way round, where one of the two addresses
-- fits: what translates between them hides the other one. A second row says that it cannot be told.
SELECT DISTINCT there.id
FROM tunnel AS there
CROSS JOIN selector AS mirror ON mirror.tunnel_id = there.id AND mirror.current = 1
CROSS JOIN (SELECT local, remote FROM selector WHERE tunnel_id = :id AND current = 1 ORDER BY local, remote LIMIT 20) AS own
	ON own.local = mirror.remote AND own.remote = mirror.local
WHERE there.current = 1 AND there.device_id <> :device_id AND (there.peer = :local_addr OR there.local_addr = :peer)
LIMIT 2;
