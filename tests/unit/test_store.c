/* SPDX-License-Identifier: MIT
 * The store: what was committed comes back, now and after a restart; lists, pages, events, states.
 */
#include "tests/unit/store_case.h"

/* ---- what was committed comes back ---- */

/* Every field has a value of its own, so that a mixed-up column shows. */
static struct vt_device_row full_device(void)
{
	return (struct vt_device_row){
		.id = vt_device_id(VT_STR("fra-fw1"), VT_STR("customer1")),
		.name = VT_STR("fra-fw1"),
		.context = VT_STR("customer1"),
		.address = VT_STR("192.0.2.1"),
		.state = VT_DEVICE_HOST_KEY_CHANGED,
		.state_since_ms = at_s(1),
		.error = VT_STR("fra-fw1: the host key changed"),
		.last_poll_at_ms = at_s(2),
		.last_try_at_ms = at_s(3),
		.next_poll_at_ms = at_s(4),
		.version = VT_STR("9.8(4)"),
		.hardware = VT_STR("ASA5516"),
		.serial = VT_STR("JAD1"),
		.hostname = VT_STR("fra"),
		.booted_at_ms = at_s(-9),
		.failover_role = VT_STR("active"),
		.failover_unit = VT_STR("primary"),
		.config_modified_by = VT_STR("enable_15"),
		.config_modified_at = VT_STR("10:12:13.1 UTC"),
		.clock_skew_ms = -1500,
		.cpu_percent = 7,
		.commands = 11,
		.bytes = UINT64_C(1) << 40,
		.cli_ms = 12,
		.polls = 13,
		.failures = 14,
		.last_commands = 15,
		.last_bytes = 16,
		.last_cli_ms = 17,
		.lines = 18,
		.lines_skipped = 19,
		.capacity_tunnels = 250,
	};
}

static struct vt_tunnel_row full_tunnel(const struct vt_device_row *device)
{
	struct vt_str peer = VT_STR("2001:db8::1");
	return (struct vt_tunnel_row){
		.id = vt_tunnel_id(device->id, peer),
		.device_id = device->id,
		.device = device->name,
		.context = device->context,
		.peer = peer,
		.name = VT_STR("acme-hq"),
		.owner = VT_STR("noc@acme.example"),
		.expect = VT_STR("up"),
		.ike_version = 2,
		.role = VT_STR("initiator"),
		.status = VT_TUNNEL_PHASE2_FAILING,
		.status_since_ms = at_s(1),
		.status_reason = VT_STR("a selector is missing"),
		.ike_state = VT_STR("READY"),
		.ike_state_since_ms = at_s(2),
		.flapping = true,
		.session_index = 4242,
		.established_at_ms = at_s(3),
		.tunnel_group = VT_STR("203.0.113.9"),
		.interface = VT_STR("outside"),
		.local_endpoint = VT_STR("192.0.2.1:500"),
		.remote_endpoint = VT_STR("198.51.100.1:4500"),
		.local_addr = VT_STR("192.0.2.1"),
		.restarts = 5,
		.first_seen_ms = at_s(4),
		.last_seen_ms = at_s(6),
		.selectors = 7,
	};
}

static struct vt_selector_row full_selector(const struct vt_tunnel_row *tunnel)
{
	return (struct vt_selector_row){
		.id = vt_selector_id(tunnel->id, VT_STR("10.1.0.0/16"), VT_STR("10.2.0.5/32:6/443")),
		.tunnel_id = tunnel->id,
		.device_id = tunnel->device_id,
		.local = VT_STR("10.1.0.0/16"),
		.remote = VT_STR("10.2.0.5/32:6/443"),
		.status = VT_SELECTOR_NO_TRAFFIC,
		.status_since_ms = at_s(1),
		.spi_in = 0xdeadbeef,
		.spi_out = 0xfeedface,
		.spi_since_ms = at_s(2),
		.crypto_map = VT_STR("outside_map"),
		.sequence = 20,
		.rekeys = 3,
		.path_mtu = 1500,
	};
}

static struct vt_live full_live(uint64_t selector_id)
{
	return (struct vt_live){
		.selector_id = selector_id,
		.counters = { 1, UINT64_C(1) << 33, 3, UINT64_C(1) << 62, 0, VT_ABSENT },
		.per_s = { 7, 8, VT_ABSENT, 10, 11, 0 },
		.last_encaps_at_ms = at_s(5),
		.last_decaps_at_ms = 0,
		.counters_at_ms = at_s(7),
		.bytes_at_ms = at_s(-300),
		.lifetime_s = 28000,
		.lifetime_kb = VT_ABSENT,
	};
}

