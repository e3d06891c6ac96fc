/* SPDX-License-Identifier: MIT
 * Fills a database through the store, so that whoever reads it can be tested without a fleet.
 *
 *     fill_db PATH fill DEVICES TUNNELS SELECTORS MINUTES   a fleet, with a poll a minute before now
 *     fill_db PATH add DEVICE PEER                          one more tunnel of a device
 *     fill_db PATH drop DEVICE PEER                         one tunnel less
 *     fill_db PATH hostile                                  a device that prints what no device should
 *     fill_db PATH heartbeat SECONDS                        the daemon was last heard of that long ago
 *
 * Everything but the times is a function of the numbers: device 3 is fw003, its tunnel 5 goes to 10.3.0.5, and
 * what holds of a tunnel follows from (device + tunnel) alone.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/scan.h"
#include "store/store.h"

static int64_t now_ms;

static _Noreturn void die(const char *sentence)
{
	fprintf(stderr, "fill_db: %s\n", sentence);
	exit(1);
}

static void check(enum vt_status status, const struct vt_error *error)
{
	if (status != VT_OK)
		die(error->text);
}

static struct vt_str text(struct vt_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
static struct vt_str text(struct vt_arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct vt_str s = vt_str_of(vt_arena_vprintf(arena, format, args));
	va_end(args);
	return s;
}

/* ---- the fleet ---- */

static struct vt_device_row device_row(struct vt_arena *arena, unsigned d)
{
	bool second_context = d % 7 == 6, ill = d % 10 == 9;
	struct vt_device_row row = {
		.name = text(arena, "fw%03u", d),
		.context = second_context ? VT_STR("customer1") : VT_STR(""),
		.address = text(arena, "192.0.2.%u", d % 250 + 1),
		.state = ill ? VT_DEVICE_UNREACHABLE : VT_DEVICE_OK,
		.state_since_ms = now_ms - 3600000,
		.error = ill ? text(arena, "fw%03u does not answer on TCP 22", d) : VT_STR_NONE,
		.last_poll_at_ms = ill ? now_ms - 3600000 : now_ms - 20000,
		.last_try_at_ms = now_ms - 20000,
		.next_poll_at_ms = now_ms + 40000,
		.version = VT_STR("9.16(4)"),
		.hardware = VT_STR("ASA5516"),
		.hostname = text(arena, "FW%03u", d),
		.booted_at_ms = now_ms - INT64_C(11) * 86400000,
		.failover_role = d % 2 ? VT_STR("active") : VT_STR_NONE,
		.clock_skew_ms = d % 3 ? 1500 : INT64_MIN,
		.cpu_percent = d % 100,
		.commands = 1000 + d,
		.bytes = 5000000 + d,
		.cli_ms = 90500,
		.polls = 500,
		.failures = d % 4,
		.last_commands = 3,
		.last_bytes = 230000,
		.last_cli_ms = 800,
		.lines = 4000,
		.lines_skipped = d % 5,
		.capacity_tunnels = VT_ABSENT,
	};
	row.id = vt_device_id(row.name, row.context);
	return row;
}

static const struct {
	enum vt_tunnel_status status;
	const char *reason, *ike_state;
} conditions[] = {
	{ VT_TUNNEL_UP, "IKE and all selectors are up", "MM_ACTIVE" },
	{ VT_TUNNEL_UP, "IKE and all selectors are up", "READY" },
	{ VT_TUNNEL_IDLE, "no SA, and nobody asks for one", NULL },
	{ VT_TUNNEL_UP, "IKE and all selectors are up", "MM_ACTIVE" },
	{ VT_TUNNEL_PHASE1_FAILING, "waits for message 6 since three attempts", "MM_WAIT_MSG6" },
	{ VT_TUNNEL_NO_TRAFFIC, "encrypts and gets nothing back", "MM_ACTIVE" },
	{ VT_TUNNEL_UP, "IKE and all selectors are up", "READY" },
	{ VT_TUNNEL_DOWN, "it must be up, and there is no SA", NULL },
	{ VT_TUNNEL_UNKNOWN, "the device does not answer", NULL },
};

