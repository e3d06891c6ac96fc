# vpntriage, the command line: one file for each subcommand.
bin_PROGRAMS += cli/vpntriage
cli_vpntriage_SOURCES = \
	%D%/cli.h \
	%D%/main.c \
	%D%/parse.c
cli_vpntriage_LDADD = $(COMMON_LIBS) $(VPNTRIAGE_LIBS)

# The fields of every listing; a unit test holds it against the tables.
dist_man7_MANS += %D%/vpntriage-facts.7
