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
	SAME_TEXT(remote_endpoint), SAME(restarts), SAME(first_seen_ms), SAME(last_seen_ms), SAME(selectors);
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

UNIT_TESTS(CASE(a_commit_comes_back_in_every_field), CASE(the_same_commit_twice_is_the_same_state),
	   CASE(changed_fields_are_changed))