static void same_text(struct vt_str got, struct vt_str want)
{
	if (!got.p != !want.p || !vt_str_eq(got, want))
		fail_msg("\"" VT_FMT "\" (%s) and not \"" VT_FMT "\" (%s)", VT_ARG(got), got.p ? "there" : "absent",
			 VT_ARG(want), want.p ? "there" : "absent");
}
#define SAME(member) assert_true(got->member == want->member)
#define SAME_TEXT(member) same_text(got->member, want->member)

static void same_device(const struct vt_device_row *got, const struct vt_device_row *want)
{
	SAME(id), SAME_TEXT(name), SAME_TEXT(context), SAME_TEXT(address), SAME(state), SAME(state_since_ms);
	SAME_TEXT(error), SAME(last_poll_at_ms), SAME(last_try_at_ms), SAME(next_poll_at_ms), SAME_TEXT(version);
	SAME_TEXT(hardware), SAME_TEXT(serial), SAME_TEXT(hostname), SAME(booted_at_ms), SAME_TEXT(failover_role);
	SAME_TEXT(failover_unit), SAME_TEXT(config_modified_by), SAME_TEXT(config_modified_at), SAME(clock_skew_ms);
	SAME(cpu_percent), SAME(commands), SAME(bytes), SAME(cli_ms), SAME(polls), SAME(failures), SAME(last_commands);
	SAME(last_bytes), SAME(last_cli_ms), SAME(lines), SAME(lines_skipped), SAME(capacity_tunnels);
}

static void same_tunnel(const struct vt_tunnel_row *got, const struct vt_tunnel_row *want)
{
	SAME(id), SAME(device_id), SAME_TEXT(device), SAME_TEXT(context), SAME_TEXT(peer), SAME_TEXT(name);
	SAME_TEXT(owner), SAME_TEXT(expect), SAME(ike_version), SAME_TEXT(role), SAME(status), SAME(status_since_ms);
	SAME_TEXT(status_reason), SAME_TEXT(ike_state), SAME(ike_state_since_ms), SAME(flapping), SAME(session_index);
	SAME(established_at_ms), SAME_TEXT(tunnel_group), SAME_TEXT(interface), SAME_TEXT(local_endpoint);
	SAME_TEXT(remote_endpoint), SAME_TEXT(local_addr), SAME(restarts), SAME(first_seen_ms), SAME(last_seen_ms),
		SAME(selectors);
}

static void same_selector(const struct vt_selector_row *got, const struct vt_selector_row *want)
{
	SAME(id), SAME(tunnel_id), SAME(device_id), SAME_TEXT(local), SAME_TEXT(remote), SAME(status);
	SAME(status_since_ms), SAME(spi_in), SAME(spi_out), SAME(spi_since_ms), SAME_TEXT(crypto_map), SAME(sequence);
	SAME(rekeys), SAME(path_mtu);
}

static void same_counters(const struct vt_counters *got, const struct vt_counters *want)
{
	SAME(encaps_pkts), SAME(decaps_pkts), SAME(tx_bytes), SAME(rx_bytes), SAME(send_errors), SAME(recv_errors);
}

static void same_live(const struct vt_live *got, const struct vt_live *want)
{
	SAME(selector_id), SAME(last_encaps_at_ms), SAME(last_decaps_at_ms), SAME(counters_at_ms), SAME(bytes_at_ms);
	SAME(lifetime_s), SAME(lifetime_kb);
	same_counters(&got->counters, &want->counters);
	same_counters(&got->per_s, &want->per_s);
}

struct full_unit {
	struct vt_device_row device;
	struct vt_tunnel_row tunnels[2];
	struct vt_selector_row selectors[2];
	struct vt_live live[2];
};

/* The second of each is nearly empty: absent is not the same as empty or 0. */
static struct full_unit full_unit(void)
{
	struct full_unit unit = { .device = full_device() };
	unit.tunnels[0] = full_tunnel(&unit.device);
	unit.tunnels[1] = a_tunnel(&unit.device, "192.0.2.77", at_s(0));
	unit.tunnels[1].owner = VT_STR("");
	unit.selectors[0] = full_selector(&unit.tunnels[0]);
	unit.selectors[1] = a_selector(&unit.tunnels[1], "10.3.0.0/16", at_s(0));
	for (int i = 0; i < 2; i++)
		unit.live[i] = full_live(unit.selectors[i].id);
	unit.live[1].counters.encaps_pkts = 0;
	return unit;
}

