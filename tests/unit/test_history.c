/* SPDX-License-Identifier: MIT
 * History, compared with a plain list of everything that was ever committed: from the journal, from folded hours,
 * from rolled-up days, and across all three; with gaps, resets, slower byte counters and late polls.
 */
#include "tests/unit/store_case.h"

#include "store/pack.h"

#include <math.h>
#include <sqlite3.h>

enum { UNITS = 2, TUNNELS = 3, SELECTORS = 3, ALL = UNITS * TUNNELS * SELECTORS, POLL_S = 300 };
#define HOUR INT64_C(3600000)
/* Midnight, so that days are whole. */
static const int64_t start_ms = INT64_C(19700) * 24 * HOUR;

/* ---- the model: everything that was committed ---- */

struct entry {
	int64_t at_ms, interval_ms, bytes_interval_ms;
	struct vt_counters delta;
};
struct fleet {
	struct vt_device_row devices[UNITS];
	struct vt_tunnel_row tunnels[UNITS * TUNNELS];
	struct vt_selector_row selectors[ALL];
	struct entry *entries[ALL];
	size_t lens[ALL], caps[ALL];
	uint64_t random;
};

static uint64_t draw(struct fleet *fleet, uint64_t below)
{
	fleet->random = fleet->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (fleet->random >> 33) % below;
}

static void fleet_make(struct fleet *fleet)
{
	static const char *const names[UNITS] = { "ber", "cgn" };
	static const char *const peers[TUNNELS] = { "192.0.2.1", "192.0.2.2", "192.0.2.3" };
	static const char *const remotes[SELECTORS] = { "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16" };
	fleet->random = 42;
	for (size_t i = 0; i < ALL; i++) {
		struct vt_device_row *device = &fleet->devices[i / (TUNNELS * SELECTORS)];
		struct vt_tunnel_row *tunnel = &fleet->tunnels[i / SELECTORS];
		*device = a_device(names[i / (TUNNELS * SELECTORS)], start_ms);
		*tunnel = a_tunnel(device, peers[i / SELECTORS % TUNNELS], start_ms);
		fleet->selectors[i] = a_selector(tunnel, remotes[i % SELECTORS], start_ms);
	}
}

/* Some selectors are idle, some polls know nothing of one, some do not know one figure. */
static struct vt_counters some_delta(struct fleet *fleet, size_t selector, bool bytes)
{
	struct vt_counters delta = { VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT };
	bool idle = selector % 3 == 1;
	if (draw(fleet, 20) == 0)
		return delta;
	delta.encaps_pkts = idle ? 0 : draw(fleet, 100000);
	delta.decaps_pkts = idle ? 0 : draw(fleet, 50);
	delta.send_errors = draw(fleet, 50) ? 0 : 3;
	delta.recv_errors = draw(fleet, 30) ? 0 : VT_ABSENT;
	if (bytes) {
		delta.tx_bytes = idle ? 0 : draw(fleet, UINT64_C(1) << 40);
		delta.rx_bytes = draw(fleet, 2) ? 0 : 1500;
	}
	return delta;
}

static void commit_poll(struct store_case *c, struct fleet *fleet, size_t unit, int64_t at_ms, int64_t interval_ms,
			bool bytes, bool first)
{
	struct vt_sample samples[TUNNELS * SELECTORS];
	struct vt_commit commit = {
		.at_ms = at_ms,
		.device = fleet->devices[unit],
		.tunnels = &fleet->tunnels[unit * TUNNELS],
		.tunnels_len = first ? TUNNELS : 0,
		.selectors = &fleet->selectors[unit * TUNNELS * SELECTORS],
		.selectors_len = first ? TUNNELS * SELECTORS : 0,
		.samples = samples,
		.samples_len = TUNNELS * SELECTORS,
		.interval_ms = interval_ms,
		.bytes_interval_ms = bytes ? 4 * interval_ms : 0,
	};
	for (size_t i = 0; i < TUNNELS * SELECTORS; i++) {
		size_t selector = unit * TUNNELS * SELECTORS + i;
		samples[i] = (struct vt_sample){ fleet->selectors[selector].id, some_delta(fleet, selector, bytes) };
		if (fleet->lens[selector] == fleet->caps[selector]) {
			fleet->caps[selector] = fleet->caps[selector] ? 2 * fleet->caps[selector] : 64;
			fleet->entries[selector] = realloc(fleet->entries[selector],
							   fleet->caps[selector] * sizeof(struct entry));
		}
		fleet->entries[selector][fleet->lens[selector]++] = (struct entry){ at_ms, interval_ms,
										    commit.bytes_interval_ms,
										    samples[i].delta };
	}
	STORE_OK(vt_store_commit(c->store, &commit, e));
}

