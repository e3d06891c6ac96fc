/* SPDX-License-Identifier: MIT
 * vpntriage tunnels: the table of tunnels, all of them or those that pass the filters.
 */
#include "config.h"

#include "cli/cli.h"

#include <stdint.h>

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

static void print(struct vt_arena *arena, const json_t *items, const json_t *status)
{
	json_int_t total = json_integer_value(json_object_get(json_object_get(status, "tunnels"), "total"));
	fleet_print_tunnels(arena, items, SIZE_MAX, json_object_get(status, "at"));
	print_ends(vt_arena_printf(arena, "%zu of %lld tunnels; %s", json_array_size(items), (long long)total,
				   fleet_counts(arena, status)),
		   fleet_age(arena, status));
}

int cli_tunnels(const struct cli_command *self, int argc, char **argv)
{
	static const struct ask_option options[] = { { "status", 's', false },  { "device", 'd', false },
						     { "peer", 'p', false },    { "q", 'q', false },
						     { "flapping", 'f', true }, { 0 } };
	static const struct ask_list list = { "/api/v1/tunnels", "selectors", options, print };
	return ask_list(self, argc, argv, &list);
}
