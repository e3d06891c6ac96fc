-- A finding: new, still there, or there again.
INSERT INTO finding (id, device_id, tunnel_id, device, context, rule, fault, severity, confidence, subject, peer, says,
	advice, evidence, since_ms, seen_ms, gone_ms)
VALUES (:id, :device_id, :tunnel_id, :device, :context, :rule, :fault, :severity, :confidence, :subject, :peer, :says,
	:advice, :evidence, :since_ms, :seen_ms, 0)
ON CONFLICT (id) DO UPDATE SET
	fault = :fault, severity = :severity, confidence = :confidence, advice = :advice, evidence = :evidence,
	since_ms = iif(gone_ms = 0, since_ms, :since_ms), seen_ms = :seen_ms, gone_ms = 0;
