/* SPDX-License-Identifier: MIT
 * vpntriage findings: what the configurations of the polled devices show by themselves, the worst first.
 */
#include "config.h"

#include "cli/cli.h"

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

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

static void print(struct vt_arena *arena, const json_t *items, const json_t *status)
{
	size_t n = json_array_size(items);
	print_findings(arena, items, json_object_get(status, "at"));
	print_ends(vt_arena_printf(arena, "%zu finding%s", n, n == 1 ? "" : "s"), fleet_age(arena, status));
}

int cli_findings(const struct cli_command *self, int argc, char **argv)
{
	static const struct ask_option options[] = { { "device", 'd', false },
						     { "severity", 's', false },
						     { "rule", 'r', false },
						     { "fault", 'f', false },
						     { 0 } };
	static const struct ask_list list = { "/api/v1/findings", NULL, options, print };
	return ask_list(self, argc, argv, &list);
}
