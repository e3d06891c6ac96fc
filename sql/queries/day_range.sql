-- The oldest and the newest rolled-up day.
SELECT coalesce((SELECT min(key) >> 32 FROM day), 0) AS oldest, coalesce((SELECT max(key) >> 32 FROM day), -1) AS newest;
