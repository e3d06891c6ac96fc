/* SPDX-License-Identifier: MIT
 * vpntriage parse: files or a paste in, JSON out.
 */
#include "config.h"

#include "cli/cli.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "json/shape.h"

#include <getopt.h>
#include <stdio.h>

/* Several times the largest listing a firewall of this kind can print. */
enum { MAX_INPUT_BYTES = 1 << 30 };

struct options {
	struct vt_str command;
	bool compact;
};

struct collection {
	struct vt_arena *arena;
	struct vt_listing **listings;
	size_t len, cap;
};

/* What is worse wins: nothing recognised is worse than something skipped. */
static int code_of(struct vt_listing *const *listings, size_t len)
{
	int code = CLI_OK;
	bool any = false;
	for (size_t i = 0; i < len; i++) {
		const struct vt_listing *l = listings[i];
		any |= l->status != VT_E_UNKNOWN_COMMAND && l->status != VT_E_NOT_THIS_COMMAND;
		if (l->status != VT_OK || l->report.skipped || l->report.truncated)
			code = CLI_PARTLY;
	}
	return any ? code : CLI_UNRECOGNISED;
}

static void print(struct vt_listing *const *listings, size_t len, bool compact)
{
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, compact ? 0 : 2);
	if (len > 1)
		vt_json_array(&json);
	for (size_t i = 0; i < len; i++)
		vt_listing_json(listings[i], &json);
	if (len > 1)
		vt_json_array_end(&json);
	vt_buf_char(&out, '\n');
	fwrite(out.p, 1, out.len, stdout);
	vt_buf_free(&out);
}

/* Cleans the text in place and appends its listings. */
static void parse_text(struct vt_buf *text, const struct options *options, struct collection *all)
{
	size_t len;
	vt_clean(text->p, &text->len, NULL);
	struct vt_listing **listings = vt_transcript_parse(vt_buf_view(text), options->command, all->arena, &len);
	for (size_t i = 0; i < len; i++)
		*VT_PUSH(all->arena, all->listings, all->len, all->cap) = listings[i];
}

/* Every file is a transcript of its own, so that `names` of one device do not rename addresses of another. The texts
 * stay until the end: facts are views into them. */
static int parse_files(const struct cli_command *self, char **paths, size_t n, const struct options *options,
		       struct collection *all)
{
	struct vt_buf *texts = VT_NEW_ARRAY(all->arena, struct vt_buf, n);
	struct vt_error error;
	int code = CLI_OK;
	for (size_t i = 0; i < n; i++) {
		size_t before = all->len;
		if (read_file(paths[i], MAX_INPUT_BYTES, &texts[i], &error) != VT_OK) {
			cli_complain(self, "%s", error.text);
			code = CLI_UNREADABLE;
			continue;
		}
		parse_text(&texts[i], options, all);
		int of_this = code_of(all->listings + before, all->len - before);
		if (of_this == CLI_UNRECOGNISED)
			cli_complain(self, "no output of a known command is in %s",
				     strcmp(paths[i], "-") ? paths[i] : "standard input");
		code = of_this > code ? of_this : code;
	}
	if (all->len)
		print(all->listings, all->len, options->compact);
	for (size_t i = 0; i < n; i++)
		vt_buf_free(&texts[i]);
	return code;
}

int cli_parse(const struct cli_command *self, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "command", required_argument, NULL, 'c' },
		{ "compact", no_argument, NULL, 'C' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;
	while ((option = getopt_long(argc, argv, "c:h", long_options, NULL)) != -1) {
		if (option == 'c')
			options.command = vt_str_of(optarg);
		else if (option == 'C')
			options.compact = true;
		else
			return option == 'h' ? cli_help(self) : cli_usage(self);
	}
	if (options.command.p && vt_listing_of_command(options.command) == VT_LISTING_UNKNOWN) {
		cli_complain(self, "no parser reads \"%s\"", options.command.p);
		return CLI_USAGE;
	}
	static char standard_input[] = "-";
	char *only[] = { standard_input };
	bool named = optind < argc;
	struct collection all = { .arena = vt_arena_new() };
	int code = parse_files(self, named ? argv + optind : only, named ? (size_t)(argc - optind) : 1, &options, &all);
	vt_arena_free(all.arena);
	return cli_finish(self, code);
}
