-- Its selectors leave with it.
UPDATE selector SET current = 0, left_at_ms = :at_ms WHERE tunnel_id = :id AND current = 1;
