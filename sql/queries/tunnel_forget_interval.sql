-- And its last status has an end.
UPDATE interval SET to_ms = max(from_ms, :at_ms) WHERE tunnel_id = :id AND to_ms = 0;
