-- How far a unit is rolled up.
UPDATE device SET rolled_day = :day WHERE id = :id;
