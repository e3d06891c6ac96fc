-- The newest poll: the generation of the database.
SELECT max(seq) AS seq FROM journal;
