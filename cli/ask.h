/* SPDX-License-Identifier: MIT
 * The subcommands that ask vpntriage-web: their options, and the lists among them from option to table.
 *
 * Each has --url, --token-file, --json and --help; a filter is an option that bears the name of the API's parameter.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "base/arena.h"
#include "cli/http.h"

struct ask_option {
	const char *name; /* NULL ends the list */
	char letter;
	bool is_flag; /* takes no argument; the parameter is "true" */
};
enum { ASK_OPTIONS = 8 };

struct ask {
	struct http_options http;
	bool json;
	const char *values[ASK_OPTIONS]; /* in the order of the options; NULL: not given */
};

/* Reads the command line: `options` may be NULL, `arguments` is how many follow them (from argv[optind] on). False: it
 * was said what is wrong, or the help was asked for; `code` is what to exit with. */
bool ask_read(const struct cli_command *self, int argc, char **argv, const struct ask_option *options, int arguments,
	      struct ask *ask, int *code);
/* Appends what was given to a path. */
void ask_add(const struct ask_option *options, const struct ask *ask, struct vt_buf *path);

struct ask_list {
	const char *path;
	const char *not_in_table; /* a parameter that is "false" when the table is printed, which does not show it */
	const struct ask_option *options;
	/* The table and the line below it. */
	void (*print)(struct vt_arena *arena, const json_t *items, const json_t *status);
};
/* The whole subcommand; answers its exit code. */
int ask_list(const struct cli_command *self, int argc, char **argv, const struct ask_list *list);

#endif
