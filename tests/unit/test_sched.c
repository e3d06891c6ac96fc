/* SPDX-License-Identifier: MIT
 * Deadlines, cadences and back-off, in virtual hours.
 */
#include "config.h"

#include "daemon/sched.h"

#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_MS (3600 * 1000)

struct diary {
	struct sched *sched;
	int64_t period_ms, last_ms;
	unsigned calls, out_of_order;
};

static void note(struct sched_entry *entry, int64_t now_ms, void *user)
{
	struct diary *diary = user;
	if (entry->due_ms < diary->last_ms)
		diary->out_of_order++;
	diary->last_ms = entry->due_ms;
	diary->calls++;
	if (diary->period_ms)
		sched_set(diary->sched, entry, now_ms + diary->period_ms);
}

static void deadlines_come_in_order_whatever_order_they_were_set_in(void **state)
{
	(void)state;
	struct sched *sched = sched_new();
	struct diary diary = { .sched = sched };
	struct sched_entry entries[500] = { 0 };
	srand(7);
	for (size_t i = 0; i < 500; i++) {
		entries[i] = (struct sched_entry){ .fn = note, .user = &diary };
		sched_set(sched, &entries[i], rand() % 1000);
	}
	for (size_t i = 0; i < 500; i += 3)
		sched_set(sched, &entries[i], rand() % 1000); /* moved, both ways */
	for (size_t i = 0; i < 500; i += 5)
		sched_clear(sched, &entries[i]);
	assert_int_equal(sched_len(sched), 400);
	assert_int_equal(sched_run(sched, 999), 400);
	assert_int_equal(diary.calls, 400);
	assert_int_equal(diary.out_of_order, 0);
	assert_int_equal(sched_next(sched), SCHED_NEVER);
	sched_free(sched);
}

static void nothing_comes_before_its_time(void **state)
{
	(void)state;
	struct sched *sched = sched_new();
	struct diary diary = { .sched = sched };
	struct sched_entry entry = { .fn = note, .user = &diary };
	sched_set(sched, &entry, 1000);
	assert_int_equal(sched_run(sched, 999), 0);
	assert_int_equal(sched_next(sched), 1000);
	assert_int_equal(sched_run(sched, 1000), 1);
	assert_false(sched_is_set(&entry));
	sched_free(sched);
}

static void an_entry_that_sets_itself_to_now_does_not_hold_the_loop(void **state)
{
	(void)state;
	struct sched *sched = sched_new();
	struct diary diary = { .sched = sched, .period_ms = -1 };
	struct sched_entry entry = { .fn = note, .user = &diary };
	sched_set(sched, &entry, 10);
	assert_int_equal(sched_run(sched, 100), 1);
	assert_true(sched_is_set(&entry));
	sched_free(sched);
	assert_false(sched_is_set(&entry));
}

static void twelve_virtual_hours_of_a_minute_cadence(void **state)
{
	(void)state;
	struct sched *sched = sched_new();
	struct diary diary = { .sched = sched, .period_ms = 60000 };
	struct sched_entry entry = { .fn = note, .user = &diary };
	sched_set(sched, &entry, 0);
	for (int64_t now = 0; now < 12 * HOUR_MS; now = sched_next(sched))
		sched_run(sched, now);
	assert_int_equal(diary.calls, 720);
	sched_free(sched);
}

static void a_slot_is_the_same_second_of_the_period_after_a_restart(void **state)
{
	(void)state;
	const struct {
		int64_t after_ms, period_ms;
		uint32_t phase;
		int64_t slot_ms;
	} cases[] = {
		{ 0, 60000, 0, 60000 },
		{ 59999, 60000, 0, 60000 },
		{ 60000, 60000, 0, 120000 },
		{ 0, 60000, UINT32_C(1) << 31, 30000 },
		{ 30000, 60000, UINT32_C(1) << 31, 90000 },
		{ 29999, 60000, UINT32_C(1) << 31, 30000 },
		{ 1795446900123, 60000, UINT32_C(1) << 30, 1795446915000 },
		{ 1795446900123, 900000, UINT32_C(1) << 30, 1795447125000 },
		{ 7, 100, UINT32_MAX, 99 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(sched_slot(cases[i].after_ms, cases[i].period_ms, cases[i].phase), cases[i].slot_ms);
	/* Asked at any moment between two slots, the answer is the same. */
	for (int64_t after = 30000; after < 90000; after += 777)
		assert_int_equal(sched_slot(after, 60000, UINT32_C(1) << 31), 90000);
}

static void a_fleet_is_spread_evenly_and_a_newcomer_hardly_moves_it(void **state)
{
	(void)state;
	enum { FLEET = 1000 };
	uint64_t ids[FLEET + 1];
	uint32_t before[FLEET], after[FLEET + 1];
	for (size_t i = 0; i <= FLEET; i++)
		ids[i] = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	sched_spread(ids, FLEET, before);
	sched_spread(ids, FLEET + 1, after);
	unsigned in_second[60] = { 0 };
	for (size_t i = 0; i < FLEET; i++) {
		in_second[((uint64_t)before[i] * 60) >> 32]++;
		int64_t moved = (int64_t)after[i] - (int64_t)before[i];
		assert_in_range(moved < 0 ? -moved : moved, 0, (UINT64_C(1) << 32) / FLEET);
	}
	for (size_t s = 0; s < 60; s++)
		assert_in_range(in_second[s], 16, 17);
}

static void waits_double_up_to_a_cap_and_differ_by_up_to_a_fifth(void **state)
{
	(void)state;
	const struct {
		unsigned failures;
		int64_t least_ms;
	} cases[] = { { 0, 60000 },  { 1, 60000 },  { 2, 120000 },          { 3, 240000 },
		      { 4, 300000 }, { 5, 300000 }, { 4000000000u, 300000 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (uint64_t draw = 0; draw < 200000; draw += 997)
			assert_in_range(sched_backoff(cases[i].failures, 60000, 300000, draw), cases[i].least_ms,
					cases[i].least_ms + cases[i].least_ms / 5);
	assert_int_not_equal(sched_backoff(1, 60000, 300000, 1), sched_backoff(1, 60000, 300000, 2));
}

UNIT_TESTS(CASE(deadlines_come_in_order_whatever_order_they_were_set_in), CASE(nothing_comes_before_its_time),
	   CASE(an_entry_that_sets_itself_to_now_does_not_hold_the_loop),
	   CASE(twelve_virtual_hours_of_a_minute_cadence),
	   CASE(a_slot_is_the_same_second_of_the_period_after_a_restart),
	   CASE(a_fleet_is_spread_evenly_and_a_newcomer_hardly_moves_it),
	   CASE(waits_double_up_to_a_cap_and_differ_by_up_to_a_fifth))
