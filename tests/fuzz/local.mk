# Fuzz targets. Each is three lines here, a fuzz_<x>.c and a folder seeds/<x>/; README.md says how they run.
FUZZ_TARGETS =
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/seeds
if FUZZ
# With an engine they would run for ever: `make fuzz` gives each its time.
FUZZ_MAIN = tests/fuzz/fuzz.h
FUZZ_LIBS = $(FUZZ_ENGINE)
noinst_PROGRAMS += $(FUZZ_TARGETS)
else
FUZZ_MAIN = tests/fuzz/fuzz.h tests/fuzz/replay.c
FUZZ_LIBS = $(COMMON_LIBS)
check_PROGRAMS += $(FUZZ_TARGETS)
TESTS += $(FUZZ_TARGETS)
endif
CLEANFILES += fuzz_*.crash

FUZZ_SECONDS = 10
fuzz: $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do \
		name=$${target##*/}; found=fuzz-corpus/$$name; mkdir -p "$$found" || exit 1; \
		echo "== $$name, $(FUZZ_SECONDS) s"; \
		"$$target" -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -max_len=65536 -verbosity=0 -print_final_stats=1 \
			-artifact_prefix="$$name." "$$found" '$(abs_top_srcdir)'/tests/fuzz/seeds/"$${name#fuzz_}" || exit 1; \
	done
.PHONY: fuzz
CLEANFILES += fuzz-corpus/*/*

FUZZ_TARGETS += tests/fuzz/fuzz_base
tests_fuzz_fuzz_base_SOURCES = tests/fuzz/fuzz_base.c $(FUZZ_MAIN)
tests_fuzz_fuzz_base_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_settings
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c $(FUZZ_MAIN)
tests_fuzz_fuzz_settings_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_pack
tests_fuzz_fuzz_pack_SOURCES = tests/fuzz/fuzz_pack.c $(FUZZ_MAIN)
tests_fuzz_fuzz_pack_LDADD = $(FUZZ_LIBS) $(STORE_LIBS)
FUZZ_TARGETS += tests/fuzz/fuzz_command
tests_fuzz_fuzz_command_SOURCES = tests/fuzz/fuzz_command.c $(FUZZ_MAIN)
tests_fuzz_fuzz_command_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_terminal
tests_fuzz_fuzz_terminal_SOURCES = tests/fuzz/fuzz_terminal.c $(FUZZ_MAIN)
tests_fuzz_fuzz_terminal_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_listing
tests_fuzz_fuzz_listing_SOURCES = tests/fuzz/fuzz_listing.c $(FUZZ_MAIN)
tests_fuzz_fuzz_listing_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_request
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_request_LDADD = $(FUZZ_LIBS) $(WEB_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_clean
tests_fuzz_fuzz_clean_SOURCES = tests/fuzz/fuzz_clean.c $(FUZZ_MAIN)
tests_fuzz_fuzz_clean_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_transcript
tests_fuzz_fuzz_transcript_SOURCES = tests/fuzz/fuzz_transcript.c $(FUZZ_MAIN)
tests_fuzz_fuzz_transcript_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_config
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(FUZZ_MAIN)
tests_fuzz_fuzz_config_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)

FUZZ_TARGETS += tests/fuzz/fuzz_explain
tests_fuzz_fuzz_explain_SOURCES = tests/fuzz/fuzz_explain.c $(FUZZ_MAIN)
tests_fuzz_fuzz_explain_LDADD = $(FUZZ_LIBS) $(VPNTRIAGE_LIBS)
