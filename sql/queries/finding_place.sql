-- Where a finding stands in the order of lists.
SELECT severity, device, context, no FROM finding WHERE id = :id;
