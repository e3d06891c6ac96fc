-- Its tunnels leave with it.
UPDATE tunnel SET current = 0 WHERE device_id = :id AND device = :name AND context = :context AND current = 1;
