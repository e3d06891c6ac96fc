/* SPDX-License-Identifier: MIT
 * vpntriage pair: both ends of a tunnel beside each other: where their configurations differ, whether their SPIs fit,
 * and where packets are lost between them.
 */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

static const struct ask_option options[] = { { "window", 'w', false }, { "no-advice", 'a', true }, { 0 } };
enum { WINDOW, NO_ADVICE };

/* Text of a key, fit for a terminal. */
static const char *text(struct vt_arena *arena, const json_t *thing, const char *key)
{
	return printable(arena, fleet_text(thing, key));
}

/* ---- the two ends ---- */

static const char *age(struct vt_arena *arena, const json_t *thing, const char *key)
{
	const char *seconds = fleet_seconds(arena, json_object_get(thing, key));
	return seconds ? vt_arena_printf(arena, "%s old", seconds) : "none";
}

static void print_ends_of(struct vt_arena *arena, const json_t *pair)
{
	static const char *const titles[] = {
		"DEVICE", "PEER", "STATUS", "SINCE", "READ", "CONFIGURATION", "WHY", NULL
	};
	static const char *const sides[] = { "here", "there" };
	struct table *table = table_new(arena, titles);
	for (size_t i = 0; i < 2; i++) {
		const json_t *end = json_object_get(pair, sides[i]);
		table_row(table);
		table_cell(table, fleet_place(arena, end));
		table_cell(table, fleet_text(end, "peer"));
		table_status(table, fleet_text(end, "status"));
		table_cell(table, fleet_since(arena, end, "status_since", json_object_get(pair, "at")));
		table_cell(table, age(arena, end, "stale_s"));
		table_cell(table, age(arena, end, "configuration_age_s"));
		table_cell(table, fleet_text(end, "status_reason"));
	}
	table_print(table);
}

/* ---- packets ---- */

static json_int_t packets(const json_t *item, const char *end, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(item, end), key));
}

static void print_loss(struct vt_arena *arena, const json_t *pair)
{
	const json_t *loss = json_object_get(pair, "loss"), *items = json_object_get(loss, "items");
	const char *here = printable(arena, fleet_place(arena, json_object_get(pair, "here"))),
		   *there = printable(arena, fleet_place(arena, json_object_get(pair, "there")));
	printf("\npackets of the last %s\n", fleet_seconds(arena, json_object_get(loss, "window_s")));
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		printf("  %s ⇄ %s   %s encaps +%lld → %s decaps +%lld   %s encaps +%lld → %s decaps +%lld\n    %s\n",
		       text(arena, item, "local"), text(arena, item, "remote"), here,
		       (long long)packets(item, "here", "encaps_pkts"), there,
		       (long long)packets(item, "there", "decaps_pkts"), there,
		       (long long)packets(item, "there", "encaps_pkts"), here,
		       (long long)packets(item, "here", "decaps_pkts"), text(arena, item, "says"));
	}
	if (json_array_size(items) == 0)
		puts("  no selector is known on both ends");
}

static void print_spis(struct vt_arena *arena, const json_t *pair)
{
	const json_t *spis = json_object_get(pair, "spis");
	puts("\nSPIs");
	for (size_t i = 0; i < json_array_size(spis); i++) {
		const json_t *item = json_array_get(spis, i);
		printf("  %s ⇄ %s   %s\n", text(arena, item, "local"), text(arena, item, "remote"),
		       text(arena, item, "says"));
	}
	if (json_array_size(spis) == 0)
		puts("  neither end knows a selector of it");
}

/* ---- configurations ---- */

static void print_finding(struct vt_arena *arena, const json_t *finding)
{
	const json_t *evidence = json_object_get(finding, "evidence");
	printf("  %-8s %s %s   %s\n    %s\n", text(arena, finding, "severity"), text(arena, finding, "rule"),
	       text(arena, finding, "fault"), text(arena, finding, "confidence"), text(arena, finding, "says"));
	for (size_t i = 0; i < json_array_size(evidence); i++) {
		const json_t *line = json_array_get(evidence, i);
		const char *shown = text(arena, line, "text");
		printf("    %s: %s\n", text(arena, line, "source"), shown + strspn(shown, " "));
	}
	printf("    do: %s\n", text(arena, finding, "advice"));
}

static void print_findings(struct vt_arena *arena, const json_t *pair, bool no_advice)
{
	const json_t *findings = json_object_get(pair, "findings");
	const char *why_not = fleet_text(pair, "not_compared");
	json_int_t more = json_integer_value(json_object_get(pair, "findings_left_out"));
	size_t shown = 0;
	puts("\nconfigurations");
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *finding = json_array_get(findings, i);
		const char *severity = fleet_text(finding, "severity");
		if (no_advice && severity && strcmp(severity, "advice") == 0)
			continue;
		print_finding(arena, finding);
		shown++;
	}
	if (why_not)
		printf("  not compared: %s\n", printable(arena, why_not));
	else if (!shown)
		puts("  both ends fit");
	if (more)
		printf("  %lld more of the same kinds are not listed\n", (long long)more);
}

static int show(struct http *http, const struct ask *ask, const json_t *tunnel)
{
	struct vt_buf path = { 0 };
	json_t *pair;
	vt_buf_printf(&path, "/api/v1/tunnels/%s/pair", fleet_text(tunnel, "id"));
	http_add_parameter(&path, "window", ask->values[WINDOW]);
	int code = http_get(http, path.p, &pair);
	vt_buf_free(&path);
	if (code != CLI_OK)
		return code;
	if (ask->json) {
		fleet_print_json(pair);
		return CLI_OK;
	}
	struct vt_arena *arena = vt_arena_new();
	print_ends_of(arena, pair);
	print_loss(arena, pair);
	print_spis(arena, pair);
	print_findings(arena, pair, ask->values[NO_ADVICE] != NULL);
	vt_arena_free(arena);
	json_decref(pair);
	return CLI_OK;
}

int cli_pair(const struct cli_command *self, int argc, char **argv)
{
	struct ask ask;
	json_t *tunnel;
	int code;
	if (!ask_read(self, argc, argv, options, 2, &ask, &code))
		return code;
	struct http *http = http_new(self, &ask.http, &code);
	if (!http)
		return code;
	code = fleet_find_tunnel(self, http, argv[optind], argv[optind + 1], &tunnel);
	if (code == CLI_OK) {
		code = show(http, &ask, tunnel);
		json_decref(tunnel);
	}
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
