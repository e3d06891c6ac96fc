-- Opens the one it is in, or corrects it.
INSERT INTO interval (tunnel_id, from_ms, to_ms, status, reason) VALUES (:tunnel_id, :from_ms, 0, :status, :reason)
ON CONFLICT (tunnel_id, from_ms) DO UPDATE SET to_ms = 0, status = :status, reason = :reason
	WHERE (to_ms, status, reason) IS NOT (0, :status, :reason);