static struct vt_commit commit_of(const struct full_unit *unit)
{
	return (struct vt_commit){
		.at_ms = at_s(0),
		.device = unit->device,
		.tunnels = unit->tunnels,
		.tunnels_len = 2,
		.selectors = unit->selectors,
		.selectors_len = 2,
		.live = unit->live,
		.live_len = 2,
		.live_given = true,
	};
}

static void same_unit(struct vt_store *store, struct vt_arena *arena, const struct full_unit *want)
{
	struct vt_unit_rows got;
	STORE_OK(vt_store_unit(store, want->device.id, arena, &got, e));
	assert_int_equal(got.tunnels_len, 2);
	assert_int_equal(got.selectors_len, 2);
	assert_int_equal(got.live_len, 2);
	same_device(&got.device, &want->device);
	for (size_t i = 0; i < 2; i++) {
		size_t selector = got.selectors[i].id == want->selectors[0].id ? 0 : 1;
		same_tunnel(&got.tunnels[i], &want->tunnels[i]);
		same_selector(&got.selectors[i], &want->selectors[selector]);
		same_live(&got.live[i], &want->live[selector]);
	}
}

static void a_commit_comes_back_in_every_field(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit);
	STORE_OK(vt_store_commit(c.store, &commit, e));
	same_unit(c.store, c.arena, &unit);

	struct vt_store *reader;
	STORE_OK(vt_store_open_reader(c.path, &reader, e));
	same_unit(reader, c.arena, &unit);
	vt_store_close(reader);

	store_case_reopen(&c);
	same_unit(c.store, c.arena, &unit);
	store_case_end(&c);
}

static void a_tunnel_knows_its_other_end_where_that_is_managed(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_device_row here = full_device(), there = full_device();
	there.name = VT_STR("muc-fw1"), there.id = vt_device_id(there.name, there.context);
	struct vt_tunnel_row ours = a_tunnel(&here, "203.0.113.9", at_s(0)),
			     theirs = a_tunnel(&there, "192.0.2.1", at_s(0));
	struct vt_tunnel_row foreign = a_tunnel(&here, "198.51.100.7", at_s(0));
	ours.local_addr = foreign.local_addr = VT_STR("192.0.2.1"), theirs.local_addr = VT_STR("203.0.113.9");
	struct vt_tunnel_row of_here[] = { ours, foreign };
	struct vt_commit first = { .at_ms = at_s(0), .device = here, .tunnels = of_here, .tunnels_len = 2 };
	struct vt_commit second = { .at_ms = at_s(0), .device = there, .tunnels = &theirs, .tunnels_len = 1 };
	struct vt_tunnel_row got;

	STORE_OK(vt_store_commit(c.store, &first, e));
	STORE_OK(vt_store_tunnel(c.store, ours.id, c.arena, &got, e));
	assert_int_equal(got.other_id, 0);
	STORE_OK(vt_store_commit(c.store, &second, e));
	STORE_OK(vt_store_tunnel(c.store, ours.id, c.arena, &got, e));
	assert_int_equal(got.other_id, theirs.id);
	same_text(got.other_device, VT_STR("muc-fw1"));
	STORE_OK(vt_store_tunnel(c.store, theirs.id, c.arena, &got, e));
	assert_int_equal(got.other_id, ours.id);
	STORE_OK(vt_store_tunnel(c.store, foreign.id, c.arena, &got, e));
	assert_int_equal(got.other_id, 0);
	store_case_end(&c);
}

/* What one unit knows of one tunnel with one protected pair. */
static struct vt_tunnel_row commit_end(struct store_case *c, const char *name, const char *peer, const char *local_addr,
				       const char *local, const char *remote)
{
	struct vt_device_row device = a_device(name, at_s(0));
	struct vt_tunnel_row tunnel = a_tunnel(&device, peer, at_s(0));
	struct vt_selector_row selector = a_selector(&tunnel, remote, at_s(0));
	tunnel.local_addr = vt_str_of(local_addr);
	selector.local = vt_str_of(local);
	selector.id = vt_selector_id(tunnel.id, selector.local, selector.remote);
	struct vt_commit commit = { .at_ms = at_s(0),
				    .device = device,
				    .tunnels = &tunnel,
				    .tunnels_len = 1,
				    .selectors = &selector,
				    .selectors_len = 1 };
	STORE_OK(vt_store_commit(c->store, &commit, e));
	return tunnel;
}

