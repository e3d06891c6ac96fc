-- A page of the few tunnels that have a part of a word in them.
SELECT id, device, context, peer FROM tunnel
WHERE no IN (SELECT rowid FROM tunnel_words WHERE tunnel_words MATCH :words)
	AND current = 1 AND (device, context, peer) > (:after_device, :after_context, :after_peer)
	AND (:flapping < 0 OR flapping = :flapping)
	AND (:statuses IS NULL OR instr(:statuses, ',' || status || ','))
	AND vt_contains(:q, device, peer, name, owner)
ORDER BY device, context, peer LIMIT :limit;
