/* SPDX-License-Identifier: MIT
 * What is remembered about one polled unit between polls: life, look-up, and taking up what the store kept.
 */
#include "model/unit.h"

#include "base/memory.h"

#include <stdlib.h>

bool text_set(struct vt_str *slot, struct vt_str value)
{
	if (slot->p ? value.p && vt_str_eq(*slot, value) : !value.p)
		return false;
	char *copy = vt_str_dup(value);
	free((char *)(uintptr_t)slot->p);
	*slot = (struct vt_str){ copy, value.len };
	return true;
}

static void text_clear(struct vt_str *slot)
{
	text_set(slot, VT_STR_NONE);
}

/* Gives every text of a row that was copied by value a copy of its own. */
static void own(struct vt_str *slot)
{
	struct vt_str borrowed = *slot;
	*slot = VT_STR_NONE;
	text_set(slot, borrowed);
}

#define EACH_DEVICE_TEXT(row, f)                                                                                       \
	(f(&(row).name), f(&(row).context), f(&(row).address), f(&(row).error), f(&(row).version), f(&(row).hardware), \
	 f(&(row).serial), f(&(row).hostname), f(&(row).failover_role), f(&(row).failover_unit),                       \
	 f(&(row).config_modified_by), f(&(row).config_modified_at))
#define EACH_TUNNEL_TEXT(row, f)                                                                                       \
	(f(&(row).device), f(&(row).context), f(&(row).peer), f(&(row).name), f(&(row).owner), f(&(row).expect),       \
	 f(&(row).role), f(&(row).status_reason), f(&(row).ike_state), f(&(row).tunnel_group), f(&(row).interface),    \
	 f(&(row).local_endpoint), f(&(row).remote_endpoint), f(&(row).local_addr))
#define EACH_SELECTOR_TEXT(row, f) (f(&(row).local), f(&(row).remote), f(&(row).crypto_map))

struct vt_unit *vt_unit_new(struct vt_str device, struct vt_str context, struct vt_str address)
{
	struct vt_unit *unit = vt_must(calloc(1, sizeof *unit));
	unit->row = (struct vt_device_row){
		.id = vt_device_id(device, context),
		.state = VT_DEVICE_NEVER_POLLED,
		.clock_skew_ms = INT64_MIN,
		.cpu_percent = VT_ABSENT,
		.capacity_tunnels = VT_ABSENT,
	};
	text_set(&unit->row.name, device);
	text_set(&unit->row.context, context);
	text_set(&unit->row.address, address);
	unit->cumulative = unit->uptime_s = unit->need_sa = VT_ABSENT;
	return unit;
}

static void selector_free(struct selector *selector)
{
	EACH_SELECTOR_TEXT(selector->row, text_clear);
	free(selector);
}

static void tunnel_free(struct tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->selectors_len; i++)
		selector_free(tunnel->selectors[i]);
	free(tunnel->selectors);
	text_clear(&tunnel->acl);
	EACH_TUNNEL_TEXT(tunnel->row, text_clear);
	free(tunnel);
}

void vt_unit_free(struct vt_unit *unit)
{
	if (!unit)
		return;
	for (size_t i = 0; i < unit->tunnels_len; i++)
		tunnel_free(unit->tunnels[i]);
	free(unit->tunnels);
	vt_map_clear(&unit->tunnel_by_id);
	vt_map_clear(&unit->selector_by_id);
	vt_map_clear(&unit->selector_by_text);
	EACH_DEVICE_TEXT(unit->row, text_clear);
	text_clear(&unit->last_failover_at);
	unit_forget_names(unit);
	free(unit->forget_selectors);
	free(unit);
}

uint64_t vt_unit_id(const struct vt_unit *unit)
{
	return unit->row.id;
}

static void *append(void *array, size_t len, size_t *cap)
{
	if (len < *cap)
		return array;
	*cap = *cap ? *cap * 2 : 4;
	return vt_must(realloc(array, *cap * sizeof(void *)));
}

struct tunnel *unit_tunnel(const struct vt_unit *unit, uint64_t id)
{
	return vt_map_get(&unit->tunnel_by_id, id);
}

static struct tunnel *add_tunnel(struct vt_unit *unit, const struct vt_tunnel_row *row)
{
	struct tunnel *tunnel = vt_must(calloc(1, sizeof *tunnel));
	tunnel->row = *row;
	tunnel->ike_left_s = tunnel->ike_active_s = VT_ABSENT;
	tunnel->last_index = tunnel->hits = VT_ABSENT;
	EACH_TUNNEL_TEXT(tunnel->row, own);
	unit->tunnels = append(unit->tunnels, unit->tunnels_len, &unit->tunnels_cap);
	unit->tunnels[unit->tunnels_len++] = tunnel;
	vt_map_put(&unit->tunnel_by_id, tunnel->row.id, tunnel);
	return tunnel;
}