/* ---- what the model says about one bucket ---- */

static struct vt_bucket_figure expect_figure(const struct entry *entries, size_t len, size_t figure, int64_t from_ms,
					     int64_t to_ms)
{
	struct vt_bucket_figure expected = { NAN, NAN, NAN, NAN };
	double covered_s = 0;
	for (size_t i = 0; i < len; i++) {
		uint64_t delta = vt_const_figures(&entries[i].delta)[figure];
		if (entries[i].at_ms < from_ms || entries[i].at_ms >= to_ms || delta == VT_ABSENT)
			continue;
		bool bytes = figure == VT_FIGURE_TX_BYTES || figure == VT_FIGURE_RX_BYTES;
		double over_s = (double)(bytes ? entries[i].bytes_interval_ms : entries[i].interval_ms) / 1000;
		expected.sum = isnan(expected.sum) ? (double)delta : expected.sum + (double)delta;
		if (over_s <= 0)
			continue;
		covered_s += over_s;
		expected.min = fmin(expected.min, (double)delta / over_s);
		expected.max = fmax(expected.max, (double)delta / over_s);
	}
	if (covered_s > 0)
		expected.mean = expected.sum / covered_s;
	return expected;
}

static uint64_t expect_count(const struct entry *entries, size_t len, int64_t from_ms, int64_t to_ms)
{
	static const struct vt_counters nothing = { VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT };
	uint64_t count = 0;
	for (size_t i = 0; i < len; i++)
		count += entries[i].at_ms >= from_ms && entries[i].at_ms < to_ms &&
			 memcmp(&entries[i].delta, &nothing, sizeof nothing) != 0;
	return count;
}

/* Rolled-up rates are whole thousandths. */
static void same_number(double got, double want, const char *what, int64_t from_ms)
{
	if (isnan(got) != isnan(want) || fabs(got - want) > 0.001 + 1e-9 * fabs(want))
		fail_msg("%s at %+.2f h: got %f, expected %f", what, (double)(from_ms - start_ms) / 3.6e6, got, want);
}

/* Samples from here on are there as they were read; of the time before only hours may be left. */
static int64_t samples_from_ms;

/* The time its polls of packets covered. */
static void same_counted(const struct entry *entries, size_t len, const struct vt_bucket *bucket)
{
	int64_t from_ms = INT64_MAX, to_ms = 0, covered_ms = 0;
	for (size_t i = 0; i < len; i++) {
		if (entries[i].at_ms < bucket->from_ms || entries[i].at_ms >= bucket->to_ms ||
		    entries[i].delta.encaps_pkts == VT_ABSENT || entries[i].interval_ms <= 0)
			continue;
		if (entries[i].at_ms - entries[i].interval_ms < from_ms)
			from_ms = entries[i].at_ms - entries[i].interval_ms;
		if (entries[i].at_ms > to_ms)
			to_ms = entries[i].at_ms;
		covered_ms += entries[i].interval_ms;
	}
	if (bucket->from_ms < samples_from_ms)
		return;
	assert_int_equal(bucket->counted_to_ms, to_ms);
	assert_int_equal(bucket->counted_from_ms, to_ms ? from_ms : 0);
	assert_int_equal(bucket->gap, to_ms && covered_ms + 1000 < to_ms - from_ms);
}

