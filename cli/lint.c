/* SPDX-License-Identifier: MIT
 * vpntriage lint: running configurations in, what is wrong with them out, with the lines that show it. Of several
 * configurations the tunnels between them are compared as well, both ends side by side.
 */
#include "config.h"

#include "cli/cli.h"
#include "cli/config_file.h"

#include "config/lint.h"
#include "config/pair.h"
#include "json/finding.h"

#include <getopt.h>
#include <stdio.h>

struct options {
	bool json, no_advice;
};

/* One file and what was found in it; everything in it lives as long as `in`. */
struct linted {
	const char *path;
	struct config_file in;
	const struct vt_config *config; /* of it */
	struct vt_expected expected;
	struct vt_findings findings;
};

static bool lint_file(const struct cli_command *self, const char *path, struct linted *file)
{
	struct vt_error error;
	file->path = path;
	if (config_file_read(path, &file->in, &error) != VT_OK) {
		cli_complain(self, "%s", error.text);
		return false;
	}
	file->config = file->in.config;
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

/* ---- the tunnels between them ---- */

struct compared {
	const struct linted *files;
	struct vt_pair_side *sides;
	struct vt_ends_list ends;
	size_t *first; /* of the findings of each tunnel; one more than there are tunnels */
	struct vt_findings findings;
};

static void compare_files(const struct linted *files, size_t n, struct vt_arena *arena, struct compared *compared)
{
	*compared = (struct compared){ .files = files, .sides = VT_NEW_ARRAY(arena, struct vt_pair_side, n) };
	for (size_t i = 0; i < n; i++)
		compared->sides[i] = (struct vt_pair_side){ .name = files[i].path,
							    .config = files[i].config,
							    .expected = &files[i].expected,
							    .findings = &files[i].findings };
	vt_pair_find(compared->sides, n, arena, &compared->ends);
	compared->first = VT_NEW_ARRAY(arena, size_t, compared->ends.len + 1);
	for (size_t i = 0; i < compared->ends.len; i++) {
		vt_pair_compare(compared->sides, &compared->ends.items[i], arena, &compared->findings);
		compared->first[i + 1] = compared->findings.len;
	}
}

static void print_end(const struct linted *file, const struct vt_end *end)
{
	char address[VT_ADDR_TEXT];
	vt_addr_format(&end->address, address);
	printf("%s %s", file->path, *address ? address : "(no entry)");
	if (end->tunnel && end->tunnel->vti)
		printf(" (" VT_FMT ")", VT_ARG(end->tunnel->vti->hardware));
	else if (end->tunnel)
		printf(" (" VT_FMT " %ju)", VT_ARG(end->tunnel->map->name), (uintmax_t)end->tunnel->entry->sequence);
}

static void print_policies(const struct compared *compared, const struct vt_ends *ends)
{
	const struct vt_config *a = compared->files[ends->a.side].config, *b = compared->files[ends->b.side].config;
	for (unsigned version = 1; version <= 2; version++) {
		const struct vt_config_policy *own, *theirs;
		bool asked = version == 1 ? ends->a.tunnel->ikev1 && ends->b.tunnel->ikev1
					  : ends->a.tunnel->ikev2 && ends->b.tunnel->ikev2;
		if (!asked)
			continue;
		if (vt_pair_policy(a, b, version, &own, &theirs))
			printf("  IKEv%u: when the first begins they agree on its policy %ju, policy %ju of the "
			       "second\n",
			       version, (uintmax_t)own->priority, (uintmax_t)theirs->priority);
	}
}

static void print_compared_finding(const struct compared *compared, const struct vt_ends *ends,
				   const struct vt_finding *finding)
{
	const size_t side[2] = { ends->a.side, ends->b.side };
	printf("  %-8s %s %s   %s\n    " VT_FMT "\n", vt_severity_name(finding->severity), finding->rule,
	       finding->fault, vt_confidence_name(finding->confidence), VT_ARG(finding->says));
	for (size_t i = 0; i < finding->lines_len; i++) {
		const struct linted *file = &compared->files[side[finding->lines[i].side]];
		struct vt_place place = finding->lines[i].place;
		struct vt_str line = vt_str_trim(vt_config_line(file->config, place.text, place.first));
		printf("    %s:%u  " VT_FMT "\n", file->path, place.first, VT_ARG(line));
	}
	printf("    do: %s\n", finding->advice);
}

static void print_compared(const struct compared *compared, const struct options *options)
{
	printf("\nbetween them: %zu tunnel%s\n", compared->ends.len, compared->ends.len == 1 ? "" : "s");
	for (size_t i = 0; i < compared->ends.len; i++) {
		const struct vt_ends *ends = &compared->ends.items[i];
		size_t shown = 0;
		printf("\n");
		print_end(&compared->files[ends->a.side], &ends->a);
		printf(" - ");
		print_end(&compared->files[ends->b.side], &ends->b);
		printf("%s\n", ends->by_selectors ? ", by their networks" : ends->across_nat ? ", across NAT" : "");
		if (ends->a.tunnel && ends->b.tunnel)
			print_policies(compared, ends);
		for (size_t j = compared->first[i]; j < compared->first[i + 1]; j++)
			if (is_shown(&compared->findings.items[j], options)) {
				print_compared_finding(compared, ends, &compared->findings.items[j]);
				shown++;
			}
		if (!shown)
			printf("  both ends fit\n");
	}
}

static void json_end(const struct linted *file, const struct vt_end *end, const char *key, struct vt_json *json)
{
	char text[VT_ADDR_TEXT];
	vt_json_key(json, key);
	vt_json_object(json);
	vt_json_key_text(json, "source", file->path);
	if (vt_addr_format(&end->address, text))
		vt_json_key_text(json, "address", text);
	if (end->tunnel && end->tunnel->vti)
		vt_json_key_str(json, "interface", end->tunnel->vti->hardware);
	else if (end->tunnel) {
		vt_json_key_str(json, "crypto_map", end->tunnel->map->name);
		vt_json_key_u64(json, "sequence", end->tunnel->entry->sequence);
	}
	vt_json_object_end(json);
}

/* One object for each tunnel between two of the files, behind those of the files. */
static void json_compared(const struct compared *compared, const struct options *options, struct vt_json *json)
{
	for (size_t i = 0; i < compared->ends.len; i++) {
		const struct vt_ends *ends = &compared->ends.items[i];
		const struct linted *a = &compared->files[ends->a.side], *b = &compared->files[ends->b.side];
		const struct vt_config *configs[] = { a->config, b->config };
		const char *sources[] = { a->path, b->path };
		vt_json_object(json);
		json_end(a, &ends->a, "a", json);
		json_end(b, &ends->b, "b", json);
		vt_json_key_bool(json, "across_nat", ends->across_nat);
		vt_json_key_bool(json, "by_selectors", ends->by_selectors);
		vt_json_key(json, "findings");
		vt_json_array(json);
		for (size_t j = compared->first[i]; j < compared->first[i + 1]; j++)
			if (is_shown(&compared->findings.items[j], options))
				vt_finding_json(&compared->findings.items[j], configs, sources, json);
		vt_json_array_end(json);
		vt_json_object_end(json);
	}
}

static void json_files(const struct linted *files, size_t n, const struct compared *compared,
		       const struct options *options)
{
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, 2);
	vt_json_array(&json);
	for (size_t i = 0; i < n; i++)
		json_file(&files[i], options, &json);
	json_compared(compared, options, &json);
	vt_json_array_end(&json);
	vt_buf_char(&out, '\n');
	fwrite(out.p, 1, out.len, stdout);
	vt_buf_free(&out);
}