static struct vt_tunnel_row tunnel_row(struct vt_arena *arena, const struct vt_device_row *device, unsigned d,
				       unsigned t, unsigned selectors)
{
	size_t condition = (d + t) % (sizeof conditions / sizeof *conditions);
	bool has_session = conditions[condition].status == VT_TUNNEL_UP ||
			   conditions[condition].status == VT_TUNNEL_NO_TRAFFIC;
	struct vt_tunnel_row row = {
		.device_id = device->id,
		.device = device->name,
		.context = device->context,
		.peer = text(arena, "10.%u.%u.%u", d % 256, t / 250, t % 250),
		.name = t % 2 ? text(arena, "site-%u-%u", d, t) : VT_STR_NONE,
		.owner = t % 3 ? VT_STR_NONE : VT_STR("noc@example.net"),
		.expect = t % 4 ? VT_STR_NONE : VT_STR("up"),
		.ike_version = condition % 2 ? 2 : 1,
		.role = has_session ? VT_STR("initiator") : VT_STR_NONE,
		.status = conditions[condition].status,
		.status_since_ms = now_ms - 60000 * (int64_t)(t + 1),
		.status_reason = vt_str_of(conditions[condition].reason),
		.ike_state = vt_str_of(conditions[condition].ike_state),
		.ike_state_since_ms = conditions[condition].ike_state ? now_ms - 120000 : 0,
		.flapping = t % 11 == 10,
		.session_index = has_session ? 1000 + t : VT_ABSENT,
		.established_at_ms = has_session ? now_ms - 7200000 : 0,
		.interface = VT_STR("outside"),
		.local_endpoint = VT_STR("192.0.2.1:500"),
		.remote_endpoint = VT_STR_NONE,
		.restarts = t % 5,
		.first_seen_ms = now_ms - 86400000,
		.last_seen_ms = now_ms - (conditions[condition].status == VT_TUNNEL_UNKNOWN ? 3600000 : 20000),
		.selectors = has_session ? selectors : 0,
	};
	row.id = vt_tunnel_id(device->id, row.peer);
	return row;
}

static struct vt_selector_row selector_row(struct vt_arena *arena, const struct vt_tunnel_row *tunnel, unsigned t,
					   unsigned s)
{
	struct vt_selector_row row = {
		.tunnel_id = tunnel->id,
		.device_id = tunnel->device_id,
		.local = text(arena, "10.%u.0.0/16", s),
		.remote = text(arena, "172.16.%u.0/24", t % 256),
		.status = tunnel->selectors ? VT_SELECTOR_UP : VT_SELECTOR_GONE,
		.status_since_ms = now_ms - 600000,
		.spi_in = tunnel->selectors ? 0x1e820000u + t * 16 + s : VT_ABSENT,
		.spi_out = tunnel->selectors ? 0x00c30000u + t * 16 + s : VT_ABSENT,
		.spi_since_ms = now_ms - 600000,
		.crypto_map = VT_STR("outside_map"),
		.sequence = 10 + t,
		.rekeys = s,
		.path_mtu = 1500,
	};
	row.id = vt_selector_id(tunnel->id, row.local, row.remote);
	return row;
}

/* What has been counted `minutes` before now: 600 packets out and 300 in a minute, of 100 bytes each. */
static struct vt_live live_of(const struct vt_selector_row *selector, bool moves, unsigned minutes)
{
	uint64_t age = 100000 - minutes;
	struct vt_counters counters = { age * 600, age * 300, age * 60000, age * 30000, 0, 1 };
	struct vt_counters per_s = { 10000, 5000, 1000000, 500000, 0, 0 };
	struct vt_counters zero = { 0 };
	return (struct vt_live){ .selector_id = selector->id,
				 .counters = counters,
				 .per_s = moves ? per_s : zero,
				 .last_encaps_at_ms = now_ms - (int64_t)minutes * 60000,
				 .last_decaps_at_ms = now_ms - (int64_t)minutes * 60000,
				 .counters_at_ms = now_ms - (int64_t)minutes * 60000,
				 .bytes_at_ms = now_ms - (int64_t)minutes * 60000,
				 .lifetime_s = 20000,
				 .lifetime_kb = VT_ABSENT };
}

