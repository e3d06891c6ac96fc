-- Its tunnels leave with it.
UPDATE tunnel SET current = 0 WHERE device_id = :id AND current = 1;
