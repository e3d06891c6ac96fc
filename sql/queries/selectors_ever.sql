-- The selectors of one tunnel that history may know.
SELECT no, id, local, remote FROM selector WHERE tunnel_id = :id ORDER BY local, remote;
