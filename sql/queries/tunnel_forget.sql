-- A tunnel leaves the current state; its history stays.
UPDATE tunnel SET current = 0 WHERE id = :id;