/* ---- commits ---- */

struct unit {
	unsigned d, tunnels, selectors;
	struct vt_device_row device;
};

static void first_commit(struct vt_arena *arena, struct vt_commit *commit, const struct unit *unit)
{
	struct vt_tunnel_row *tunnels = VT_NEW_ARRAY(arena, struct vt_tunnel_row, unit->tunnels + 1);
	struct vt_selector_row *selectors = VT_NEW_ARRAY(arena, struct vt_selector_row,
							 unit->tunnels * unit->selectors + 1);
	struct vt_event_row *events = VT_NEW_ARRAY(arena, struct vt_event_row, unit->tunnels + 1);
	for (unsigned t = 0; t < unit->tunnels; t++) {
		tunnels[t] = tunnel_row(arena, &unit->device, unit->d, t, unit->selectors);
		for (unsigned s = 0; s < unit->selectors; s++)
			selectors[t * unit->selectors + s] = selector_row(arena, &tunnels[t], t, s);
		events[t] = (struct vt_event_row){ .at_ms = tunnels[t].status_since_ms,
						   .kind = VT_EVENT_STATUS,
						   .device_id = unit->device.id,
						   .tunnel_id = tunnels[t].id,
						   .from = VT_STR("negotiating"),
						   .to = vt_str_of(vt_tunnel_status_name(tunnels[t].status)),
						   .detail = tunnels[t].status_reason };
	}
	commit->tunnels = tunnels;
	commit->tunnels_len = unit->tunnels;
	commit->selectors = selectors;
	commit->selectors_len = unit->tunnels * unit->selectors;
	commit->events = events;
	commit->events_len = unit->tunnels;
}

static void add_live(struct vt_arena *arena, struct vt_commit *commit, const struct unit *unit, unsigned minutes)
{
	size_t n = unit->tunnels * unit->selectors;
	struct vt_live *live = VT_NEW_ARRAY(arena, struct vt_live, n + 1);
	struct vt_sample *samples = VT_NEW_ARRAY(arena, struct vt_sample, n + 1);
	for (unsigned t = 0; t < unit->tunnels; t++) {
		struct vt_tunnel_row tunnel = tunnel_row(arena, &unit->device, unit->d, t, unit->selectors);
		for (unsigned s = 0; s < unit->selectors; s++) {
			struct vt_selector_row selector = selector_row(arena, &tunnel, t, s);
			size_t i = t * unit->selectors + s;
			live[i] = live_of(&selector, tunnel.selectors > 0, minutes);
			samples[i] = (struct vt_sample){ selector.id, { 600, 300, 60000, 30000, 0, 0 } };
		}
	}
	commit->live = live;
	commit->live_len = n;
	commit->live_given = true;
	commit->samples = samples;
	commit->samples_len = n;
	commit->interval_ms = 60000;
}

static void fill_unit(struct vt_store *store, const struct unit *unit, unsigned minutes)
{
	struct vt_error error;
	for (unsigned m = minutes + 1; m-- > 0;) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_commit *commit = VT_NEW(arena, struct vt_commit);
		commit->arena = arena;
		commit->at_ms = now_ms - (int64_t)m * 60000;
		commit->device = unit->device;
		if (m == minutes)
			first_commit(arena, commit, unit);
		add_live(arena, commit, unit, m);
		check(vt_store_commit(store, commit, &error), &error);
		vt_commit_free(commit);
	}
}

static void heartbeat(struct vt_store *store, unsigned seconds)
{
	struct vt_error error;
	check(vt_store_put_daemon(store, now_ms - (int64_t)seconds * 1000,
				  VT_STR("{\"version\":\"0.1.0\",\"fleet\":{\"polls\":1234,\"late_p99_ms\":9},"
					 "\"writer\":{\"queue\":2},\"process\":{\"cpu_s\":1.25}}"),
				  &error),
	      &error);
}

static unsigned number(const char *argument)
{
	uint64_t value;
	if (!vt_str_to_u64(vt_str_of(argument), &value) || value > 1000000)
		die("a number from 0 to 1000000 is expected");
	return (unsigned)value;
}

