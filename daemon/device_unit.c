/* SPDX-License-Identifier: MIT
 * What is kept of each unit of a device between rounds: its state, what it refused, what its configuration asks for.
 *
 * A unit is a context, or the whole device in single mode. A new one is empty until the store has told what it knows
 * of it; no round walks before all of them have been told.
 */
#include "config.h"

#include "daemon/device_parts.h"

#include "base/memory.h"

#include <stdlib.h>

bool unit_is_expected(const struct unit *unit, const struct vt_tunnel_settings *tunnel)
{
	return !tunnel->context.p || vt_str_eq(tunnel->context, vt_str_of(unit->context));
}

void unit_expect(struct unit *unit)
{
	struct device *device = unit->device;
	struct vt_expectation *expected = vt_must(calloc(device->expect_len + 1, sizeof *expected));
	char(*peers)[VT_ADDR_TEXT] = vt_must(calloc(device->expect_len + 1, sizeof *peers));
	size_t len = 0;
	for (size_t i = 0; i < device->expect_len; i++) {
		const struct vt_tunnel_settings *t = &device->expect[i];
		if (!unit_is_expected(unit, t))
			continue;
		size_t peer_len = vt_addr_format(&t->peer, peers[i]);
		expected[len++] = (struct vt_expectation){ .peer = { peers[i], peer_len },
							   .name = t->name,
							   .owner = t->owner,
							   .must_be_up = t->expect == VT_EXPECT_UP };
	}
	vt_unit_expect(unit->model, expected, len);
	free(expected);
	free(peers);
}

static void on_unit_loaded(const struct vt_unit_rows *rows, void *user)
{
	struct unit *unit = user;
	struct device *device = unit->device;
	unit->load = NULL;
	if (rows) {
		vt_unit_restore(unit->model, rows);
		unit->software = vt_str_dup(rows->device.version);
	}
	unit_expect(unit);
	for (size_t i = 0; i < device->units_len; i++)
		if (device->units[i]->load)
			return;
	if (device->doing == LOADING && device->round.opened_ms)
		round_go_on(device);
	else if (device->doing == LOADING)
		round_open(device);
}

static struct unit *unit_new(struct device *device, const char *context)
{
	struct unit *unit = vt_must(calloc(1, sizeof *unit));
	unit->device = device;
	unit->context = vt_str_dup(vt_str_of(context));
	unit->model = vt_unit_new(vt_str_of(device->name), vt_str_of(context),
				  vt_str_of(session_address(device->session)));
	unit->memory = plan_memory_new();
	unit->load = writer_load(device->world->writer, vt_unit_id(unit->model), on_unit_loaded, unit);
	return unit;
}

void unit_free(struct unit *unit)
{
	writer_load_cancel(unit->load);
	vt_unit_free(unit->model);
	plan_memory_free(unit->memory);
	free(unit->software);
	free(unit->modified_at);
	free(unit->context);
	free(unit);
}

static struct unit *unit_of_context(struct device *device, const char *context)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (same_text(device->units[i]->context, context))
			return device->units[i];
	return NULL;
}

void units_set(struct device *device, char *const *contexts, size_t len)
{
	struct unit **units = vt_must(calloc(len, sizeof *units));
	bool changed = len != device->units_len;
	for (size_t i = 0; i < len; i++) {
		units[i] = unit_of_context(device, contexts[i]);
		changed |= !units[i];
		if (!units[i])
			units[i] = unit_new(device, contexts[i]);
	}
	for (size_t i = 0; i < device->units_len; i++) {
		bool stays = false;
		for (size_t j = 0; j < len; j++)
			stays |= units[j] == device->units[i];
		if (!stays)
			unit_free(device->units[i]);
	}
	free(device->units);
	device->units = units;
	device->units_len = len;
	if (changed)
		device->world->on_units(device->world->user);
}

bool units_awaited(struct device *device)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (device->units[i]->load) {
			device->doing = LOADING;
			return true;
		}
	return false;
}