static bool is_alarming(const struct vt_findings *findings)
{
	for (size_t i = 0; i < findings->len; i++)
		if (findings->items[i].severity != VT_ADVICE)
			return true;
	return false;
}

/* Files that cannot be read, or are no configuration, are complained about and left out of everything else. */
static size_t read_files(const struct cli_command *self, char **paths, size_t n, struct linted *files, int *code)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		struct linted *file = &files[kept];
		*file = (struct linted){ 0 };
		if (!lint_file(self, paths[i], file)) {
			*code = CLI_UNREADABLE;
		} else if (file->config->seen == 0) {
			cli_complain(self,
				     "cannot lint \"%s\": it has no line of a running configuration that concerns VPN",
				     file->path);
			*code = *code == CLI_UNREADABLE ? CLI_UNREADABLE : CLI_UNRECOGNISED;
		} else {
			kept++;
			continue;
		}
		config_file_close(&file->in);
	}
	return kept;
}

static int lint_files(const struct cli_command *self, char **paths, size_t n, const struct options *options)
{
	struct vt_arena *arena = vt_arena_new();
	struct linted *files = VT_NEW_ARRAY(arena, struct linted, n);
	struct compared compared;
	int code = CLI_OK;
	n = read_files(self, paths, n, files, &code);
	compare_files(files, n, arena, &compared);
	for (size_t i = 0; i < n && code == CLI_OK; i++)
		code = is_alarming(&files[i].findings) ? CLI_PARTLY : CLI_OK;
	if (code == CLI_OK && is_alarming(&compared.findings))
		code = CLI_PARTLY;
	if (options->json)
		json_files(files, n, &compared, options);
	for (size_t i = 0; i < n && !options->json; i++)
		print_file(&files[i], options);
	if (!options->json && n > 1)
		print_compared(&compared, options);
	for (size_t i = 0; i < n; i++)
		config_file_close(&files[i].in);
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
