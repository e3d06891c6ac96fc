/* SPDX-License-Identifier: MIT
 * The subcommands that ask vpntriage-web: their options, and the lists among them from option to table.
 */
#include "config.h"

#include "cli/ask.h"

#include <assert.h>
#include <getopt.h>

#include "cli/fleet.h"

static const struct option common[] = {
	{ "url", required_argument, NULL, 'u' },
	{ "token-file", required_argument, NULL, 'T' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
};
enum { COMMON = sizeof common / sizeof *common };

/* The options as getopt_long wants them, long and short. */
struct getopt_words {
	struct option known[COMMON + ASK_OPTIONS + 1];
	char letters[2 * (COMMON + ASK_OPTIONS) + 1];
};

static void add_words(struct getopt_words *words, size_t i, struct option option)
{
	char *letter = words->letters;
	while (*letter)
		letter++;
	words->known[i] = option;
	*letter++ = (char)option.val;
	if (option.has_arg == required_argument)
		*letter = ':';
}

static struct getopt_words words_of(const struct ask_option *options)
{
	struct getopt_words words = { 0 };
	size_t n = 0;
	for (; n < COMMON; n++)
		add_words(&words, n, common[n]);
	for (; options && options->name; options++, n++) {
		assert(n < COMMON + ASK_OPTIONS);
		add_words(&words, n,
			  (struct option){ options->name, options->is_flag ? no_argument : required_argument, NULL,
					   options->letter });
	}
	return words;
}

static bool take_own(const struct ask_option *options, int letter, const char *value, struct ask *ask)
{
	for (size_t i = 0; options && options[i].name; i++)
		if (options[i].letter == letter) {
			ask->values[i] = options[i].is_flag ? "true" : value;
			return true;
		}
	return false;
}

bool ask_read(const struct cli_command *self, int argc, char **argv, const struct ask_option *options, int arguments,
	      struct ask *ask, int *code)
{
	const struct getopt_words words = words_of(options);
	int letter;
	*ask = (struct ask){ 0 };
	optind = 1;
	while ((letter = getopt_long(argc, argv, words.letters, words.known, NULL)) != -1) {
		if (letter == 'h') {
			*code = cli_help(self);
			return false;
		}
		if (letter == 'u') {
			ask->http.url = optarg;
		} else if (letter == 'T') {
			ask->http.token_file = optarg;
		} else if (letter == 'j') {
			ask->json = true;
		} else if (!take_own(options, letter, optarg, ask)) {
			*code = cli_usage(self);
			return false;
		}
	}
	if (argc - optind == arguments)
		return true;
	*code = cli_usage(self);
	return false;
}

void ask_add(const struct ask_option *options, const struct ask *ask, struct vt_buf *path)
{
	for (size_t i = 0; options[i].name; i++)
		http_add_parameter(path, options[i].name, ask->values[i]);
}

static int show(const struct cli_command *self, struct http *http, const struct ask_list *list, const json_t *items)
{
	json_t *status;
	int code = http_get(http, "/api/v1/status", &status);
	if (code != CLI_OK)
		return code;
	struct vt_arena *arena = vt_arena_new();
	list->print(arena, items, status);
	fleet_warn(self, arena, status);
	vt_arena_free(arena);
	json_decref(status);
	return CLI_OK;
}

int ask_list(const struct cli_command *self, int argc, char **argv, const struct ask_list *list)
{
	struct ask ask;
	struct vt_buf path = { 0 };
	json_t *items;
	int code;
	if (!ask_read(self, argc, argv, list->options, 0, &ask, &code))
		return code;
	struct http *http = http_new(self, &ask.http, &code);
	if (!http)
		return code;
	vt_buf_str(&path, vt_str_of(list->path));
	ask_add(list->options, &ask, &path);
	if (list->not_in_table && !ask.json)
		http_add_parameter(&path, list->not_in_table, "false");
	code = http_get_all(http, path.p, &items);
	if (code == CLI_OK && ask.json) {
		fleet_print_json(json_pack("{s:o}", "items", items));
	} else if (code == CLI_OK) {
		code = show(self, http, list, items);
		json_decref(items);
	}
	vt_buf_free(&path);
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
