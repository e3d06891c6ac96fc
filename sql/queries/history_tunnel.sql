-- What history has to know about a tunnel: its number, and its unit's.
SELECT tunnel.no AS tunnel_no, device.no AS device_no, device.id AS device_id, device.journal_seq, device.folded_seq
FROM tunnel JOIN device ON device.id = tunnel.device_id WHERE tunnel.id = :id;
