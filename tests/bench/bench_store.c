/* SPDX-License-Identifier: MIT
 * The store at the size of a real fleet: what a sample costs on disk, in bytes written, and in time; what a page of
 * tunnels and a week of history cost a reader; beside a table with one row a sample, in the same run.
 *
 *     bench_store [HOURS]      24 by default; the folder is made below $TMPDIR and removed
 *
 * Everything a poller hands over is there: samples, live figures of every selector, tunnels that change their status,
 * rekeys with their events, maintenance after every round. Bytes written are write_bytes of /proc/self/io: what
 * reached the block layer, WAL and checkpoints included. Time is that of the store's calls alone.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include "store/store.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define START_MS INT64_C(1700006400000)
enum { POLL_MS = 60000, SESSIONS_EVERY = 5, LIFETIME_S = 28800, SELECTORS_A_TUNNEL = 4 };

/* ---- a fleet that moves ---- */

struct flow {
	double pkts_s, bytes_pkt; /* 0: idle */
	struct vt_counters counters, at_bytes_read;
	int64_t rekey_at_ms;
};
struct unit {
	struct vt_device_row device;
	struct vt_tunnel_row *tunnels;
	struct vt_selector_row *selectors;
	struct flow *flows;
	struct vt_live *live;
	struct vt_sample *samples;
	struct vt_event_row *events;
	size_t tunnels_len, selectors_len;
};
struct fleet {
	struct unit *units;
	size_t len;
	struct vt_arena *arena;
	uint64_t random;
};

static double draw(struct fleet *fleet)
{
	fleet->random = fleet->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (double)(fleet->random >> 11) / (double)(UINT64_C(1) << 53);
}

static void make_selector(struct fleet *fleet, struct unit *unit, size_t i, double idle_share)
{
	const struct vt_tunnel_row *tunnel = &unit->tunnels[i / SELECTORS_A_TUNNEL];
	struct vt_str local = vt_str_of(vt_arena_printf(fleet->arena, "10.%zu.0.0/16", i % 200));
	struct vt_str remote = vt_str_of(vt_arena_printf(fleet->arena, "172.%zu.%zu.0/24", i % 16, i / 16));
	bool idle = draw(fleet) < idle_share;
	unit->selectors[i] = (struct vt_selector_row){ .id = vt_selector_id(tunnel->id, local, remote),
						       .tunnel_id = tunnel->id,
						       .device_id = tunnel->device_id,
						       .local = local,
						       .remote = remote,
						       .status_since_ms = START_MS,
						       .spi_in = fleet->random >> 32,
						       .spi_out = fleet->random & UINT32_MAX,
						       .spi_since_ms = START_MS,
						       .crypto_map = VT_STR("outside_map"),
						       .sequence = i / SELECTORS_A_TUNNEL,
						       .path_mtu = 1500 };
	unit->flows[i] = (struct flow){ .pkts_s = idle ? 0 : pow(10, draw(fleet) * 3.5 - 1), /* 0.1 to 300 a second */
					.bytes_pkt = 80 + draw(fleet) * 1200,
					.rekey_at_ms = START_MS + (int64_t)(draw(fleet) * LIFETIME_S * 1000) };
	unit->live[i] = (struct vt_live){ .selector_id = unit->selectors[i].id, .lifetime_kb = 4608000 };
	unit->samples[i].selector_id = unit->selectors[i].id;
}

