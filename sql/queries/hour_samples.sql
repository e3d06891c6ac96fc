-- One tunnel's hour alone.
SELECT samples FROM hour WHERE key = :hour << 32 | :tunnel_no;
