/* SPDX-License-Identifier: MIT
 * vpntriage: the command line. This file only finds the subcommand.
 */
#include "config.h"

#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct cli_command commands[] = {
	{ "parse", "reads pasted show commands and prints what they say as JSON", "[-c COMMAND] [--compact] [FILE...]",
	  cli_parse },
	{ "explain", "says what is wrong with the tunnels in pasted output, and on what evidence",
	  "[--peer ADDRESS] [--json | --markdown] [FILE...]", cli_explain },
	{ "lint", "says what is wrong with a running configuration, and where", "[--json] [--no-advice] [FILE...]", cli_lint },
	{ "sheet", "writes what the other end of a tunnel needs to know about ours",
	  "[--markdown] {FILE | DEVICE} PEER [--json] [--url URL] [--token-file FILE]", cli_sheet },
	{ "status", "shows the fleet on one screen", "[--json] [--url URL] [--token-file FILE]", cli_status },
	{ "tunnels", "lists tunnels and why they are as they are",
	  "[--status LIST] [--device NAME] [--peer ADDRESS] [--q TEXT] [--flapping] [--json] [--url URL] [--token-file "
	  "FILE]",
	  cli_tunnels },
	{ "devices", "lists devices and what polling them costs",
	  "[--state STATE] [--q TEXT] [--json] [--url URL] [--token-file FILE]", cli_devices },
	{ "findings", "lists what the configurations of the fleet show by themselves",
	  "[--device NAME] [--severity SEVERITY] [--rule RULE] [--fault FAULT] [--json] [--url URL] [--token-file "
	  "FILE]",
	  cli_findings },
	{ "pair", "compares both ends of a tunnel, and says where packets are lost",
	  "DEVICE PEER [--window DURATION] [--no-advice] [--json] [--url URL] [--token-file FILE]", cli_pair },
	{ "history", "shows what flowed through a tunnel",
	  "DEVICE PEER [--from TIME] [--to TIME] [--step DURATION] [--json] [--url URL] [--token-file FILE]",
	  cli_history },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

void cli_complain(const struct cli_command *self, const char *format, ...)
{
	va_list args;
	fprintf(stderr, "vpntriage %s: ", self->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int cli_usage(const struct cli_command *self)
{
	fprintf(stderr, "usage: vpntriage %s %s\n", self->name, self->usage);
	return CLI_USAGE;
}

int cli_help(const struct cli_command *self)
{
	printf("usage: vpntriage %s %s\n\nvpntriage %s %s.\nmore: man vpntriage-%s\n", self->name, self->usage,
	       self->name, self->summary, self->name);
	return cli_finish(self, CLI_OK);
}

int cli_finish(const struct cli_command *self, int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	cli_complain(self, "cannot write the answer (%s)", strerror(errno));
	return CLI_UNREADABLE;
}

static int print_help(FILE *to)
{
	fputs("usage: vpntriage COMMAND [ARGUMENT...]\n\n", to);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n  vpntriage COMMAND --help tells the arguments of one; more: man vpntriage\n", to);
	return to == stderr ? CLI_USAGE : CLI_OK;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return print_help(stderr);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
		return print_help(stdout);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts(PACKAGE_STRING);
		return CLI_OK;
	}
	for (int i = 0; i < COMMANDS; i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(&commands[i], argc - 1, argv + 1);
	}
	fprintf(stderr, "vpntriage: there is no command \"%s\"\n\n", argv[1]);
	return print_help(stderr);
}
