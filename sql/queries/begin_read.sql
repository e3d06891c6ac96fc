-- A reader sees one moment over several statements.
BEGIN;
