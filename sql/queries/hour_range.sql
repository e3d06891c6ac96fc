-- The oldest and the newest folded hour.
SELECT coalesce((SELECT min(key) >> 32 FROM hour), 0) AS oldest, coalesce((SELECT max(key) >> 32 FROM hour), -1) AS newest;