struct tunnel *unit_tunnel_of_peer(struct vt_unit *unit, struct vt_str canonical, bool make)
{
	uint64_t id = vt_tunnel_id(unit->row.id, canonical);
	struct tunnel *tunnel = unit_tunnel(unit, id);
	if (tunnel || !make)
		return tunnel;
	struct vt_tunnel_row row = {
		.id = id,
		.device_id = unit->row.id,
		.device = unit->row.name,
		.context = unit->row.context,
		.peer = canonical,
		.ike_version = VT_ABSENT,
		.status = VT_TUNNEL_UNKNOWN,
		.session_index = VT_ABSENT,
	};
	tunnel = add_tunnel(unit, &row);
	tunnel->dirty = true;
	return tunnel;
}

struct selector *unit_selector(const struct vt_unit *unit, uint64_t id)
{
	return vt_map_get(&unit->selector_by_id, id);
}

static struct selector *add_selector(struct vt_unit *unit, struct tunnel *tunnel, const struct vt_selector_row *row)
{
	struct selector *selector = vt_must(calloc(1, sizeof *selector));
	static const struct vt_counters nothing = { VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT };
	selector->tunnel = tunnel;
	selector->row = *row;
	EACH_SELECTOR_TEXT(selector->row, own);
	selector->live = (struct vt_live){ .selector_id = row->id,
					   .counters = nothing,
					   .per_s = nothing,
					   .lifetime_s = VT_ABSENT,
					   .lifetime_kb = VT_ABSENT };
	selector->child = selector->child_bytes = selector->hits = VT_ABSENT;
	tunnel->selectors = append(tunnel->selectors, tunnel->selectors_len, &tunnel->selectors_cap);
	tunnel->selectors[tunnel->selectors_len++] = selector;
	unit->selectors_len++;
	vt_map_put(&unit->selector_by_id, row->id, selector);
	return selector;
}

struct selector *tunnel_selector(struct vt_unit *unit, struct tunnel *tunnel, struct vt_str local, struct vt_str remote,
				 bool make)
{
	uint64_t id = vt_selector_id(tunnel->row.id, local, remote);
	struct selector *selector = unit_selector(unit, id);
	if (selector || !make)
		return selector;
	struct vt_selector_row row = {
		.id = id,
		.tunnel_id = tunnel->row.id,
		.device_id = unit->row.id,
		.local = local,
		.remote = remote,
		.status = VT_SELECTOR_UNKNOWN,
		.spi_in = VT_ABSENT,
		.spi_out = VT_ABSENT,
		.sequence = VT_ABSENT,
		.path_mtu = VT_ABSENT,
	};
	selector = add_selector(unit, tunnel, &row);
	selector->dirty = true;
	return selector;
}

void unit_forget_selector(struct vt_unit *unit, struct tunnel *tunnel, struct selector *selector)
{
	for (size_t i = 0; i < tunnel->selectors_len; i++)
		if (tunnel->selectors[i] == selector) {
			tunnel->selectors[i] = tunnel->selectors[--tunnel->selectors_len];
			break;
		}
	vt_map_remove(&unit->selector_by_id, selector->row.id);
	vt_map_clear(&unit->selector_by_text); /* rare, and filled again within a poll */
	unit->selectors_len--;
	selector_free(selector);
}

void unit_forget_tunnel(struct vt_unit *unit, struct tunnel *tunnel)
{
	vt_map_clear(&unit->selector_by_text);
	for (size_t i = 0; i < tunnel->selectors_len; i++)
		vt_map_remove(&unit->selector_by_id, tunnel->selectors[i]->row.id);
	unit->selectors_len -= tunnel->selectors_len;
	for (size_t i = 0; i < unit->tunnels_len; i++)
		if (unit->tunnels[i] == tunnel) {
			unit->tunnels[i] = unit->tunnels[--unit->tunnels_len];
			break;
		}
	vt_map_remove(&unit->tunnel_by_id, tunnel->row.id);
	tunnel_free(tunnel);
}

void vt_unit_expect(struct vt_unit *unit, const struct vt_expectation *expectations, size_t len)
{
	for (size_t i = 0; i < unit->tunnels_len; i++)
		unit->tunnels[i]->expected = unit->tunnels[i]->must_be_up = false;
	for (size_t i = 0; i < len; i++) {
		char room[64];
		const struct vt_expectation *e = &expectations[i];
		struct tunnel *tunnel = unit_tunnel_of_peer(unit, canonical_peer(unit, e->peer, room), true);
		tunnel->expected = true;
		tunnel->must_be_up = e->must_be_up;
		tunnel->dirty |= text_set(&tunnel->row.name, e->name) | text_set(&tunnel->row.owner, e->owner) |
				 text_set(&tunnel->row.expect, e->must_be_up ? VT_STR("up") : VT_STR_NONE);
	}
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		struct tunnel *tunnel = unit->tunnels[i];
		if (!tunnel->expected)
			tunnel->dirty |= text_set(&tunnel->row.name, VT_STR_NONE) |
					 text_set(&tunnel->row.owner, VT_STR_NONE) |
					 text_set(&tunnel->row.expect, VT_STR_NONE);
	}
}

