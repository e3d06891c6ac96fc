-- A selector, new or changed.
INSERT INTO selector (id, tunnel_id, device_id, local, remote, current, status, status_since_ms, spi_in, spi_out,
	spi_since_ms, crypto_map, sequence, rekeys, path_mtu)
VALUES (:id, :tunnel_id, :device_id, :local, :remote, 1, :status, :status_since_ms, :spi_in, :spi_out,
	:spi_since_ms, :crypto_map, :sequence, :rekeys, :path_mtu)
ON CONFLICT (id) DO UPDATE SET
	current = 1, status = :status, status_since_ms = :status_since_ms, spi_in = :spi_in, spi_out = :spi_out,
	spi_since_ms = :spi_since_ms, crypto_map = :crypto_map, sequence = :sequence, rekeys = :rekeys, path_mtu = :path_mtu
RETURNING no;
