-- One tunnel that is there now.
SELECT * FROM tunnel WHERE id = :id AND current = 1;
