/* SPDX-License-Identifier: MIT
 * vpntriage findings: what the configurations of the polled devices show by themselves, the worst first.
 */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>

#include "cli/fleet.h"
#include "cli/http.h"
#include "cli/table.h"

struct options {
	struct http_options http;
	const char *device, *severity, *rule, *fault;
	bool json;
};

static bool read_options(const struct cli_command *self, int argc, char **argv, struct options *options, int *code)
{
	static const struct option known[] = {
		HTTP_OPTIONS,
		{ "device", required_argument, NULL, 'd' },
		{ "severity", required_argument, NULL, 's' },
		{ "rule", required_argument, NULL, 'r' },
		{ "fault", required_argument, NULL, 'f' },
		{ NULL },
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "u:T:jhd:s:r:f:", known, NULL)) != -1) {
		switch (option) {
		case 'u':
			options->http.url = optarg;
			break;
		case 'T':
			options->http.token_file = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'd':
			options->device = optarg;
			break;
		case 's':
			options->severity = optarg;
			break;
		case 'r':
			options->rule = optarg;
			break;
		case 'f':
			options->fault = optarg;
			break;
		case 'h':
			*code = cli_help(self);
			return false;
		default:
			*code = cli_usage(self);
			return false;
		}
	}
	if (optind == argc)
		return true;
	*code = cli_usage(self);
	return false;
}

static void print_findings(struct vt_arena *arena, const json_t *items, const json_t *now)
{
	static const char *const titles[] = { "SEVERITY", "DEVICE", "RULE", "SUBJECT", "PEER", "SINCE", "SAYS", NULL };
	struct table *table = table_new(arena, titles);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *finding = json_array_get(items, i);
		table_row(table);
		table_status(table, fleet_text(finding, "severity"));
		table_cell(table, fleet_place(arena, finding));
		table_cell(table, fleet_text(finding, "rule"));
		table_cell(table, fleet_text(finding, "subject"));
		table_cell(table, fleet_text(finding, "peer"));
		table_cell(table, fleet_since(arena, finding, "since", now));
		table_cell(table, fleet_text(finding, "says"));
	}
	table_print(table);
}

static int show(const struct cli_command *self, struct http *http, json_t *items)
{
	json_t *status;
	int code = http_get(http, "/api/v1/status", &status);
	if (code == CLI_OK) {
		struct vt_arena *arena = vt_arena_new();
		size_t n = json_array_size(items);
		print_findings(arena, items, json_object_get(status, "at"));
		print_ends(vt_arena_printf(arena, "%zu finding%s", n, n == 1 ? "" : "s"), fleet_age(arena, status));
		fleet_warn(self, arena, status);
		vt_arena_free(arena);
		json_decref(status);
	}
	json_decref(items);
	return code;
}

int cli_findings(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct vt_buf path = { 0 };
	json_t *items;
	int code;
	if (!read_options(self, argc, argv, &options, &code))
		return code;
	struct http *http = http_new(self, &options.http, &code);
	if (!http)
		return code;
	vt_buf_str(&path, VT_STR("/api/v1/findings"));
	http_add_parameter(&path, "device", options.device);
	http_add_parameter(&path, "severity", options.severity);
	http_add_parameter(&path, "rule", options.rule);
	http_add_parameter(&path, "fault", options.fault);
	code = http_get_all(http, path.p, &items);
	if (code == CLI_OK && options.json)
		fleet_print_json(json_pack("{s:o}", "items", items));
	else if (code == CLI_OK)
		code = show(self, http, items);
	vt_buf_free(&path);
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
