-- Numbers of a unit's selectors, for packing.
SELECT no, id FROM selector WHERE device_id = :device_id ORDER BY no;
