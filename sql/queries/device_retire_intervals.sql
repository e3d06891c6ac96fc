-- What nobody sees any more ends now: so its last status has an end.
UPDATE interval SET to_ms = max(from_ms, :at_ms)
WHERE to_ms = 0 AND tunnel_id IN (SELECT id FROM tunnel WHERE device_id = :id);