static void make_unit(struct fleet *fleet, struct unit *unit, size_t number, size_t tunnels, double idle_share)
{
	struct vt_arena *arena = fleet->arena;
	struct vt_str name = vt_str_of(vt_arena_printf(arena, "site%03zu-fw1", number));
	unit->tunnels_len = tunnels;
	unit->selectors_len = tunnels * SELECTORS_A_TUNNEL;
	unit->tunnels = VT_NEW_ARRAY(arena, struct vt_tunnel_row, unit->tunnels_len);
	unit->selectors = VT_NEW_ARRAY(arena, struct vt_selector_row, unit->selectors_len);
	unit->flows = VT_NEW_ARRAY(arena, struct flow, unit->selectors_len);
	unit->live = VT_NEW_ARRAY(arena, struct vt_live, unit->selectors_len);
	unit->samples = VT_NEW_ARRAY(arena, struct vt_sample, unit->selectors_len);
	unit->events = VT_NEW_ARRAY(arena, struct vt_event_row, unit->selectors_len);
	unit->device = (struct vt_device_row){ .id = vt_device_id(name, VT_STR_NONE),
					       .name = name,
					       .address = VT_STR("192.0.2.1"),
					       .state = VT_DEVICE_OK,
					       .version = VT_STR("9.12(4)"),
					       .hardware = VT_STR("ASA5516"),
					       .serial = VT_STR("JAD21430F2N"),
					       .capacity_tunnels = 300 };
	for (size_t i = 0; i < tunnels; i++) {
		struct vt_str peer = vt_str_of(
			vt_arena_printf(arena, "198.%zu.%zu.%zu", 18 + number % 2, number, i % 250));
		if (i >= 250)
			peer = vt_str_of(vt_arena_printf(arena, "203.%zu.%zu.%zu", i / 250, number, i % 250));
		unit->tunnels[i] = (struct vt_tunnel_row){
			.id = vt_tunnel_id(unit->device.id, peer),
			.device_id = unit->device.id,
			.device = name,
			.peer = peer,
			.name = vt_str_of(vt_arena_printf(arena, "customer-%zu-%zu", number, i)),
			.owner = VT_STR("noc@customer.example"),
			.ike_version = 2,
			.status = i % 50 == 49  ? VT_TUNNEL_DOWN
				  : i % 10 == 9 ? VT_TUNNEL_IDLE
						: VT_TUNNEL_UP,
			.status_since_ms = START_MS,
			.status_reason = VT_STR("an SA is there and carries packets both ways"),
			.ike_state = VT_STR("READY"),
			.flapping = i % 100 == 7,
			.session_index = 1000 + i,
			.interface = VT_STR("outside"),
			.local_endpoint = VT_STR("192.0.2.1:500"),
			.remote_endpoint = VT_STR("198.51.100.1:500"),
			.selectors = SELECTORS_A_TUNNEL,
		};
	}
	for (size_t i = 0; i < unit->selectors_len; i++)
		make_selector(fleet, unit, i, idle_share);
}

static struct fleet fleet_new(size_t units, size_t tunnels, double idle_share)
{
	struct fleet fleet = { .len = units, .arena = vt_arena_new(), .random = 7 };
	fleet.units = VT_NEW_ARRAY(fleet.arena, struct unit, units);
	for (size_t i = 0; i < units; i++)
		make_unit(&fleet, &fleet.units[i], i, tunnels, idle_share);
	return fleet;
}

static uint64_t milli(uint64_t delta, double seconds)
{
	return (uint64_t)((double)delta * 1000 / seconds);
}

static void move_flow(struct fleet *fleet, struct unit *unit, size_t i, int64_t at_ms, double seconds, bool sessions)
{
	struct flow *flow = &unit->flows[i];
	struct vt_live *live = &unit->live[i];
	struct vt_counters *delta = &unit->samples[i].delta;
	*delta = (struct vt_counters){ .tx_bytes = VT_ABSENT, .rx_bytes = VT_ABSENT };
	if (flow->pkts_s > 0) {
		double swing = flow->pkts_s * seconds * (0.6 + 0.8 * draw(fleet));
		delta->encaps_pkts = (uint64_t)swing;
		delta->decaps_pkts = (uint64_t)(swing * (0.7 + 0.5 * draw(fleet)));
		flow->counters.tx_bytes += (uint64_t)(swing * flow->bytes_pkt);
		flow->counters.rx_bytes += (uint64_t)((double)delta->decaps_pkts * flow->bytes_pkt * 0.8);
	}
	flow->counters.encaps_pkts += delta->encaps_pkts;
	flow->counters.decaps_pkts += delta->decaps_pkts;
	if (sessions) {
		delta->tx_bytes = flow->counters.tx_bytes - flow->at_bytes_read.tx_bytes;
		delta->rx_bytes = flow->counters.rx_bytes - flow->at_bytes_read.rx_bytes;
		flow->at_bytes_read = live->counters = flow->counters;
		live->per_s.tx_bytes = milli(delta->tx_bytes, seconds * SESSIONS_EVERY);
		live->per_s.rx_bytes = milli(delta->rx_bytes, seconds * SESSIONS_EVERY);
		live->bytes_at_ms = at_ms;
	}
	live->counters.encaps_pkts = flow->counters.encaps_pkts;
	live->counters.decaps_pkts = flow->counters.decaps_pkts;
	live->per_s.encaps_pkts = milli(delta->encaps_pkts, seconds);
	live->per_s.decaps_pkts = milli(delta->decaps_pkts, seconds);
	if (delta->encaps_pkts)
		live->last_encaps_at_ms = at_ms;
	if (delta->decaps_pkts)
		live->last_decaps_at_ms = at_ms;
	live->counters_at_ms = at_ms;
	live->lifetime_s = (uint64_t)((flow->rekey_at_ms - at_ms) / 1000);
}

