-- The tunnels of a unit that may have samples.
SELECT no FROM tunnel WHERE device_id = :id ORDER BY no;
