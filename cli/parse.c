/* SPDX-License-Identifier: MIT
 * vpntriage parse: files or a paste in, JSON out.
 */
#include "config.h"

#include "cli/cli.h"
#include "cli/config_file.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "json/config_model.h"
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

/* ---- a running configuration, when -c says that it is one ---- */

/* "show running-config …", however much of it was typed. Sections that have a listing of their own are listings. */
static bool is_running_config(struct vt_str command)
{
	struct vt_str show, what;
	if (vt_listing_of_command(command) != VT_LISTING_UNKNOWN)
		return false;
	vt_skip_blanks(&command);
	if (!vt_scan_word(&command, &show))
		return false;
	vt_skip_blanks(&command);
	return vt_scan_word(&command, &what) && show.len >= 2 && what.len >= 2 &&
	       vt_str_istarts(VT_STR("show"), show) && vt_str_istarts(VT_STR("running-config"), what);
}

static void config_json(const struct vt_config *config, struct vt_str command, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_str(json, "command", command);
	vt_json_key(json, "report");
	vt_json_object(json);
	vt_json_key_u64(json, "lines", config->report.lines);
	vt_json_key_u64(json, "recognised", config->report.recognised);
	vt_json_key_u64(json, "skipped", config->report.skipped);
	if (config->report.skipped) {
		vt_json_key_u64(json, "first_skipped_line", config->report.first_skipped_line);
		vt_json_key_str(json, "first_skipped", config->report.first_skipped);
	}
	vt_json_object_end(json);
	vt_json_key(json, "facts");
	vt_config_model_json(config, json);
	vt_json_object_end(json);
}

static int parse_config(const struct cli_command *self, const char *path, const struct options *options,
			struct vt_json *json)
{
	struct config_file file;
	struct vt_error error;
	if (config_file_read(path, &file, &error) != VT_OK) {
		cli_complain(self, "%s", error.text);
		return CLI_UNREADABLE;
	}
	config_json(file.config, options->command, json);
	int code = !file.config->seen ? CLI_UNRECOGNISED : file.config->report.skipped ? CLI_PARTLY : CLI_OK;
	config_file_close(&file);
	return code;
}

static int parse_configs(const struct cli_command *self, char **paths, size_t n, const struct options *options)
{
	struct vt_buf out = { 0 };
	struct vt_json json;
	int code = CLI_OK;
	vt_json_init(&json, &out, options->compact ? 0 : 2);
	if (n > 1)
		vt_json_array(&json);
	for (size_t i = 0; i < n; i++) {
		int of_this = parse_config(self, paths[i], options, &json);
		code = of_this > code ? of_this : code;
	}
	if (n > 1)
		vt_json_array_end(&json);
	if (out.len) {
		vt_buf_char(&out, '\n');
		fwrite(out.p, 1, out.len, stdout);
	}
	vt_buf_free(&out);
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
	static char standard_input[] = "-";
	char *only[] = { standard_input };
	bool named = optind < argc;
	char **paths = named ? argv + optind : only;
	size_t n = named ? (size_t)(argc - optind) : 1;
	if (options.command.p && is_running_config(options.command))
		return cli_finish(self, parse_configs(self, paths, n, &options));
	if (options.command.p && vt_listing_of_command(options.command) == VT_LISTING_UNKNOWN) {
		cli_complain(self, "no parser reads \"%s\"", options.command.p);
		return CLI_USAGE;
	}
	struct collection all = { .arena = vt_arena_new() };
	int code = parse_files(self, paths, n, &options, &all);
	vt_arena_free(all.arena);
	return cli_finish(self, code);
}
