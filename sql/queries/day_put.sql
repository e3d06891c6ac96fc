-- A rolled-up day.
INSERT INTO day (key, hours) VALUES (:day << 32 | :tunnel_no, :blob)
ON CONFLICT (key) DO UPDATE SET hours = excluded.hours;