static void same_series(const struct fleet *fleet, const struct vt_series *series)
{
	size_t selector = 0;
	while (selector < ALL && fleet->selectors[selector].id != series->selector_id)
		selector++;
	assert_true(selector < ALL);
	for (size_t i = 0; i < series->buckets_len; i++) {
		const struct vt_bucket *bucket = &series->buckets[i];
		const struct vt_bucket_figure *figures = &bucket->encaps_pkts;
		assert_int_equal(bucket->count, expect_count(fleet->entries[selector], fleet->lens[selector],
							     bucket->from_ms, bucket->to_ms));
		same_counted(fleet->entries[selector], fleet->lens[selector], bucket);
		for (size_t figure = 0; figure < VT_FIGURES; figure++) {
			struct vt_bucket_figure want = expect_figure(fleet->entries[selector], fleet->lens[selector],
								     figure, bucket->from_ms, bucket->to_ms);
			same_number(figures[figure].min, want.min, "min", bucket->from_ms);
			same_number(figures[figure].mean, want.mean, "mean", bucket->from_ms);
			same_number(figures[figure].max, want.max, "max", bucket->from_ms);
			same_number(figures[figure].sum, want.sum, "sum", bucket->from_ms);
		}
	}
}

static void same_history(struct store_case *c, const struct fleet *fleet, int64_t from_ms, int64_t to_ms,
			 int64_t step_ms)
{
	for (size_t i = 0; i < UNITS * TUNNELS; i++) {
		struct vt_series *series;
		size_t len;
		vt_arena_reset(c->arena);
		STORE_OK(vt_store_history(c->store, fleet->tunnels[i].id, from_ms, to_ms, step_ms, c->arena, &series,
					  &len, e));
		assert_int_equal(len, SELECTORS);
		assert_int_equal(series[0].buckets_len, (to_ms - from_ms + step_ms - 1) / step_ms);
		for (size_t j = 0; j < len; j++)
			same_series(fleet, &series[j]);
	}
}

static void maintain(struct store_case *c, int64_t now_ms, int64_t samples_ms)
{
	samples_from_ms = now_ms - samples_ms + HOUR;
	const struct vt_retention keep = { .samples_ms = samples_ms,
					   .hourly_ms = 400 * 24 * HOUR,
					   .events_ms = 400 * 24 * HOUR,
					   .evidence_ms = HOUR };
	bool more = true;
	for (int i = 0; more; i++) {
		assert_true(i < 10000);
		STORE_OK(vt_store_maintain(c->store, now_ms, &keep, &more, e));
	}
}

/* Polls both units from one time to another; the second is away for three hours in between. */
static void poll_from(struct store_case *c, struct fleet *fleet, int64_t from_ms, int64_t to_ms)
{
	for (int64_t at_ms = from_ms, n = 0; at_ms < to_ms; at_ms += POLL_S * 1000, n++)
		for (size_t unit = 0; unit < UNITS; unit++) {
			int64_t jitter_ms = (int64_t)draw(fleet, 9000), hour = (at_ms - start_ms) / HOUR;
			if (unit == 1 && hour % 24 >= 7 && hour % 24 < 10)
				continue;
			commit_poll(c, fleet, unit, at_ms + jitter_ms, POLL_S * 1000 + jitter_ms, n % 4 == 3, n == 0);
		}
}

static void fleet_end(struct fleet *fleet)
{
	for (size_t i = 0; i < ALL; i++)
		free(fleet->entries[i]);
}

static void history_is_the_sum_of_its_polls(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct fleet fleet = { 0 };
	fleet_make(&fleet);

	/* all in the journal */
	poll_from(&c, &fleet, start_ms, start_ms + 5 * HOUR);
	same_history(&c, &fleet, start_ms, start_ms + 6 * HOUR, 600000);
	/* four hours folded, one in the journal; odd ranges and steps */
	maintain(&c, start_ms + 5 * HOUR, 48 * HOUR);
	same_history(&c, &fleet, start_ms, start_ms + 6 * HOUR, 600000);
	same_history(&c, &fleet, start_ms + 1234567, start_ms + 5 * HOUR - 7654, 1000003);
	same_history(&c, &fleet, start_ms - 30 * HOUR, start_ms + 40 * HOUR, HOUR);
	/* a poll that comes late is added to its folded hour */
	commit_poll(&c, &fleet, 0, start_ms + 2 * HOUR + 1234, 61000, true, false);
	same_history(&c, &fleet, start_ms, start_ms + 6 * HOUR, 600000);
	maintain(&c, start_ms + 7 * HOUR, 48 * HOUR);
	same_history(&c, &fleet, start_ms, start_ms + 6 * HOUR, 600000);
	/* three days later: days, hours and journal in one answer */
	poll_from(&c, &fleet, start_ms + 7 * HOUR, start_ms + 71 * HOUR + HOUR / 2);
	maintain(&c, start_ms + 71 * HOUR + HOUR / 2, 30 * HOUR);
	same_history(&c, &fleet, start_ms, start_ms + 72 * HOUR, HOUR);
	same_history(&c, &fleet, start_ms, start_ms + 72 * HOUR, 24 * HOUR);
	same_history(&c, &fleet, start_ms + 42 * HOUR, start_ms + 72 * HOUR, 700001);
	/* the same after a restart */
	store_case_reopen(&c);
	same_history(&c, &fleet, start_ms - 24 * HOUR, start_ms + 73 * HOUR, 6 * HOUR);
	fleet_end(&fleet);
	store_case_end(&c);
}