/* Moves a unit to `at_ms` and tells what a poll of it would: the arrays are the unit's own. */
static struct vt_commit poll_unit(struct fleet *fleet, struct unit *unit, int64_t at_ms, size_t round,
				  struct vt_tunnel_row *changed, struct vt_selector_row *rekeyed)
{
	struct vt_commit commit = { .at_ms = at_ms,
				    .device = unit->device,
				    .tunnels = changed,
				    .selectors = rekeyed,
				    .events = unit->events,
				    .live = unit->live,
				    .live_len = unit->selectors_len,
				    .live_given = true,
				    .samples = unit->samples,
				    .samples_len = unit->selectors_len,
				    .interval_ms = POLL_MS };
	bool sessions = round % SESSIONS_EVERY == 0;
	if (sessions)
		commit.bytes_interval_ms = POLL_MS * SESSIONS_EVERY;
	for (size_t i = 0; i < unit->selectors_len; i++) {
		if (unit->flows[i].rekey_at_ms <= at_ms) {
			unit->flows[i].rekey_at_ms = at_ms + LIFETIME_S * 1000;
			unit->selectors[i].spi_in = (uint64_t)(draw(fleet) * UINT32_MAX);
			unit->selectors[i].spi_since_ms = at_ms;
			unit->selectors[i].rekeys++;
			unit->events[commit.events_len++] = (struct vt_event_row){
				.at_ms = at_ms,
				.kind = VT_EVENT_REKEY,
				.device_id = unit->device.id,
				.tunnel_id = unit->selectors[i].tunnel_id,
				.selector_id = unit->selectors[i].id
			};
			rekeyed[commit.selectors_len++] = unit->selectors[i];
		}
		move_flow(fleet, unit, i, at_ms, POLL_MS / 1e3, sessions);
	}
	for (size_t i = 0; i < unit->tunnels_len && round; i++)
		if (draw(fleet) < 0.0005) { /* a change of status in 33 hours */
			unit->tunnels[i].status = unit->tunnels[i].status == VT_TUNNEL_UP ? VT_TUNNEL_NO_TRAFFIC
											  : VT_TUNNEL_UP;
			unit->tunnels[i].status_since_ms = at_ms;
			changed[commit.tunnels_len++] = unit->tunnels[i];
		}
	unit->device.last_poll_at_ms = unit->device.last_try_at_ms = at_ms;
	unit->device.commands += 2;
	unit->device.bytes += 230000;
	commit.device = unit->device;
	if (round == 0) { /* everything is new */
		commit.tunnels = unit->tunnels;
		commit.tunnels_len = unit->tunnels_len;
		commit.selectors = unit->selectors;
		commit.selectors_len = unit->selectors_len;
	}
	return commit;
}

/* ---- measuring ---- */

static double wall_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double bytes_written(void)
{
	char line[128];
	double bytes = 0;
	FILE *io = fopen("/proc/self/io", "r");
	while (io && fgets(line, sizeof line, io))
		if (strncmp(line, "write_bytes:", 12) == 0)
			bytes = strtod(line + 12, NULL);
	if (io)
		fclose(io);
	return bytes;
}