static void behind_a_translated_address_the_networks_tell_the_other_end(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	uint64_t id = 0;
	/* ulm has 192.168.9.2 and is seen at 203.0.113.60; bonn protects the same networks, and goes elsewhere. */
	struct vt_tunnel_row ham = commit_end(&c, "ham", "203.0.113.60", "192.0.2.34", "10.4.0.0/16", "10.6.0.0/16"),
			     ulm = commit_end(&c, "ulm", "192.0.2.34", "192.168.9.2", "10.6.0.0/16", "10.4.0.0/16"),
			     bonn = commit_end(&c, "bonn", "198.51.100.7", "192.168.9.2", "10.6.0.0/16", "10.4.0.0/16");
	STORE_OK(vt_store_other_end(c.store, &ham, &id, e));
	assert_int_equal(id, ulm.id);
	STORE_OK(vt_store_other_end(c.store, &ulm, &id, e));
	assert_int_equal(id, ham.id);
	assert_int_equal(vt_store_other_end(c.store, &bonn, &id, &error), VT_E_NOT_FOUND);
	/* A second one that fits as well: nobody can tell. */
	commit_end(&c, "kiel", "192.0.2.34", "192.168.9.2", "10.6.0.0/16", "10.4.0.0/16");
	assert_int_equal(vt_store_other_end(c.store, &ham, &id, &error), VT_E_NOT_FOUND);
	assert_non_null(strstr(error.text, "not told apart"));
	store_case_end(&c);
}

static void the_same_commit_twice_is_the_same_state(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit);
	for (int i = 0; i < 2; i++)
		STORE_OK(vt_store_commit(c.store, &commit, e));
	same_unit(c.store, c.arena, &unit);
	struct vt_interval *intervals;
	size_t len;
	STORE_OK(vt_store_intervals(c.store, unit.tunnels[0].id, 0, 0, c.arena, &intervals, &len, e));
	assert_int_equal(len, 1);
	store_case_end(&c);
}

static void changed_fields_are_changed(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit);
	STORE_OK(vt_store_commit(c.store, &commit, e));
	unit.tunnels[0].name = VT_STR_NONE;
	unit.tunnels[0].flapping = false;
	unit.tunnels[0].session_index = VT_ABSENT;
	unit.tunnels[1].owner = VT_STR("someone");
	unit.selectors[1].spi_in = VT_ABSENT;
	unit.selectors[1].rekeys = 9;
	unit.device.error = VT_STR_NONE;
	unit.device.clock_skew_ms = INT64_MIN;
	unit.live[0].counters.rx_bytes = VT_ABSENT;
	commit = commit_of(&unit);
	STORE_OK(vt_store_commit(c.store, &commit, e));
	same_unit(c.store, c.arena, &unit);
	store_case_end(&c);
}

/* ---- lists ---- */

enum { FLEET_DEVICES = 3, FLEET_PEERS = 40, FLEET = FLEET_DEVICES * FLEET_PEERS };
struct fleet {
	struct vt_device_row devices[FLEET_DEVICES];
	struct vt_tunnel_row tunnels[FLEET]; /* in the order of lists */
};

static void fleet_commit(struct store_case *c, const struct fleet *fleet)
{
	for (size_t i = 0; i < FLEET_DEVICES; i++) {
		const struct vt_commit commit = { .at_ms = at_s(0),
						  .device = fleet->devices[i],
						  .tunnels = &fleet->tunnels[i * FLEET_PEERS],
						  .tunnels_len = FLEET_PEERS };
		STORE_OK(vt_store_commit(c->store, &commit, e));
	}
}

/* Two contexts of one device and another device; statuses, names and flapping in patterns that overlap. */
static void fleet_make(struct store_case *c, struct fleet *fleet)
{
	static const char *const names[FLEET_DEVICES] = { "ber-fw1", "ber-fw1", "cgn-fw1" };
	static const char *const contexts[FLEET_DEVICES] = { NULL, "red", NULL };
	for (size_t i = 0; i < FLEET; i++) {
		struct vt_device_row *device = &fleet->devices[i / FLEET_PEERS];
		*device = a_device(names[i / FLEET_PEERS], at_s(0));
		device->context = vt_str_of(contexts[i / FLEET_PEERS]);
		device->id = vt_device_id(device->name, device->context);
		fleet->tunnels[i] = a_tunnel(device, vt_arena_printf(c->arena, "192.0.2.%zu", 100 + i % FLEET_PEERS),
					     at_s(0));
		fleet->tunnels[i].status = (enum vt_tunnel_status)(i % 7 % VT_TUNNEL_STATUSES);
		fleet->tunnels[i].flapping = i % 11 == 3;
		if (i % 3)
			fleet->tunnels[i].name = vt_str_of(vt_arena_printf(c->arena, "Acme-%zu", i % 5));
		if (i % 4 == 1)
			fleet->tunnels[i].owner = VT_STR("100%_noc@acme.example");
	}
	fleet_commit(c, fleet);
}

