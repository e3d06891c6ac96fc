-- Its selectors leave with it.
UPDATE selector SET current = 0 WHERE tunnel_id = :id;