static double file_bytes(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static void must(enum vt_status status, const struct vt_error *error)
{
	if (status == VT_OK)
		return;
	fprintf(stderr, "bench_store: %s\n", error->text);
	exit(1);
}

static char folder[256];
static const char *path_of(const char *name)
{
	static char path[320];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void remove_database(const char *name)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".lock" };
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char path[400];
		snprintf(path, sizeof path, "%s%s", path_of(name), suffixes[i]);
		unlink(path);
	}
}

struct cost {
	double samples, cpu_s, wall_s, written, on_disk, slowest_ms;
};

static void maintain(struct vt_store *store, int64_t now_ms, struct cost *cost)
{
	static const int64_t day_ms = INT64_C(86400000);
	const struct vt_retention keep = { .samples_ms = 8 * day_ms,
					   .hourly_ms = 400 * day_ms,
					   .events_ms = 400 * day_ms };
	bool more = true;
	while (more) {
		struct vt_error error;
		double from = wall_s();
		must(vt_store_maintain(store, now_ms, &keep, &more, &error), &error);
		double took_ms = (wall_s() - from) * 1e3;
		cost->slowest_ms = took_ms > cost->slowest_ms ? took_ms : cost->slowest_ms;
	}
}

/* `group`: polls a transaction. */
static struct cost run_fleet(const char *name, struct fleet *fleet, size_t rounds, size_t group)
{
	struct vt_error error;
	struct vt_store *store;
	struct cost cost = { 0 };
	size_t most = fleet->units[0].selectors_len;
	struct vt_commit *commits = calloc(group, sizeof *commits);
	const struct vt_commit **list = calloc(group, sizeof *list);
	struct vt_selector_row *rekeyed = calloc(group * most, sizeof *rekeyed);
	struct vt_tunnel_row *changed = calloc(group * most, sizeof *changed);
	double written = bytes_written();
	must(vt_store_open_writer(path_of(name), &store, &error), &error);
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < fleet->len; i += group) {
			size_t n = 0;
			int64_t at_ms = 0;
			for (; n < group && i + n < fleet->len; n++) {
				at_ms = START_MS + (int64_t)round * POLL_MS + (int64_t)((i + n) * POLL_MS / fleet->len);
				commits[n] = poll_unit(fleet, &fleet->units[i + n], at_ms, round, &changed[n * most],
						       &rekeyed[n * most]);
				list[n] = &commits[n];
				cost.samples += (double)commits[n].samples_len;
			}
			double cpu = bench_cpu_s(), wall = wall_s();
			must(vt_store_commit_many(store, list, n, &error), &error);
			maintain(store, at_ms, &cost);
			cost.cpu_s += bench_cpu_s() - cpu;
			cost.wall_s += wall_s() - wall;
		}
	vt_store_close(store);
	cost.written = bytes_written() - written;
	cost.on_disk = file_bytes(path_of(name));
	free(commits), free(list), free(rekeyed), free(changed);
	return cost;
}

/* ---- the reference: one row a sample ---- */

static char *reference_sql(void)
{
	const char *top = getenv("top_srcdir");
	char path[512], *text = calloc(1, 4096);
	snprintf(path, sizeof path, "%s/tests/bench/row_a_sample.sql", top ? top : ".");
	FILE *file = fopen(path, "r");
	if (!file || fread(text, 1, 4095, file) == 0) {
		fprintf(stderr, "bench_store: cannot read %s\n", path);
		exit(1);
	}
	fclose(file);
	return text;
}