static bool has(struct vt_str text, struct vt_str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (strncasecmp(text.p + i, part.p, part.len) == 0)
			return true;
	return false;
}

static bool matches(const struct vt_tunnel_row *row, const struct vt_tunnel_query *query)
{
	return (!query->status_mask || query->status_mask >> row->status & 1) &&
	       (!query->device.len || vt_str_eq(query->device, row->device)) &&
	       (!query->context.len || vt_str_eq(query->context, row->context)) &&
	       (!query->peer.len || vt_str_eq(query->peer, row->peer)) &&
	       (query->flapping < 0 || query->flapping == row->flapping) &&
	       (!query->q.len || has(row->device, query->q) || has(row->peer, query->q) || has(row->name, query->q) ||
		has(row->owner, query->q));
}

/* Every filter, page by page, against a walk over all rows. */
static void a_list_is_what_its_filters_say(void **state)
{
	(void)state;
	static const struct vt_tunnel_query queries[] = {
		{ .flapping = -1 },
		{ .flapping = 1 },
		{ .flapping = 0 },
		{ .flapping = -1, .status_mask = 1 << VT_TUNNEL_IDLE },
		{ .flapping = -1, .status_mask = 1 << VT_TUNNEL_UP | 1 << VT_TUNNEL_NO_TRAFFIC },
		{ .flapping = -1, .status_mask = (1 << VT_TUNNEL_STATUSES) - 1 },
		{ .flapping = 1, .status_mask = 1 << VT_TUNNEL_IDLE | 1 << VT_TUNNEL_UP },
		{ .flapping = 0, .status_mask = 1 << VT_TUNNEL_IDLE, .q = VT_STR("acme") },
		{ .flapping = -1, .device = VT_STR("ber-fw1") },
		{ .flapping = -1, .device = VT_STR("ber-fw1"), .context = VT_STR("red") },
		{ .flapping = -1,
		  .device = VT_STR("ber-fw1"),
		  .status_mask = 1 << VT_TUNNEL_UP,
		  .q = VT_STR("ACME-2") },
		{ .flapping = -1, .device = VT_STR("ber") },
		{ .flapping = -1, .peer = VT_STR("192.0.2.117") },
		{ .flapping = -1, .peer = VT_STR("192.0.2.117"), .device = VT_STR("cgn-fw1") },
		{ .flapping = -1, .q = VT_STR("2.11") },
		{ .flapping = -1, .q = VT_STR("FW1") },
		{ .flapping = -1, .q = VT_STR("100%_") },
		{ .flapping = -1, .q = VT_STR("%") },
		{ .flapping = -1, .q = VT_STR("\"acme\"") },
		{ .flapping = -1, .q = VT_STR("Acme-3"), .status_mask = 1 << VT_TUNNEL_IDLE },
		{ .flapping = 1, .q = VT_STR("cgn-fw1") },
		{ .flapping = -1, .q = VT_STR("caf\xc3\xa9") },
		{ .flapping = -1, .q = VT_STR("nothing has this") },
	};
	struct store_case c = store_case_begin();
	struct fleet fleet;
	fleet_make(&c, &fleet);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct vt_tunnel_query query = queries[i];
		struct vt_tunnel_row *rows;
		size_t len, at = 0;
		bool more = true;
		query.limit = 7;
		while (more) {
			STORE_OK(vt_store_tunnels(c.store, &query, c.arena, &rows, &len, &more, e));
			assert_true(len <= 7 && (!more || len == 7));
			for (size_t j = 0; j < len; j++, at++) {
				while (at < FLEET && !matches(&fleet.tunnels[at], &query))
					at++;
				if (at == FLEET || rows[j].id != fleet.tunnels[at].id)
					fail_msg("query %zu: " VT_FMT "/" VT_FMT " is not the next", i,
						 VT_ARG(rows[j].device), VT_ARG(rows[j].peer));
			}
			if (len)
				query.after = rows[len - 1].id;
		}
		for (; at < FLEET; at++)
			assert_false(matches(&fleet.tunnels[at], &query));
	}
	store_case_end(&c);
}

