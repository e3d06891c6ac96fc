/* SPDX-License-Identifier: MIT
 * vpntriage: what its subcommands share.
 *
 * A subcommand is one file with one function cli_<name>() and one row of the table in main.c. It prints its answer
 * on standard output, everything else on standard error, and returns an exit code.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/status.h"

enum cli_exit {
	CLI_OK = 0,
	CLI_PARTLY =
		1, /* an answer, but not the whole one: lines skipped, a listing cut short or refused; lint: findings */
	CLI_USAGE = 2,
	CLI_UNREADABLE = 3,   /* a file that cannot be read */
	CLI_UNRECOGNISED = 4, /* nothing in the input is output of a command that is known */
	CLI_NO_SERVER = 5,    /* vpntriage-web does not answer */
	CLI_REFUSED = 6,      /* vpntriage-web answered with an error */
	CLI_NOT_FOUND = 7,    /* it answered, and there is no such thing */
};

struct cli_command {
	const char *name, *summary;
	const char *usage;                                                 /* the arguments, "[-c COMMAND] [FILE...]" */
	int (*run)(const struct cli_command *self, int argc, char **argv); /* argv[0] is the subcommand */
};

/* "vpntriage parse: …" on standard error, with a line end. */
void cli_complain(const struct cli_command *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The usage on standard error; answers CLI_USAGE. */
int cli_usage(const struct cli_command *self);
/* The usage on standard output; answers CLI_OK. */
int cli_help(const struct cli_command *self);
/* Ends standard output: a full disk or a closed pipe is an error as well. Answers `code`, or CLI_UNREADABLE. */
int cli_finish(const struct cli_command *self, int code);

int cli_devices(const struct cli_command *self, int argc, char **argv);
int cli_explain(const struct cli_command *self, int argc, char **argv);
int cli_findings(const struct cli_command *self, int argc, char **argv);
int cli_history(const struct cli_command *self, int argc, char **argv);
int cli_lint(const struct cli_command *self, int argc, char **argv);
int cli_pair(const struct cli_command *self, int argc, char **argv);
int cli_parse(const struct cli_command *self, int argc, char **argv);
int cli_sheet(const struct cli_command *self, int argc, char **argv);
int cli_status(const struct cli_command *self, int argc, char **argv);
int cli_tunnels(const struct cli_command *self, int argc, char **argv);

#endif
