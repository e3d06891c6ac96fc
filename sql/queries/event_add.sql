-- Something happened.
INSERT INTO event (at_ms, kind, device_id, tunnel_id, selector_id, from_state, to_state, detail)
VALUES (:at_ms, :kind, :device_id, :tunnel_id, :selector_id, :from_state, :to_state, :detail);