/* Between two pages tunnels change their status, come and go: every one that stays is seen exactly once. */
static void pages_are_stable_while_rows_move(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct fleet fleet;
	struct vt_tunnel_query query = { .flapping = -1, .limit = 10 };
	struct vt_tunnel_row *rows;
	size_t len, seen = 0;
	bool more = true;
	fleet_make(&c, &fleet);
	while (more) {
		STORE_OK(vt_store_tunnels(c.store, &query, c.arena, &rows, &len, &more, e));
		for (size_t i = 0; i < len; i++)
			seen += vt_str_starts(rows[i].peer, VT_STR("192.0.2."));
		query.after = rows[len - 1].id;
		for (size_t i = 0; i < FLEET; i++)
			fleet.tunnels[i].status = (fleet.tunnels[i].status + 1) % VT_TUNNEL_STATUSES;
		fleet_commit(&c, &fleet);
		/* One comes in front of all, and the last of the page just read is forgotten. */
		struct vt_tunnel_row first = a_tunnel(&fleet.devices[0], vt_arena_printf(c.arena, "100.64.0.%zu", seen),
						      at_s(1));
		const struct vt_commit moves = { .at_ms = at_s(1),
						 .device = fleet.devices[0],
						 .tunnels = &first,
						 .tunnels_len = 1,
						 .forget_tunnels = &query.after,
						 .forget_tunnels_len = 1 };
		STORE_OK(vt_store_commit(c.store, &moves, e));
	}
	assert_int_equal(seen, FLEET);
	query.after = 12345;
	struct vt_error error;
	assert_int_equal(vt_store_tunnels(c.store, &query, c.arena, &rows, &len, &more, &error), VT_E_NOT_FOUND);
	store_case_end(&c);
}

static void same_counts(struct store_case *c, const struct fleet *fleet, uint64_t first, size_t from)
{
	uint64_t counts[VT_TUNNEL_STATUSES], flapping, want[VT_TUNNEL_STATUSES] = { 0 }, want_flapping = 0;
	want[VT_TUNNEL_UP] += first;
	for (size_t i = from; i < FLEET; i++) {
		want[fleet->tunnels[i].status]++;
		want_flapping += fleet->tunnels[i].flapping;
	}
	STORE_OK(vt_store_counts(c->store, counts, &flapping, e));
	assert_memory_equal(counts, want, sizeof want);
	assert_int_equal(flapping, want_flapping);
}

static void counts_follow_every_change(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct fleet fleet;
	fleet_make(&c, &fleet);
	same_counts(&c, &fleet, 0, 0);
	for (size_t i = 0; i < FLEET; i += 2) {
		fleet.tunnels[i].status = VT_TUNNEL_ORPHAN;
		fleet.tunnels[i].flapping = !fleet.tunnels[i].flapping;
	}
	fleet_commit(&c, &fleet);
	same_counts(&c, &fleet, 0, 0);
	const struct vt_commit forget = { .at_ms = at_s(1),
					  .device = fleet.devices[0],
					  .forget_tunnels = &fleet.tunnels[0].id,
					  .forget_tunnels_len = 1 };
	for (int twice = 0; twice < 2; twice++)
		STORE_OK(vt_store_commit(c.store, &forget, e));
	same_counts(&c, &fleet, 0, 1);
	fleet_commit(&c, &fleet); /* it is back */
	same_counts(&c, &fleet, 0, 0);
	store_case_end(&c);
}

/* ---- leaving ---- */

static void a_retired_unit_leaves_the_present_and_not_the_past(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit);
	const struct vt_sample sample = { unit.selectors[0].id, { 10, 20, 30, 40, 0, 0 } };
	struct vt_device_row other = a_device("cgn-fw1", at_s(0)), *devices;
	struct vt_unit_rows rows;
	struct vt_series *series;
	struct vt_interval *intervals;
	struct vt_error error;
	uint64_t before, after, counts[VT_TUNNEL_STATUSES], flapping;
	size_t len;
	commit.samples = &sample;
	commit.samples_len = 1;
	commit.interval_ms = 1000;
	STORE_OK(vt_store_commit(c.store, &commit, e));
	const struct vt_commit of_other = { .at_ms = at_s(0), .device = other };
	STORE_OK(vt_store_commit(c.store, &of_other, e));
	STORE_OK(vt_store_generation(c.store, &before, e));
	STORE_OK(vt_store_retire_units(c.store, &other.id, 1, e));
	STORE_OK(vt_store_generation(c.store, &after, e));
	assert_true(after > before);

	STORE_OK(vt_store_devices(c.store, c.arena, &devices, &len, e));
	assert_int_equal(len, 1);
	assert_int_equal(devices[0].id, other.id);
	assert_int_equal(vt_store_unit(c.store, unit.device.id, c.arena, &rows, &error), VT_E_NOT_FOUND);
	STORE_OK(vt_store_counts(c.store, counts, &flapping, e));
	for (size_t i = 0; i < VT_TUNNEL_STATUSES; i++)
		assert_int_equal(counts[i], 0);
	STORE_OK(vt_store_intervals(c.store, unit.tunnels[0].id, 0, 0, c.arena, &intervals, &len, e));
	assert_int_equal(len, 1);
	assert_true(intervals[0].to_ms > 0);
	STORE_OK(vt_store_history(c.store, unit.tunnels[0].id, at_s(0), at_s(1), 1000, c.arena, &series, &len, e));
	assert_int_equal(len, 1);
	assert_true(series[0].buckets[0].tx_bytes.sum == 30);

	STORE_OK(vt_store_commit(c.store, &commit, e)); /* configured again */
	same_unit(c.store, c.arena, &unit);
	store_case_end(&c);
}

