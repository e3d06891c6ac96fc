# Listings in the shape a device prints them, written by us: one folder a command. Where there is a .json beside the
# .txt, it is what `vpntriage parse` makes of it; INDEX.tsv says what each pair shows.
EXTRA_DIST += \
	%D%/INDEX.tsv \
	%D%/packet-tracer \
	%D%/ping \
	%D%/show_access-list \
	%D%/show_asp_drop \
	%D%/show_asp_table_vpn-context_detail \
	%D%/show_context \
	%D%/show_crypto_ca_certificates \
	%D%/show_crypto_ikev2_sa \
	%D%/show_crypto_ipsec_sa \
	%D%/show_crypto_ipsec_stats \
	%D%/show_crypto_isakmp_sa \
	%D%/show_failover \
	%D%/show_interface_ip_brief \
	%D%/show_logging \
	%D%/show_names \
	%D%/show_nat_detail \
	%D%/show_route \
	%D%/show_version \
	%D%/show_vpn-sessiondb \
	%D%/show_vpn-sessiondb_detail_l2l \
	%D%/transcripts
TESTS += %D%/own_corpus.py
EXTRA_DIST += %D%/own_corpus.py

# Real listings, in place; skipped where there are none.
TESTS += %D%/config_corpus.py %D%/device_corpus.py %D%/shared_corpus.py
EXTRA_DIST += %D%/config_corpus.py %D%/device_corpus.py %D%/shared_corpus.py
