/* SPDX-License-Identifier: MIT
 * vpntriage lint: running configurations in, what is wrong with them out, with the lines that show it.
 */
#include "config.h"

#include "cli/cli.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "config/lint.h"
#include "json/finding.h"

#include <getopt.h>
#include <stdio.h>

/* The largest configuration an ASA can hold is well below. */
enum { MAX_CONFIG_BYTES = 64 << 20 };

struct options {
	bool json, no_advice;
};

/* One file and what was found in it; everything in it lives as long as `config` and `text`. */
struct linted {
	const char *path;
	struct vt_buf text;
	struct vt_config *config;
	struct vt_expected expected;
	struct vt_findings findings;
};

static bool lint_file(const struct cli_command *self, const char *path, struct linted *file)
{
	struct vt_error error;
	file->path = path;
	if (read_file(path, MAX_CONFIG_BYTES, &file->text, &error) != VT_OK) {
		cli_complain(self, "%s", error.text);
		return false;
	}
	vt_clean(file->text.p, &file->text.len, NULL);
	file->config = vt_config_new();
	vt_config_read(file->config, vt_buf_view(&file->text));
	vt_config_finish(file->config);
	vt_config_expected(file->config, file->config->arena, &file->expected);
	struct vt_lint_input input = { .config = file->config, .expected = &file->expected };
	vt_lint(&input, file->config->arena, &file->findings);
	return true;
}

static bool is_shown(const struct vt_finding *finding, const struct options *options)
{
	return finding->severity != VT_ADVICE || !options->no_advice;
}

static void print_finding(const struct linted *file, const struct vt_finding *finding)
{
	printf("\n%-8s %s %s  " VT_FMT "%s" VT_FMT "%s   %s\n", vt_severity_name(finding->severity), finding->rule,
	       finding->fault, VT_ARG(finding->subject), finding->peer.p ? " (" : "", VT_ARG(finding->peer),
	       finding->peer.p ? ")" : "", vt_confidence_name(finding->confidence));
	printf("  " VT_FMT "\n", VT_ARG(finding->says));
	for (size_t i = 0; i < finding->lines_len; i++) {
		struct vt_place place = finding->lines[i].place;
		struct vt_str line = vt_config_line(file->config, place.text, place.first);
		printf("  %6u  " VT_FMT "\n", place.first, VT_ARG(line));
	}
	printf("  do: %s\n", finding->advice);
}

static void print_file(const struct linted *file, const struct options *options)
{
	size_t count[3] = { 0 };
	for (size_t i = 0; i < file->findings.len; i++)
		count[file->findings.items[i].severity]++;
	printf("%s: %zu tunnels configured; %zu fault%s, %zu warning%s, %zu piece%s of advice\n", file->path,
	       file->expected.len, count[VT_FAULT], count[VT_FAULT] == 1 ? "" : "s", count[VT_WARNING],
	       count[VT_WARNING] == 1 ? "" : "s", count[VT_ADVICE], count[VT_ADVICE] == 1 ? "" : "s");
	if (file->config->report.skipped)
		printf("  %ju of %ju lines were not understood, the first is line %ju: " VT_FMT "\n",
		       (uintmax_t)file->config->report.skipped, (uintmax_t)file->config->report.lines,
		       (uintmax_t)file->config->report.first_skipped_line, VT_ARG(file->config->report.first_skipped));
	for (int severity = VT_FAULT; severity >= VT_ADVICE; severity--)
		for (size_t i = 0; i < file->findings.len; i++)
			if ((int)file->findings.items[i].severity == severity &&
			    is_shown(&file->findings.items[i], options))
				print_finding(file, &file->findings.items[i]);
	if (file->findings.left_out)
		printf("\n%ju more of the same kinds are not listed\n", (uintmax_t)file->findings.left_out);
}

static void json_file(const struct linted *file, const struct options *options, struct vt_json *json)
{
	const struct vt_config *configs[] = { file->config };
	vt_json_object(json);
	vt_json_key_text(json, "source", file->path);
	vt_json_key_u64(json, "tunnels", file->expected.len);
	vt_json_key_u64(json, "lines", file->config->report.lines);
	vt_json_key_u64(json, "skipped", file->config->report.skipped);
	vt_json_key(json, "findings");
	vt_json_array(json);
	for (size_t i = 0; i < file->findings.len; i++)
		if (is_shown(&file->findings.items[i], options))
			vt_finding_json(&file->findings.items[i], configs, &file->path, json);
	vt_json_array_end(json);
	vt_json_object_end(json);
}

static void json_files(const struct linted *files, size_t n, const struct options *options)
{
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, 2);
	vt_json_array(&json);
	for (size_t i = 0; i < n; i++)
		if (files[i].config)
			json_file(&files[i], options, &json);
	vt_json_array_end(&json);
	vt_buf_char(&out, '\n');
	fwrite(out.p, 1, out.len, stdout);
	vt_buf_free(&out);
}

static int lint_files(const struct cli_command *self, char **paths, size_t n, const struct options *options)
{
	struct vt_arena *arena = vt_arena_new();
	struct linted *files = VT_NEW_ARRAY(arena, struct linted, n);
	int code = CLI_OK;
	for (size_t i = 0; i < n; i++) {
		if (!lint_file(self, paths[i], &files[i])) {
			code = CLI_UNREADABLE;
			continue;
		}
		if (files[i].config->sections == 0 && code < CLI_UNRECOGNISED) {
			cli_complain(self,
				     "cannot lint \"%s\": it has no line of a running configuration that concerns VPN",
				     paths[i]);
			code = CLI_UNRECOGNISED;
		}
		for (size_t j = 0; j < files[i].findings.len && code == CLI_OK; j++)
			if (files[i].findings.items[j].severity != VT_ADVICE)
				code = CLI_PARTLY;
		if (!options->json && files[i].config->sections)
			print_file(&files[i], options);
	}
	if (options->json)
		json_files(files, n, options);
	for (size_t i = 0; i < n; i++) {
		vt_config_free(files[i].config);
		vt_buf_free(&files[i].text);
	}
	vt_arena_free(arena);
	return code;
}

int cli_lint(const struct cli_command *self, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "no-advice", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'j')
			options.json = true;
		else if (option == 'a')
			options.no_advice = true;
		else
			return option == 'h' ? cli_help(self) : cli_usage(self);
	}
	static char standard_input[] = "-";
	char *only[] = { standard_input };
	bool named = optind < argc;
	return cli_finish(
		self, lint_files(self, named ? argv + optind : only, named ? (size_t)(argc - optind) : 1, &options));
}
