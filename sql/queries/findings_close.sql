-- What this reading of its configuration does not show any more.
UPDATE finding SET gone_ms = :at_ms WHERE device_id = :device_id AND gone_ms = 0 AND seen_ms <> :at_ms;
