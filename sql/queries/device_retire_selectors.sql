-- And its selectors.
UPDATE selector SET current = 0 WHERE device_id = :id;
