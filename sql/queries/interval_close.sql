-- Closes the status that a tunnel left.
UPDATE interval SET to_ms = max(from_ms, :from_ms)
WHERE tunnel_id = :tunnel_id AND to_ms = 0 AND from_ms <> :from_ms;