/* ---- states and events ---- */

static void states_follow_one_another_without_a_gap(void **state)
{
	(void)state;
	static const struct {
		enum vt_tunnel_status status;
		int since_s;
		const char *reason;
	} steps[] = { { VT_TUNNEL_UP, 0, NULL },
		      { VT_TUNNEL_UP, 0, "now with a reason" },
		      { VT_TUNNEL_DOWN, 100, "no SA" },
		      { VT_TUNNEL_UNKNOWN, 160, "no answer" },
		      { VT_TUNNEL_DOWN, 220, "no SA" } };
	static const struct vt_interval want[] = { { VT_TUNNEL_UP, 0, 100, VT_STR("now with a reason") },
						   { VT_TUNNEL_DOWN, 100, 160, VT_STR("no SA") },
						   { VT_TUNNEL_UNKNOWN, 160, 220, VT_STR("no answer") },
						   { VT_TUNNEL_DOWN, 220, 0, VT_STR("no SA") } };
	struct store_case c = store_case_begin();
	struct vt_device_row device = a_device("fra-fw1", at_s(0));
	struct vt_tunnel_row tunnel = a_tunnel(&device, "192.0.2.1", at_s(0));
	struct vt_interval *got;
	size_t len;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		tunnel.status = steps[i].status;
		tunnel.status_since_ms = at_s(steps[i].since_s);
		tunnel.status_reason = vt_str_of(steps[i].reason);
		const struct vt_commit commit = {
			.at_ms = at_s(steps[i].since_s), .device = device, .tunnels = &tunnel, .tunnels_len = 1
		};
		STORE_OK(vt_store_commit(c.store, &commit, e));
	}
	STORE_OK(vt_store_intervals(c.store, tunnel.id, 0, 0, c.arena, &got, &len, e));
	assert_int_equal(len, sizeof want / sizeof *want);
	for (size_t i = 0; i < len; i++) {
		assert_int_equal(got[i].status, want[i].status);
		assert_int_equal(got[i].from_ms, at_s(want[i].from_ms));
		assert_int_equal(got[i].to_ms, want[i].to_ms ? at_s(want[i].to_ms) : 0);
		same_text(got[i].reason, want[i].reason);
	}
	/* A range sees the states that touch it. */
	STORE_OK(vt_store_intervals(c.store, tunnel.id, at_s(120), at_s(160), c.arena, &got, &len, e));
	assert_int_equal(len, 1);
	assert_int_equal(got[0].from_ms, at_s(100));
	STORE_OK(vt_store_intervals(c.store, tunnel.id, at_s(99), at_s(161), c.arena, &got, &len, e));
	assert_int_equal(len, 3);
	STORE_OK(vt_store_intervals(c.store, tunnel.id, at_s(1000), 0, c.arena, &got, &len, e));
	assert_int_equal(len, 1);
	store_case_end(&c);
}

