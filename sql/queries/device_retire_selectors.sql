-- And its selectors.
UPDATE selector SET current = 0, left_at_ms = :at_ms WHERE device_id = :id AND current = 1;
