-- One tunnel's rolled-up day.
SELECT hours FROM day WHERE key = :day << 32 | :tunnel_no;