static void fill(struct vt_store *store, char **argv)
{
	struct vt_arena *arena = vt_arena_new();
	unsigned devices = number(argv[0]);
	for (unsigned d = 0; d < devices; d++) {
		struct unit unit = { d, number(argv[1]), number(argv[2]), device_row(arena, d) };
		fill_unit(store, &unit, number(argv[3]));
	}
	heartbeat(store, 1);
	vt_arena_free(arena);
}

/* One tunnel comes (status up) or goes. */
static void change(struct vt_store *store, const char *device, const char *peer, bool comes)
{
	struct vt_error error;
	struct vt_arena *arena = vt_arena_new();
	struct vt_commit *commit = VT_NEW(arena, struct vt_commit);
	unsigned d = number(device + strspn(device, "fw"));
	commit->arena = arena;
	commit->at_ms = now_ms;
	commit->device = device_row(arena, d);
	struct vt_tunnel_row tunnel = tunnel_row(arena, &commit->device, d, 0, 0);
	tunnel.peer = vt_str_of(peer);
	tunnel.id = vt_tunnel_id(commit->device.id, tunnel.peer);
	if (comes) {
		commit->tunnels = &tunnel;
		commit->tunnels_len = 1;
	} else {
		commit->forget_tunnels = &tunnel.id;
		commit->forget_tunnels_len = 1;
	}
	check(vt_store_commit(store, commit, &error), &error);
	vt_commit_free(commit);
}

static void hostile(struct vt_store *store)
{
	static const char nasty[] = "<script>alert(1)</script>\"'\\\n\r\t\x01\xff\xc3{} %s \xe2\x80\xae";
	struct vt_error error;
	struct vt_arena *arena = vt_arena_new();
	struct vt_commit *commit = VT_NEW(arena, struct vt_commit);
	commit->arena = arena;
	commit->at_ms = now_ms;
	commit->device = device_row(arena, 0);
	commit->device.name = vt_str_of(nasty);
	commit->device.version = vt_str_of(nasty);
	commit->device.id = vt_device_id(commit->device.name, commit->device.context);
	struct unit unit = { 0, 1, 1, commit->device };
	first_commit(arena, commit, &unit);
	struct vt_tunnel_row tunnel = commit->tunnels[0];
	struct vt_selector_row selector = commit->selectors[0];
	tunnel.peer = tunnel.name = tunnel.status_reason = tunnel.ike_state = vt_str_of(nasty);
	tunnel.id = selector.tunnel_id = vt_tunnel_id(commit->device.id, tunnel.peer);
	selector.local = selector.remote = vt_str_of(nasty);
	selector.id = vt_selector_id(tunnel.id, selector.local, selector.remote);
	struct vt_live live = live_of(&selector, true, 0);
	commit->tunnels = &tunnel;
	commit->selectors = &selector;
	commit->events_len = 0;
	commit->live = &live;
	commit->live_len = 1;
	commit->live_given = true;
	check(vt_store_commit(store, commit, &error), &error);
	vt_commit_free(commit);
}

int main(int argc, char **argv)
{
	struct timespec now;
	struct vt_store *store;
	struct vt_error error;
	clock_gettime(CLOCK_REALTIME, &now);
	now_ms = (int64_t)now.tv_sec * 1000;
	if (argc < 3)
		die("usage: fill_db PATH fill|add|drop|hostile|heartbeat ...");
	check(vt_store_open_writer(argv[1], &store, &error), &error);
	if (!strcmp(argv[2], "fill") && argc == 7)
		fill(store, argv + 3);
	else if (!strcmp(argv[2], "add") && argc == 5)
		change(store, argv[3], argv[4], true);
	else if (!strcmp(argv[2], "drop") && argc == 5)
		change(store, argv[3], argv[4], false);
	else if (!strcmp(argv[2], "hostile") && argc == 3)
		hostile(store);
	else if (!strcmp(argv[2], "heartbeat") && argc == 4)
		heartbeat(store, number(argv[3]));
	else
		die("usage: fill_db PATH fill|add|drop|hostile|heartbeat ...");
	vt_store_close(store);
	return 0;
}
