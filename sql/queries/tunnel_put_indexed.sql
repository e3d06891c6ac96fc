-- The columns that indexes hang on, when they moved.
UPDATE tunnel SET current = 1, status = :status, flapping = :flapping, name = :name, owner = :owner
WHERE id = :id AND (current, status, flapping, name, owner) IS NOT (1, :status, :flapping, :name, :owner);
