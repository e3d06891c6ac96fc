-- How many tunnels there are of each kind.
SELECT status, flapping, tunnels FROM tunnel_count;
