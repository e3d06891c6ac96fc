/* SPDX-License-Identifier: MIT
 * vpntriage devices: every polled unit, whether it answers, and what polling it costs.
 */
#include "config.h"

#include "cli/cli.h"

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

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

static void print(struct vt_arena *arena, const json_t *items, const json_t *status)
{
	json_int_t total = json_integer_value(json_object_get(json_object_get(status, "devices"), "total"));
	print_devices(arena, items);
	print_ends(vt_arena_printf(arena, "%zu of %lld devices", json_array_size(items), (long long)total),
		   fleet_age(arena, status));
}

int cli_devices(const struct cli_command *self, int argc, char **argv)
{
	static const struct ask_option options[] = { { "state", 's', false }, { "q", 'q', false }, { 0 } };
	static const struct ask_list list = { "/api/v1/devices", NULL, options, print };
	return ask_list(self, argc, argv, &list);
}
