/* SPDX-License-Identifier: MIT
 * vpntriage devices: every polled unit, whether it answers, and what polling it costs.
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
	const char *state, *q;
	bool json;
};

static bool read_options(const struct cli_command *self, int argc, char **argv, struct options *options, int *code)
{
	static const struct option known[] = {
		HTTP_OPTIONS,
		{ "state", required_argument, NULL, 's' },
		{ "q", required_argument, NULL, 'q' },
		{ NULL },
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "u:T:jhs:q:", known, NULL)) != -1) {
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
		case 's':
			options->state = optarg;
			break;
		case 'q':
			options->q = optarg;
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

/* "230 kB" */
static const char *bytes(struct vt_arena *arena, const json_t *number)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double value = json_number_value(number);
	size_t unit = 0;
	if (!json_is_number(number))
		return NULL;
	for (; value >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
		value /= 1000;
	return vt_arena_printf(arena, value < 10 && unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static const char *percent(struct vt_arena *arena, const json_t *ratio)
{
	/* 99.96 % is not all: what was not understood must not be rounded away. */
	double value = json_number_value(ratio) * 100;
	if (!json_is_number(ratio))
		return NULL;
	return value >= 100 ? "100%" : vt_arena_printf(arena, "%.1f%%", value > 99.9 ? 99.9 : value);
}

static void print_devices(struct vt_arena *arena, const json_t *items)
{
	static const char *const titles[] = { "DEVICE",    "ADDRESS", "STATE", ">POLLED", "VERSION", "ROLE", ">UPTIME",
					      ">COMMANDS", ">BYTES",  ">CLI",  ">READ",   "ERROR",   NULL };
	struct table *table = table_new(arena, titles);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *device = json_array_get(items, i), *cost = json_object_get(device, "cost");
		table_row(table);
		table_cell(table, fleet_place(arena, device));
		table_cell(table, fleet_text(device, "address"));
		table_status(table, fleet_text(device, "state"));
		table_cell(table, fleet_seconds(arena, json_object_get(device, "stale_s")));
		table_cell(table, fleet_text(device, "version"));
		table_cell(table, fleet_text(device, "failover_role"));
		table_cell(table, fleet_seconds(arena, json_object_get(device, "uptime_s")));
		table_cell(table, vt_arena_printf(arena, "%lld",
						  (long long)json_integer_value(json_object_get(cost, "commands"))));
		table_cell(table, bytes(arena, json_object_get(cost, "bytes")));
		table_cell(table, fleet_seconds(arena, json_object_get(cost, "seconds")));
		table_cell(table, percent(arena, json_object_get(device, "recognised_ratio")));
		table_cell(table, fleet_text(device, "error"));
	}
	table_print(table);
}

static int show(const struct cli_command *self, struct http *http, json_t *items)
{
	json_t *status;
	int code = http_get(http, "/api/v1/status", &status);
	if (code == CLI_OK) {
		struct vt_arena *arena = vt_arena_new();
		print_devices(arena, items);
		json_int_t total = json_integer_value(json_object_get(json_object_get(status, "devices"), "total"));
		print_ends(vt_arena_printf(arena, "%zu of %lld devices", json_array_size(items), (long long)total),
			   fleet_age(arena, status));
		fleet_warn(self, arena, status);
		vt_arena_free(arena);
		json_decref(status);
	}
	json_decref(items);
	return code;
}

int cli_devices(const struct cli_command *self, int argc, char **argv)
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
	vt_buf_str(&path, VT_STR("/api/v1/devices"));
	http_add_parameter(&path, "state", options.state);
	http_add_parameter(&path, "q", options.q);
	code = http_get_all(http, path.p, &items);
	if (code == CLI_OK && options.json)
		fleet_print_json(json_pack("{s:o}", "items", items));
	else if (code == CLI_OK)
		code = show(self, http, items);
	vt_buf_free(&path);
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
