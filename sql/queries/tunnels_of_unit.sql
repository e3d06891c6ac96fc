-- All tunnels of a unit.
SELECT * FROM tunnel WHERE device_id = :id AND current = 1 ORDER BY no;