void vt_unit_resend(struct vt_unit *unit)
{
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		struct tunnel *tunnel = unit->tunnels[i];
		tunnel->dirty = true;
		for (size_t j = 0; j < tunnel->selectors_len; j++)
			tunnel->selectors[j]->dirty = true;
	}
}

static void restore_tunnel(struct vt_unit *unit, const struct vt_tunnel_row *row)
{
	if (unit_tunnel(unit, row->id))
		return;
	struct vt_tunnel_row mine = *row;
	mine.other_id = 0; /* the store's to say */
	mine.other_device = mine.other_context = VT_STR_NONE;
	struct tunnel *tunnel = add_tunnel(unit, &mine);
	tunnel->last_index = row->session_index;
	tunnel->last_established_ms = row->established_at_ms;
	tunnel->ike_phase = vt_ike_phase_of(row->ike_state, &tunnel->ike_message);
	tunnel->must_be_up = vt_str_eq(row->expect, VT_STR("up"));
	tunnel->expected = row->name.p || row->owner.p || row->expect.p;
	if (row->status == VT_TUNNEL_PHASE1_FAILING || row->status == VT_TUNNEL_PHASE2_FAILING ||
	    row->status == VT_TUNNEL_NEGOTIATING)
		tunnel->trouble = (struct trouble){ .since_ms = row->status_since_ms,
						    .seen_ms = row->last_seen_ms,
						    .phase = row->status == VT_TUNNEL_PHASE2_FAILING ? 2 : 1 };
}

static void restore_selector(struct vt_unit *unit, const struct vt_selector_row *row)
{
	struct tunnel *tunnel = unit_tunnel(unit, row->tunnel_id);
	if (!tunnel || unit_selector(unit, row->id))
		return;
	struct selector *selector = add_selector(unit, tunnel, row);
	selector->present = row->status == VT_SELECTOR_UP || row->status == VT_SELECTOR_NO_TRAFFIC;
	if (!selector->present && row->status != VT_SELECTOR_IDLE)
		selector->gone_at_ms = row->status_since_ms;
	if (row->status == VT_SELECTOR_NO_TRAFFIC)
		selector->one_way_since_ms = row->status_since_ms;
}

void vt_unit_restore(struct vt_unit *unit, const struct vt_unit_rows *rows)
{
	struct vt_device_row fresh = unit->row; /* of which a new unit has set only these three texts */
	unit->row = rows->device;
	/* The name is what was asked for, and the address may have changed since. */
	unit->row.name = fresh.name;
	unit->row.context = fresh.context;
	unit->row.address = fresh.address;
	EACH_DEVICE_TEXT(unit->row, own);
	text_clear(&fresh.name);
	text_clear(&fresh.context);
	text_clear(&fresh.address);
	unit->restored = unit->row.last_poll_at_ms != 0;
	if (unit->row.booted_at_ms && unit->row.last_poll_at_ms > unit->row.booted_at_ms) {
		unit->uptime_s = (uint64_t)(unit->row.last_poll_at_ms - unit->row.booted_at_ms) / 1000;
		unit->uptime_at_ms = unit->row.last_poll_at_ms;
	}
	for (size_t i = 0; i < rows->tunnels_len; i++)
		restore_tunnel(unit, &rows->tunnels[i]);
	for (size_t i = 0; i < rows->selectors_len; i++)
		restore_selector(unit, &rows->selectors[i]);
	for (size_t i = 0; i < rows->live_len; i++) {
		struct selector *selector = unit_selector(unit, rows->live[i].selector_id);
		if (!selector)
			continue;
		selector->live = rows->live[i];
		if (selector->live.counters_at_ms > unit->ipsec_at_ms)
			unit->ipsec_at_ms = selector->live.counters_at_ms;
		if (selector->live.bytes_at_ms > unit->sessions_at_ms)
			unit->sessions_at_ms = selector->live.bytes_at_ms;
	}
}

bool vt_unit_is_negotiating(const struct vt_unit *unit)
{
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		enum vt_ike_phase phase = unit->tunnels[i]->ike_phase;
		if (phase == VT_IKE_WAITING || phase == VT_IKE_NEGOTIATING)
			return true;
	}
	return false;
}

bool vt_unit_wants_sessions(const struct vt_unit *unit)
{
	return unit->wants_sessions;
}

size_t vt_unit_tunnels(const struct vt_unit *unit)
{
	return unit->tunnels_len;
}

size_t vt_unit_selectors(const struct vt_unit *unit)
{
	return unit->selectors_len;
}

bool vt_unit_is_standby(const struct vt_unit *unit)
{
	return vt_str_eq(unit->row.failover_role, VT_STR("standby"));
}

void vt_unit_next_poll(struct vt_unit *unit, int64_t at_ms)
{
	unit->row.next_poll_at_ms = at_ms;
}
