-- The selectors of one unit.
SELECT * FROM selector WHERE device_id = :id AND current = 1 ORDER BY tunnel_id, local, remote;
