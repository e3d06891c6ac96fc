-- All tunnels of a unit.
SELECT * FROM tunnel WHERE device = :name AND context = :context AND device_id = :id AND current = 1 ORDER BY no;
