-- What its configuration showed is nobody's concern any more.
UPDATE finding SET gone_ms = max(seen_ms, :at_ms) WHERE device_id = :id AND gone_ms = 0;
