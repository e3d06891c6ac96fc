# vpntriage, the command line: one file for each subcommand.
bin_PROGRAMS += cli/vpntriage
cli_vpntriage_SOURCES = \
	%D%/ask.c %D%/ask.h \
	%D%/cli.h \
	%D%/config_file.c %D%/config_file.h \
	%D%/devices.c \
	%D%/explain.c \
	%D%/findings.c \
	%D%/fleet.c %D%/fleet.h \
	%D%/history.c \
	%D%/http.c %D%/http.h \
	%D%/lint.c \
	%D%/main.c \
	%D%/pair.c \
	%D%/parse.c \
	%D%/sheet.c \
	%D%/status.c \
	%D%/table.c %D%/table.h \
	%D%/tunnels.c
cli_vpntriage_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
cli_vpntriage_LDADD = $(COMMON_LIBS) $(VPNTRIAGE_LIBS) $(CURL_LIBS)
dist_man1_MANS += \
	%D%/vpntriage.1 \
	%D%/vpntriage-devices.1 \
	%D%/vpntriage-explain.1 \
	%D%/vpntriage-findings.1 \
	%D%/vpntriage-history.1 \
	%D%/vpntriage-lint.1 \
	%D%/vpntriage-pair.1 \
	%D%/vpntriage-parse.1 \
	%D%/vpntriage-sheet.1 \
	%D%/vpntriage-status.1 \
	%D%/vpntriage-tunnels.1

# The fields of every listing; a unit test holds it against the tables.
dist_man7_MANS += %D%/vpntriage-facts.7
# The catalogue of faults; a unit test holds it against the table.
dist_man7_MANS += %D%/vpntriage-faults.7