static void events_come_back_in_order(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit);
	struct vt_event_row events[6] = { 0 }, *got;
	size_t len;
	for (size_t i = 0; i < 6; i++)
		events[i] = (struct vt_event_row){ .at_ms = at_s((int64_t)i),
						   .kind = (enum vt_event_kind)(i % VT_EVENT_KINDS),
						   .device_id = i == 5 ? 77 : unit.device.id,
						   .tunnel_id = i % 2 ? unit.tunnels[0].id : 0,
						   .selector_id = i == 3 ? unit.selectors[0].id : 0,
						   .from = i ? VT_STR("up") : VT_STR_NONE,
						   .to = VT_STR("down"),
						   .detail = VT_STR("because") };
	commit.events = events;
	commit.events_len = 6;
	STORE_OK(vt_store_commit(c.store, &commit, e));
	static const struct {
		const char *what;
		struct vt_event_query query;
		bool of_tunnel, of_device;
		const char *want; /* the events, by number */
	} questions[] = {
		{ "all", { .limit = 100 }, false, false, "012345" },
		{ "after the second", { .after_seq = 2, .limit = 2 }, false, false, "23" },
		{ "the newest two", { .newest_first = true, .limit = 2 }, false, false, "54" },
		{ "the two before", { .newest_first = true, .after_seq = 5, .limit = 2 }, false, false, "32" },
		{ "of a tunnel", { .limit = 100 }, true, false, "135" },
		{ "of a unit, newest first", { .newest_first = true, .limit = 100 }, false, true, "43210" },
		{ "of a tunnel of that unit", { .limit = 100 }, true, true, "13" },
		{ "in a range",
		  { .from_ms = (AT0 + 1) * INT64_C(1000), .to_ms = (AT0 + 3) * INT64_C(1000), .limit = 9 },
		  false,
		  false,
		  "123" },
	};
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		struct vt_event_query query = questions[i].query;
		char numbers[8] = "";
		query.tunnel_id = questions[i].of_tunnel ? unit.tunnels[0].id : 0;
		query.device_id = questions[i].of_device ? unit.device.id : 0;
		STORE_OK(vt_store_events(c.store, &query, c.arena, &got, &len, e));
		for (size_t j = 0; j < len; j++)
			numbers[j] = (char)('0' + got[j].seq - 1);
		if (strcmp(numbers, questions[i].want) != 0)
			fail_msg("%s: got %s, expected %s", questions[i].what, numbers, questions[i].want);
	}
	STORE_OK(vt_store_events(c.store, &(struct vt_event_query){ .after_seq = 3, .limit = 1 }, c.arena, &got, &len,
				 e));
	const struct vt_event_row *want = &events[3];
	SAME_TEXT(from), SAME_TEXT(to), SAME_TEXT(detail), SAME(at_ms), SAME(kind), SAME(device_id), SAME(tunnel_id);
	SAME(selector_id);
	same_text(got->device, unit.device.name);
	same_text(got->context, unit.device.context);
	same_text(got->peer, unit.tunnels[0].peer);
	store_case_end(&c);
}

/* A commit that cannot be is undone as a whole, and the store goes on. */
static void a_commit_is_all_or_nothing(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct full_unit unit = full_unit();
	struct vt_commit commit = commit_of(&unit), orphan = commit;
	struct vt_selector_row selector = unit.selectors[0];
	struct vt_error error;
	uint64_t before, after;
	STORE_OK(vt_store_commit(c.store, &commit, e));
	STORE_OK(vt_store_generation(c.store, &before, e));
	selector.id++;
	selector.tunnel_id = 4711;
	orphan.selectors = &selector;
	orphan.selectors_len = 1;
	orphan.device.polls = 99;
	const struct vt_commit *both[] = { &commit, &orphan };
	assert_int_equal(vt_store_commit_many(c.store, both, 2, &error), VT_E_DB);
	assert_non_null(strstr(error.text, "cannot write a selector: FOREIGN KEY constraint failed"));
	STORE_OK(vt_store_generation(c.store, &after, e));
	assert_int_equal(after, before);
	same_unit(c.store, c.arena, &unit);
	STORE_OK(vt_store_commit(c.store, &commit, e));
	STORE_OK(vt_store_generation(c.store, &after, e));
	assert_int_equal(after, before + 1);
	store_case_end(&c);
}

static void the_daemons_own_row_comes_back(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_str json;
	int64_t at_ms;
	assert_int_equal(vt_store_daemon(c.store, c.arena, &at_ms, &json, &error), VT_E_NOT_FOUND);
	STORE_OK(vt_store_put_daemon(c.store, 1, VT_STR("{}"), e));
	STORE_OK(vt_store_put_daemon(c.store, 2, VT_STR("{\"version\":1}"), e));
	STORE_OK(vt_store_daemon(c.store, c.arena, &at_ms, &json, e));
	assert_int_equal(at_ms, 2);
	assert_str(json, "{\"version\":1}");
	store_case_end(&c);
}

UNIT_TESTS(CASE(a_commit_comes_back_in_every_field), CASE(a_tunnel_knows_its_other_end_where_that_is_managed),
	   CASE(behind_a_translated_address_the_networks_tell_the_other_end),
	   CASE(the_same_commit_twice_is_the_same_state), CASE(changed_fields_are_changed),
	   CASE(a_list_is_what_its_filters_say), CASE(pages_are_stable_while_rows_move),
	   CASE(counts_follow_every_change), CASE(a_retired_unit_leaves_the_present_and_not_the_past),
	   CASE(states_follow_one_another_without_a_gap), CASE(events_come_back_in_order),
	   CASE(a_commit_is_all_or_nothing), CASE(the_daemons_own_row_comes_back))
