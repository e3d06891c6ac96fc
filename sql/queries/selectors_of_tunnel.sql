-- The selectors of one tunnel.
SELECT * FROM selector WHERE tunnel_id = :id AND current = 1 ORDER BY local, remote;
