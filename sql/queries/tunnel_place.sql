-- Where a tunnel stands in the order of lists; also one that has left since.
SELECT device, context, peer FROM tunnel WHERE id = :id;
