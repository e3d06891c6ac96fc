-- How many tunnels have a part of a word in them; counted only so far.
SELECT count(*) AS tunnels FROM (SELECT rowid FROM tunnel_words WHERE tunnel_words MATCH :words LIMIT :most);
