-- A tunnel leaves the current state; its history stays.
UPDATE tunnel SET current = 0, left_at_ms = :at_ms WHERE id = :id AND current = 1;