/* A tunnel that was up for years and leaves today keeps its history as long as any other. */
static void history_outlives_the_tunnel_by_its_retention(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct fleet fleet = { 0 };
	struct vt_series *series;
	struct vt_error error;
	size_t len;
	fleet_make(&fleet);
	poll_from(&c, &fleet, start_ms, start_ms + HOUR);
	const int64_t gone_ms = start_ms + 1000 * 24 * HOUR;
	commit_poll(&c, &fleet, 0, gone_ms, 60000, true, false);
	const struct vt_commit forget = { .at_ms = gone_ms,
					  .device = fleet.devices[0],
					  .forget_tunnels = &fleet.tunnels[0].id,
					  .forget_tunnels_len = 1 };
	STORE_OK(vt_store_commit(c.store, &forget, e));
	maintain(&c, gone_ms + 399 * 24 * HOUR, 7 * 24 * HOUR);
	STORE_OK(vt_store_history(c.store, fleet.tunnels[0].id, gone_ms - HOUR, gone_ms + HOUR, HOUR, c.arena, &series,
				  &len, e));
	assert_int_equal(len, SELECTORS);
	maintain(&c, gone_ms + 402 * 24 * HOUR, 7 * 24 * HOUR);
	assert_int_equal(vt_store_history(c.store, fleet.tunnels[0].id, gone_ms, gone_ms + HOUR, HOUR, c.arena, &series,
					  &len, &error),
			 VT_E_NOT_FOUND);
	fleet_end(&fleet);
	store_case_end(&c);
}

/* After damage maintenance goes on: what cannot be read is a gap, and what comes later is there. */
static void a_damaged_poll_becomes_a_gap(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct fleet fleet = { 0 };
	struct vt_series *series;
	sqlite3 *db;
	size_t len;
	fleet_make(&fleet);
	poll_from(&c, &fleet, start_ms, start_ms + 2 * HOUR);
	assert_int_equal(sqlite3_open(c.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE journal SET samples = x'00' WHERE seq < 20", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	maintain(&c, start_ms + 4 * HOUR, 7 * 24 * HOUR);
	STORE_OK(vt_store_history(c.store, fleet.tunnels[0].id, start_ms, start_ms + 2 * HOUR, HOUR, c.arena, &series,
				  &len, e));
	assert_in_range(series[0].buckets[0].count, 1, 3);
	assert_in_range(series[0].buckets[1].count, 6, 12);
	fleet_end(&fleet);
	store_case_end(&c);
}

static void a_history_that_cannot_be_is_refused(void **state)
{
	(void)state;
	static const struct {
		int64_t from_ms, to_ms, step_ms;
	} wrong[] = { { 10, 10, 1 }, { 10, 5, 1 }, { 0, 10, 0 }, { 0, 10, -1 }, { 0, INT64_MAX, 1 }, { -5, 10, 1 } };
	struct store_case c = store_case_begin();
	struct vt_series *series;
	size_t len;
	struct vt_error error;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(vt_store_history(c.store, 1, wrong[i].from_ms, wrong[i].to_ms, wrong[i].step_ms,
						  c.arena, &series, &len, &error),
				 VT_E_ARGUMENT);
	assert_int_equal(vt_store_history(c.store, 1, 0, 10, 1, c.arena, &series, &len, &error), VT_E_NOT_FOUND);
	store_case_end(&c);
}

UNIT_TESTS(CASE(history_is_the_sum_of_its_polls), CASE(history_outlives_the_tunnel_by_its_retention),
	   CASE(a_damaged_poll_becomes_a_gap), CASE(a_history_that_cannot_be_is_refused))
