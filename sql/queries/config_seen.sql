-- It still has it.
UPDATE config SET to_ms = :at_ms WHERE seq = :seq;
