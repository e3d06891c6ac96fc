# Benchmarks: built and run by `make bench` alone. BENCHES run in this order; BENCH_BINARIES are those in C.
BENCH_BINARIES = \
	tests/bench/bench_diagnose \
	tests/bench/bench_config \
	tests/bench/bench_parse \
	tests/bench/bench_store \
	tests/bench/print_ipsec_sa
BENCH_FRAME = tests/bench/bench.c tests/bench/bench.h
BENCH_IPSEC_SA = tests/bench/ipsec_sa_text.c tests/bench/ipsec_sa_text.h
EXTRA_PROGRAMS += $(BENCH_BINARIES)
CLEANFILES += $(BENCH_BINARIES)
EXTRA_DIST += tests/bench/README.md tests/bench/bench_rows.py tests/bench/ipsec_sa.textfsm tests/bench/bench_textfsm.py \
	tests/bench/daemon_cost.py tests/bench/bench_poll.py tests/bench/bench_fleet.py

tests_bench_print_ipsec_sa_SOURCES = tests/bench/print_ipsec_sa.c $(BENCH_IPSEC_SA)
tests_bench_print_ipsec_sa_LDADD = $(VPNTRIAGE_LIBS)

tests_bench_bench_parse_SOURCES = tests/bench/bench_parse.c $(BENCH_FRAME) $(BENCH_IPSEC_SA)
tests_bench_bench_parse_LDADD = $(VPNTRIAGE_LIBS)
# Before the reference it is compared with.
BENCHES += tests/bench/bench_parse

BENCHES += tests/bench/bench_textfsm.py

tests_bench_bench_config_SOURCES = tests/bench/bench_config.c $(BENCH_FRAME)
tests_bench_bench_config_LDADD = $(VPNTRIAGE_LIBS)
BENCHES += tests/bench/bench_config

tests_bench_bench_store_SOURCES = tests/bench/bench_store.c $(BENCH_FRAME)
tests_bench_bench_store_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_bench_store_LDADD = $(STORE_LIBS) -lm
EXTRA_DIST += tests/bench/row_a_sample.sql
BENCHES += tests/bench/bench_store

BENCHES += tests/bench/bench_poll.py
BENCHES += tests/bench/bench_fleet.py

tests_bench_bench_diagnose_SOURCES = tests/bench/bench_diagnose.c $(BENCH_FRAME)
tests_bench_bench_diagnose_LDADD = $(COMMON_LIBS) $(VPNTRIAGE_LIBS)
BENCHES += tests/bench/bench_diagnose
