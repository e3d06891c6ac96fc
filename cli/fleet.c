/* SPDX-License-Identifier: MIT
 * What the subcommands that show the fleet have in common.
 */
#include "config.h"

#include "cli/fleet.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "cli/table.h"

const char *fleet_text(const json_t *thing, const char *key)
{
	return json_string_value(json_object_get(thing, key));
}

const char *fleet_place(struct vt_arena *arena, const json_t *thing)
{
	const char *name = fleet_text(thing, "device"), *context = fleet_text(thing, "context");
	if (!name)
		name = fleet_text(thing, "name");
	if (!name)
		name = "?";
	return context ? vt_arena_printf(arena, "%s/%s", name, context) : name;
}

static const char *duration(struct vt_arena *arena, int64_t ms)
{
	char text[VT_TIME_TEXT];
	vt_duration_format(ms, text);
	return vt_arena_printf(arena, "%s", text);
}

const char *fleet_since(struct vt_arena *arena, const json_t *thing, const char *key, const json_t *now)
{
	int64_t then_ms, now_ms;
	if (!vt_time_parse(vt_str_of(fleet_text(thing, key)), &then_ms) ||
	    !vt_time_parse(vt_str_of(json_string_value(now)), &now_ms))
		return NULL;
	return duration(arena, now_ms - then_ms);
}

const char *fleet_seconds(struct vt_arena *arena, const json_t *seconds)
{
	/* More than a thousand years is no duration but a mistake. */
	double value = json_is_number(seconds) ? json_number_value(seconds) : -1;
	return value >= 0 && value < 4e10 ? duration(arena, (int64_t)(value * 1000)) : NULL;
}

void fleet_print_tunnels(struct vt_arena *arena, const json_t *items, size_t limit, const json_t *now)
{
	static const char *const titles[] = { "DEVICE", "PEER", "NAME", "STATUS", "SINCE", "WHY", NULL };
	struct table *table = table_new(arena, titles);
	for (size_t i = 0; i < json_array_size(items) && i < limit; i++) {
		const json_t *tunnel = json_array_get(items, i);
		const char *why = fleet_text(json_object_get(tunnel, "verdict"), "summary");
		bool flapping = json_is_true(json_object_get(tunnel, "flapping"));
		if (!why)
			why = fleet_text(tunnel, "status_reason");
		table_row(table);
		table_cell(table, fleet_place(arena, tunnel));
		table_cell(table, fleet_text(tunnel, "peer"));
		table_cell(table, fleet_text(tunnel, "name"));
		table_status(table, fleet_text(tunnel, "status"));
		table_cell(table, fleet_since(arena, tunnel, "status_since", now));
		table_cell(table,
			   flapping ? vt_arena_printf(arena, "flapping%s%s", why ? "; " : "", why ? why : "") : why);
	}
	table_print(table);
}

int fleet_find_tunnel(const struct cli_command *self, struct http *http, const char *device, const char *peer,
		      json_t **tunnel)
{
	struct vt_buf path = { 0 };
	json_t *items;
	const json_t *found = NULL;
	vt_buf_str(&path, VT_STR("/api/v1/tunnels?selectors=false"));
	http_add_parameter(&path, "device", device);
	int code = http_get_all(http, path.p, &items);
	vt_buf_free(&path);
	if (code != CLI_OK)
		return code;
	size_t matches = 0;
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *one = json_array_get(items, i);
		const char *address = fleet_text(one, "peer"), *name = fleet_text(one, "name");
		if ((address && strcmp(address, peer) == 0) || (name && strcmp(name, peer) == 0)) {
			found = one;
			matches++;
		}
	}
	if (matches != 1)
		cli_complain(self,
			     matches ? "%s has several tunnels called %s: name the context, DEVICE/CONTEXT"
				     : "%s has no tunnel to %s; vpntriage tunnels --device shows those it has",
			     device, peer);
	else
		*tunnel = json_incref((json_t *)(uintptr_t)found);
	json_decref(items);
	return matches == 1 ? CLI_OK : CLI_NOT_FOUND;
}

static json_int_t count(const json_t *counts, const char *key)
{
	return json_integer_value(json_object_get(counts, key));
}

/* Those that are broken beyond doubt; `unknown` stands beside them. */
static json_int_t failing(const json_t *tunnels)
{
	return count(tunnels, "phase1-failing") + count(tunnels, "phase2-failing") + count(tunnels, "no-traffic") +
	       count(tunnels, "down");
}

static void add_count(struct vt_buf *out, json_int_t n, const char *what)
{
	if (n)
		vt_buf_printf(out, "%s%lld %s", out->len ? ", " : "", (long long)n, what);
}

const char *fleet_counts(struct vt_arena *arena, const json_t *status)
{
	const json_t *tunnels = json_object_get(status, "tunnels");
	struct vt_buf out = { 0 };
	add_count(&out, count(tunnels, "up"), "up");
	add_count(&out, count(tunnels, "idle"), "idle");
	add_count(&out, count(tunnels, "negotiating"), "negotiating");
	add_count(&out, failing(tunnels), "failing");
	add_count(&out, count(tunnels, "orphan"), "orphan");
	add_count(&out, count(tunnels, "unknown"), "unknown");
	add_count(&out, count(tunnels, "flapping"), "flapping");
	const char *text = vt_arena_printf(arena, "%s", out.len ? out.p : "none known yet");
	vt_buf_free(&out);
	return text;
}

const char *fleet_age(struct vt_arena *arena, const json_t *status)
{
	const char *age = fleet_seconds(arena, json_object_get(status, "data_age_s"));
	return age ? vt_arena_printf(arena, "data %s old", age) : "no data yet";
}

void fleet_warn(const struct cli_command *self, struct vt_arena *arena, const json_t *status)
{
	const json_t *daemon = json_object_get(status, "daemon");
	const char *age = fleet_seconds(arena, json_object_get(daemon, "heartbeat_age_s"));
	if (json_is_true(json_object_get(daemon, "alive")))
		return;
	if (age)
		cli_complain(self, "vpntriaged has been silent for %s: nothing shown is newer than that", age);
	else
		cli_complain(self, "no vpntriaged has written to the database yet");
}

void fleet_print_json(json_t *object)
{
	json_t *whole = json_pack("{s:i}", "jsonversion", FLEET_JSON_VERSION);
	json_object_update(whole, object);
	json_dumpf(whole, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(whole);
	json_decref(object);
}