/* The file's statements: how to make the table, then begin, insert, commit. */
static struct cost run_reference(struct fleet *fleet, size_t rounds)
{
	struct cost cost = { 0 };
	char *text = reference_sql();
	const char *rest = strstr(text, "BEGIN");
	char *create = strndup(text, (size_t)(rest - text));
	sqlite3 *db;
	sqlite3_stmt *steps[3];
	double written = bytes_written(), cpu = bench_cpu_s(), wall = wall_s();
	if (sqlite3_open(path_of("reference.db"), &db) || sqlite3_exec(db, create, NULL, NULL, NULL))
		exit(1);
	for (int i = 0; i < 3; i++)
		if (sqlite3_prepare_v2(db, rest, -1, &steps[i], &rest))
			exit(1);
	for (size_t round = 0; round < rounds; round++)
		for (size_t i = 0; i < fleet->len; i++) {
			sqlite3_step(steps[0]), sqlite3_reset(steps[0]);
			for (size_t j = 0; j < fleet->units[i].selectors_len; j++) {
				const struct vt_sample *sample = &fleet->units[i].samples[j];
				const uint64_t *figures = (const uint64_t *)&sample->delta;
				sqlite3_bind_int64(steps[1], 1, (sqlite3_int64)(i * fleet->units[i].selectors_len + j));
				sqlite3_bind_int64(steps[1], 2, START_MS + (int64_t)round * POLL_MS);
				for (int k = 0; k < 6; k++)
					sqlite3_bind_int64(steps[1], 3 + k, (sqlite3_int64)figures[k]);
				sqlite3_step(steps[1]), sqlite3_reset(steps[1]);
				cost.samples++;
			}
			sqlite3_step(steps[2]), sqlite3_reset(steps[2]);
		}
	for (int i = 0; i < 3; i++)
		sqlite3_finalize(steps[i]);
	sqlite3_close(db);
	cost.cpu_s = bench_cpu_s() - cpu;
	cost.wall_s = wall_s() - wall;
	cost.written = bytes_written() - written;
	cost.on_disk = file_bytes(path_of("reference.db"));
	free(text), free(create);
	remove_database("reference.db");
	return cost;
}

/* ---- questions ---- */

