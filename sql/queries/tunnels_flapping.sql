-- A page of the tunnels that flap.
SELECT id, device, context, peer FROM tunnel INDEXED BY tunnel_flapping
WHERE current = 1 AND flapping = 1 AND (device, context, peer) > (:after_device, :after_context, :after_peer)
	AND (:device IS NULL OR device = :device) AND (:peer IS NULL OR peer = :peer)
	AND (:flapping < 0 OR flapping = :flapping)
	AND (:statuses IS NULL OR instr(:statuses, ',' || status || ','))
	AND (:q IS NULL OR vt_contains(:q, device, peer, name, owner))
ORDER BY device, context, peer LIMIT :limit;
