-- A page of tunnels of one device, or of one context of it.
SELECT id, device, context, peer FROM tunnel INDEXED BY tunnel_by_place
WHERE current = 1 AND device = :device AND (context, peer) > (:after_context, :after_peer)
	AND (:context IS NULL OR context = :context)
	AND (:peer IS NULL OR peer = :peer)
	AND (:flapping < 0 OR flapping = :flapping)
	AND (:statuses IS NULL OR instr(:statuses, ',' || status || ','))
	AND (:q IS NULL OR vt_contains(:q, device, peer, name, owner))
ORDER BY device, context, peer LIMIT :limit;
