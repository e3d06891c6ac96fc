-- The selectors of a unit with the numbers of their tunnels, tunnel by tunnel.
SELECT selector.no AS no, tunnel.no AS tunnel_no FROM selector JOIN tunnel ON tunnel.id = selector.tunnel_id
WHERE selector.device_id = :id ORDER BY tunnel.no, selector.no;