static int double_cmp(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

enum { RUNS = 21 };
static void print_page(struct vt_store *store, const char *what, struct vt_tunnel_query query)
{
	double took[RUNS];
	size_t len = 0;
	query.limit = 100;
	for (int i = 0; i < RUNS; i++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_tunnel_row *rows;
		struct vt_error error;
		bool more;
		double from = bench_cpu_s();
		must(vt_store_tunnels(store, &query, arena, &rows, &len, &more, &error), &error);
		took[i] = (bench_cpu_s() - from) * 1e6;
		vt_arena_free(arena);
	}
	qsort(took, RUNS, sizeof *took, double_cmp);
	char figure[96], input[64];
	snprintf(figure, sizeof figure, "store: a page of tunnels, %s", what);
	snprintf(input, sizeof input, "%zu of 100,000", len);
	bench_print(&(struct bench_row){ figure, took[RUNS / 2], "us CPU", input, RUNS });
}

static void print_pages(void)
{
	struct fleet fleet = fleet_new(100, 1000, 0.6);
	run_fleet("pages.db", &fleet, 1, 1);
	struct vt_store *store;
	struct vt_error error;
	must(vt_store_open_reader(path_of("pages.db"), &store, &error), &error);
	const struct vt_tunnel_row *deep = &fleet.units[95].tunnels[900];
	const unsigned down = 1u << VT_TUNNEL_DOWN, not_up = ~(1u << VT_TUNNEL_UP);
	print_page(store, "the first", (struct vt_tunnel_query){ .flapping = -1 });
	print_page(store, "the 960th", (struct vt_tunnel_query){ .flapping = -1, .after = deep->id });
	print_page(store, "down", (struct vt_tunnel_query){ .flapping = -1, .status_mask = down });
	print_page(store, "not up", (struct vt_tunnel_query){ .flapping = -1, .status_mask = not_up });
	print_page(store, "one device", (struct vt_tunnel_query){ .flapping = -1, .device = VT_STR("site050-fw1") });
	print_page(store, "one peer", (struct vt_tunnel_query){ .flapping = -1, .peer = deep->peer });
	print_page(store, "flapping", (struct vt_tunnel_query){ .flapping = 1 });
	print_page(store, "a common word", (struct vt_tunnel_query){ .flapping = -1, .q = VT_STR("CUSTOMER") });
	print_page(store, "a word of the last device",
		   (struct vt_tunnel_query){ .flapping = -1, .q = VT_STR("site099") });
	print_page(store, "one customer", (struct vt_tunnel_query){ .flapping = -1, .q = VT_STR("customer-77-123") });
	print_page(store, "a word that is nowhere", (struct vt_tunnel_query){ .flapping = -1, .q = VT_STR("nowhere") });
	vt_store_close(store);
	vt_arena_free(fleet.arena);
	remove_database("pages.db");
}

static void print_week(void)
{
	enum { UNITS = 10, ROUNDS = 7 * 1440 };
	struct fleet fleet = fleet_new(UNITS, 25, 0);
	run_fleet("week.db", &fleet, ROUNDS, UNITS);
	struct vt_store *store;
	struct vt_error error;
	must(vt_store_open_reader(path_of("week.db"), &store, &error), &error);
	double took[RUNS];
	for (int i = 0; i < RUNS; i++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_series *series;
		size_t len;
		double from = bench_cpu_s();
		must(vt_store_history(store, fleet.units[i % UNITS].tunnels[i].id, START_MS,
				      START_MS + (int64_t)ROUNDS * POLL_MS, 3600000, arena, &series, &len, &error),
		     &error);
		took[i] = (bench_cpu_s() - from) * 1e3;
		vt_arena_free(arena);
	}
	qsort(took, RUNS, sizeof *took, double_cmp);
	bench_print(&(struct bench_row){ "store: history of a tunnel, 7 days by the hour", took[RUNS / 2], "ms CPU",
					 "4 selectors, 40,320 samples", RUNS });
	vt_store_close(store);
	vt_arena_free(fleet.arena);
	remove_database("week.db");
}

static void print_cost(const char *world, const struct cost *cost, const struct cost *reference, const char *input)
{
	const struct {
		const char *what, *unit;
		double value, of_reference;
		bool more_is_better;
	} rows[] = {
		{ "samples a second", "1/s", cost->samples / cost->wall_s, reference->samples / reference->wall_s,
		  true },
		{ "CPU a sample", "ns", cost->cpu_s / cost->samples * 1e9, reference->cpu_s / reference->samples * 1e9,
		  false },
		{ "on disk", "B/sample", cost->on_disk / cost->samples, reference->on_disk / reference->samples,
		  false },
		{ "written", "B/sample", cost->written / cost->samples, reference->written / reference->samples,
		  false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char figure[96];
		double ratio = rows[i].value / rows[i].of_reference;
		snprintf(figure, sizeof figure, "store: %s, %s", rows[i].what, world);
		bench_print(&(struct bench_row){ figure, rows[i].value, rows[i].unit, input, 1,
						 "a row a sample, INSERT",
						 rows[i].more_is_better ? ratio : 1 / ratio });
	}
	char figure[96];
	snprintf(figure, sizeof figure, "store: longest step of maintenance, %s", world);
	bench_print(&(struct bench_row){ figure, cost->slowest_ms, "ms", input, 1 });
}

/* A poll a commit, as a daemon on time does it: most is written then. Ten a commit, as one does that catches up. */
static void print_world(const char *world, double idle_share, size_t hours, const struct cost *reference)
{
	const struct {
		size_t hours, group;
		const char *how;
	} runs[] = { { hours < 3 ? hours : 3, 1, "a poll a commit" }, { hours, 10, "10 polls a commit" } };
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		char input[96];
		struct fleet fleet = fleet_new(100, 25, idle_share);
		struct cost cost = run_fleet("fleet.db", &fleet, runs[i].hours * 60, runs[i].group);
		remove_database("fleet.db");
		snprintf(input, sizeof input, "10,000 selectors, %zu h at 60 s, %s", runs[i].hours, runs[i].how);
		print_cost(world, &cost, reference, input);
		vt_arena_free(fleet.arena);
	}
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("TMPDIR");
	size_t hours = argc > 1 ? strtoul(argv[1], NULL, 10) : 24;
	snprintf(folder, sizeof folder, "%s/vt-bench-XXXXXX", tmp ? tmp : "/tmp");
	if (!hours || !mkdtemp(folder)) {
		fprintf(stderr, "bench_store: needs a number of hours and a folder for temporary files\n");
		return 1;
	}
	struct fleet fleet = fleet_new(100, 25, 0);
	run_fleet("fleet.db", &fleet, 1, 1); /* so that its samples are there */
	remove_database("fleet.db");
	struct cost reference = run_reference(&fleet, 20);
	vt_arena_free(fleet.arena);
	print_world("all busy", 0, hours, &reference);
	print_world("60 % idle", 0.6, hours, &reference);
	print_week();
	print_pages();
	rmdir(folder);
	return 0;
}
