-- A page of what the configurations show now, the worst first. The place of the last page's end is :after_….
SELECT finding.id, finding.device_id, coalesce(tunnel.id, 0) AS tunnel_id, finding.device, finding.context, rule, fault,
	severity, confidence, subject, finding.peer, says, advice, evidence, since_ms
FROM finding INDEXED BY finding_now LEFT JOIN tunnel ON tunnel.id = finding.tunnel_id AND tunnel.current = 1
WHERE gone_ms = 0 AND (-severity, finding.device, finding.context, finding.no)
		> (-:after_severity, :after_device, :after_context, :after_no)
	AND (:device IS NULL OR finding.device = :device) AND (:context IS NULL OR finding.context = :context)
	AND (:severity < 0 OR severity = :severity)
	AND (:rule IS NULL OR rule = :rule) AND (:fault IS NULL OR fault = :fault)
ORDER BY severity DESC, finding.device, finding.context, finding.no LIMIT :limit;
