/* SPDX-License-Identifier: MIT
 * vpntriage status: the fleet on one screen, what wants a look first.
 */
#include "config.h"

#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

enum { SHOWN = 10 };

struct answers {
	json_t *status, *failing, *devices;
};

static int ask(struct http *http, struct answers *answers)
{
	int code = http_get(http, "/api/v1/status", &answers->status);
	if (code == CLI_OK)
		code = http_get_all(http, "/api/v1/tunnels?status=failing&selectors=false", &answers->failing);
	if (code == CLI_OK)
		code = http_get_all(http, "/api/v1/devices", &answers->devices);
	return code;
}

/* The most urgent first: what is broken beyond doubt before what cannot be seen, the longest first. */
static int urgency(const json_t *tunnel)
{
	static const char *const order[] = { "down", "phase1-failing", "phase2-failing", "no-traffic" };
	const char *status = fleet_text(tunnel, "status");
	for (int i = 0; status && i < (int)(sizeof order / sizeof *order); i++)
		if (strcmp(order[i], status) == 0)
			return i;
	return sizeof order / sizeof *order;
}

static json_t *most_urgent(const json_t *tunnels)
{
	json_t *sorted = json_array();
	for (int level = 0; level <= 4; level++)
		for (size_t i = 0; i < json_array_size(tunnels) && json_array_size(sorted) < SHOWN; i++) {
			json_t *tunnel = json_array_get(tunnels, i);
			if (urgency(tunnel) == level)
				json_array_append(sorted, tunnel);
		}
	return sorted;
}

static void print_tunnels(struct vt_arena *arena, const struct answers *answers)
{
	size_t all = json_array_size(answers->failing);
	if (all == 0)
		return;
	json_t *first = most_urgent(answers->failing);
	puts("\nTunnels that want a look");
	fleet_print_tunnels(arena, first, SHOWN, json_object_get(answers->status, "at"));
	if (all > SHOWN)
		printf("and %zu more: vpntriage tunnels --status failing\n", all - SHOWN);
	json_decref(first);
}

static void print_devices(struct vt_arena *arena, const struct answers *answers)
{
	static const char *const titles[] = { "DEVICE", "STATE", "SINCE", "WHY", NULL };
	struct table *table = table_new(arena, titles);
	size_t ill = 0;
	for (size_t i = 0; i < json_array_size(answers->devices); i++) {
		const json_t *device = json_array_get(answers->devices, i);
		const char *state = fleet_text(device, "state");
		if (!state || strcmp(state, "ok") == 0 || ill++ >= SHOWN)
			continue;
		table_row(table);
		table_cell(table, fleet_place(arena, device));
		table_status(table, state);
		table_cell(table, fleet_since(arena, device, "state_since", json_object_get(answers->status, "at")));
		table_cell(table, fleet_text(device, "error"));
	}
	if (ill)
		puts("\nDevices that want a look");
	table_print(table);
	if (ill > SHOWN)
		printf("and %zu more: vpntriage devices\n", ill - SHOWN);
}

static const char *device_counts(struct vt_arena *arena, const json_t *devices)
{
	const char *text = NULL, *state;
	json_t *n;
	json_object_foreach((json_t *)(uintptr_t)devices, state,
			    n) if (strcmp(state, "total") != 0 && json_integer_value(n))
		text = vt_arena_printf(arena, "%s%s%lld %s", text ? text : "", text ? ", " : "",
				       (long long)json_integer_value(n), state);
	return text ? text : "none known yet";
}

static void print_findings(const json_t *findings)
{
	json_int_t faults = json_integer_value(json_object_get(findings, "fault")),
		   warnings = json_integer_value(json_object_get(findings, "warning")),
		   advice = json_integer_value(json_object_get(findings, "advice"));
	if (findings)
		printf("findings %6lld   %lld fault%s, %lld warning%s, %lld piece%s of advice\n",
		       (long long)(faults + warnings + advice), (long long)faults, faults == 1 ? "" : "s",
		       (long long)warnings, warnings == 1 ? "" : "s", (long long)advice, advice == 1 ? "" : "s");
}

static void print(const struct cli_command *self, const struct http *http, const struct answers *answers)
{
	struct vt_arena *arena = vt_arena_new();
	const json_t *status = answers->status, *daemon = json_object_get(status, "daemon");
	const char *version = fleet_text(status, "version");
	const char *heartbeat = fleet_seconds(arena, json_object_get(daemon, "heartbeat_age_s"));
	print_ends(vt_arena_printf(arena, "vpntriage %s at %s", printable(arena, version), http_address(http)),
		   fleet_age(arena, status));
	printf("tunnels  %6lld   %s\n",
	       (long long)json_integer_value(json_object_get(json_object_get(status, "tunnels"), "total")),
	       fleet_counts(arena, status));
	printf("devices  %6lld   %s\n",
	       (long long)json_integer_value(json_object_get(json_object_get(status, "devices"), "total")),
	       printable(arena, device_counts(arena, json_object_get(status, "devices"))));
	print_findings(json_object_get(status, "findings"));
	if (heartbeat)
		printf("daemon   %6s   last heard of %s ago\n",
		       json_is_true(json_object_get(daemon, "alive")) ? "alive" : "silent", heartbeat);
	print_tunnels(arena, answers);
	print_devices(arena, answers);
	fleet_warn(self, arena, status);
	vt_arena_free(arena);
}

int cli_status(const struct cli_command *self, int argc, char **argv)
{
	struct answers answers = { 0 };
	struct ask options;
	int code;
	if (!ask_read(self, argc, argv, NULL, 0, &options, &code))
		return code;
	struct http *http = http_new(self, &options.http, &code);
	if (!http)
		return code;
	code = options.json ? http_get(http, "/api/v1/status", &answers.status) : ask(http, &answers);
	if (code == CLI_OK && options.json)
		fleet_print_json(json_incref(answers.status));
	else if (code == CLI_OK)
		print(self, http, &answers);
	json_decref(answers.status);
	json_decref(answers.failing);
	json_decref(answers.devices);
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
