/* SPDX-License-Identifier: MIT
 * The writer's thread, with a database that fills up, refuses and recovers as the test wants.
 */
#include "config.h"

#include "daemon/writer.h"

#include "tests/unit/tap.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEN_MAX 4096

/* A database as the thread sees it. `gate` holds the thread inside a commit until the test lets go. */
struct disk {
	uv_mutex_t lock;
	uv_cond_t changed;
	bool full, gate, closed;
	uint64_t poison; /* a unit whose commits are refused for a reason of their own */
	unsigned transactions, largest, attempts, maintained;
	uint64_t seen[SEEN_MAX]; /* unit ids in the order in which they were written */
	int64_t seen_at[SEEN_MAX];
	size_t seen_len;
	char heartbeat[256];
	size_t kept;
};

static enum vt_status disk_commit(void *store, const struct vt_commit *const *commits, size_t len, struct vt_error *error)
{
	struct disk *disk = store;
	uv_mutex_lock(&disk->lock);
	disk->attempts++;
	uv_cond_broadcast(&disk->changed);
	while (disk->gate)
		uv_cond_wait(&disk->changed, &disk->lock);
	enum vt_status status = VT_OK;
	if (disk->full)
		status = vt_fail(error, VT_E_DB_FULL, "cannot write \"x.db\": the disk is full");
	for (size_t i = 0; i < len && status == VT_OK; i++)
		if (commits[i]->device.id == disk->poison)
			status = vt_fail(error, VT_E_DB, "cannot write unit %d", (int)disk->poison);
	for (size_t i = 0; i < len && status == VT_OK; i++) {
		disk->seen[disk->seen_len] = commits[i]->device.id;
		disk->seen_at[disk->seen_len++] = commits[i]->at_ms;
	}
	if (status == VT_OK) {
		disk->transactions++;
		if (len > disk->largest)
			disk->largest = (unsigned)len;
	}
	uv_mutex_unlock(&disk->lock);
	return status;
}

static enum vt_status disk_load(void *store, uint64_t unit_id, struct vt_arena *arena, struct vt_unit_rows *rows,
				struct vt_error *error)
{
	struct disk *disk = store;
	(void)arena;
	uv_mutex_lock(&disk->lock);
	unsigned commits = 0;
	for (size_t i = 0; i < disk->seen_len; i++)
		commits += disk->seen[i] == unit_id;
	uv_mutex_unlock(&disk->lock);
	if (unit_id == 404)
		return vt_fail(error, VT_E_NOT_FOUND, "no such unit");
	*rows = (struct vt_unit_rows){ .device = { .id = unit_id, .polls = commits } };
	return VT_OK;
}

static enum vt_status disk_retire(void *store, const uint64_t *keep_ids, size_t len, struct vt_error *error)
{
	struct disk *disk = store;
	(void)keep_ids;
	uv_mutex_lock(&disk->lock);
	enum vt_status status = disk->full ? vt_fail(error, VT_E_DB_FULL, "full") : VT_OK;
	if (status == VT_OK)
		disk->kept = len;
	uv_mutex_unlock(&disk->lock);
	return status;
}

static enum vt_status disk_heartbeat(void *store, int64_t at_ms, struct vt_str json, struct vt_error *error)
{
	struct disk *disk = store;
	(void)at_ms;
	(void)error;
	uv_mutex_lock(&disk->lock);
	snprintf(disk->heartbeat, sizeof disk->heartbeat, VT_FMT, VT_ARG(json));
	uv_mutex_unlock(&disk->lock);
	return VT_OK;
}

static enum vt_status disk_maintain(void *store, const struct vt_retention *retention, bool *more, struct vt_error *error)
{
	struct disk *disk = store;
	(void)retention;
	(void)error;
	uv_mutex_lock(&disk->lock);
	*more = ++disk->maintained < 3;
	uv_mutex_unlock(&disk->lock);
	return VT_OK;
}

static void disk_close(void *store)
{
	((struct disk *)store)->closed = true; /* read after the thread was joined */
}

/* What the loop was told. */
struct told {
	unsigned troubles, recoveries, lost, loads, unknown;
	uint64_t lost_unit, loaded_polls;
	char sentence[512];
};

static void on_trouble(const struct vt_error *why, void *user)
{
	struct told *told = user;
	told->troubles++;
	snprintf(told->sentence, sizeof told->sentence, "%s", why->text);
}

static void on_recovered(int64_t after_ms, void *user)
{
	(void)after_ms;
	((struct told *)user)->recoveries++;
}

static void on_lost(uint64_t unit_id, void *user)
{
	struct told *told = user;
	told->lost++;
	told->lost_unit = unit_id;
}

static void on_loaded(const struct vt_unit_rows *rows, void *user)
{
	struct told *told = user;
	told->loads++;
	if (rows)
		told->loaded_polls = rows->device.polls;
	else
		told->unknown++;
}

struct bench {
	uv_loop_t loop;
	struct disk disk;
	struct told told;
	struct writer *writer;
};

static void begin(struct bench *b, size_t max_commits)
{
	*b = (struct bench){ 0 };
	uv_loop_init(&b->loop);
	uv_mutex_init(&b->disk.lock);
	uv_cond_init(&b->disk.changed);
	struct writer_backend backend = { &b->disk,	  disk_commit,	 disk_load, disk_retire,
					  disk_heartbeat, disk_maintain, disk_close };
	struct writer_options options = writer_options_default();
	options.max_commits = max_commits;
	options.retry_ms = options.retry_cap_ms = 10;
	options.maintain_every_ms = 1;
	struct writer_callbacks callbacks = { on_trouble, on_recovered, on_lost };
	struct vt_error error;
	assert_int_equal(writer_start(&b->loop, &backend, &options, &callbacks, &b->told, &b->writer, &error), VT_OK);
}

static void end(struct bench *b)
{
	writer_stop(b->writer);
	assert_true(b->disk.closed);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	uv_mutex_destroy(&b->disk.lock);
	uv_cond_destroy(&b->disk.changed);
}

static void commit(struct bench *b, uint64_t unit_id, int64_t at_ms)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_commit *c = VT_NEW(arena, struct vt_commit);
	c->arena = arena;
	c->at_ms = at_ms;
	c->device.id = unit_id;
	writer_commit(b->writer, c);
}

static void set(struct disk *disk, bool *flag, bool value)
{
	uv_mutex_lock(&disk->lock);
	*flag = value;
	uv_cond_broadcast(&disk->changed);
	uv_mutex_unlock(&disk->lock);
}

/* Holds the thread at its next commit, and waits until it stands there. */
static void hold(struct bench *b)
{
	set(&b->disk, &b->disk.gate, true);
	commit(b, 1, 0);
	uv_mutex_lock(&b->disk.lock);
	while (b->disk.attempts == 0)
		uv_cond_wait(&b->disk.changed, &b->disk.lock);
	uv_mutex_unlock(&b->disk.lock);
}

/* Turns the loop until `count` is at least `want`. */
static void turn_until(struct bench *b, const unsigned *count, unsigned want)
{
	while (*count < want)
		uv_run(&b->loop, UV_RUN_ONCE);
}

static void what_queued_up_shares_one_transaction_in_order(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	hold(&b);
	for (int64_t i = 1; i <= 40; i++)
		commit(&b, 7, i);
	set(&b.disk, &b.disk.gate, false);
	end(&b);
	assert_int_equal(b.disk.seen_len, 41);
	assert_int_equal(b.disk.transactions, 2);
	assert_int_equal(b.disk.largest, 40);
	for (int64_t i = 1; i <= 40; i++)
		assert_int_equal(b.disk.seen_at[i], i);
}

static void a_load_sees_the_commits_before_it(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	hold(&b);
	for (int64_t i = 0; i < 5; i++)
		commit(&b, 7, i);
	writer_load(b.writer, 7, on_loaded, &b.told);
	commit(&b, 7, 6);
	set(&b.disk, &b.disk.gate, false);
	turn_until(&b, &b.told.loads, 1);
	assert_int_equal(b.told.loaded_polls, 5);
	writer_load(b.writer, 404, on_loaded, &b.told);
	turn_until(&b, &b.told.loads, 2);
	assert_int_equal(b.told.unknown, 1);
	end(&b);
	assert_int_equal(b.disk.seen_len, 7);
}

static void a_cancelled_load_is_not_answered(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	hold(&b);
	writer_load_cancel(writer_load(b.writer, 7, on_loaded, &b.told));
	writer_load(b.writer, 7, on_loaded, &b.told);
	set(&b.disk, &b.disk.gate, false);
	turn_until(&b, &b.told.loads, 1);
	end(&b);
	assert_int_equal(b.told.loads, 1);
}

static void a_full_disk_is_told_once_and_nothing_within_the_bound_is_lost(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	b.disk.full = true;
	for (int64_t i = 0; i < 100; i++)
		commit(&b, 1 + (uint64_t)i % 10, i);
	turn_until(&b, &b.told.troubles, 1);
	uv_mutex_lock(&b.disk.lock);
	unsigned tries = b.disk.attempts;
	while (b.disk.attempts < tries + 3) /* it keeps trying */
		uv_cond_wait(&b.disk.changed, &b.disk.lock);
	uv_mutex_unlock(&b.disk.lock);
	struct writer_figures figures = writer_figures(b.writer);
	assert_true(figures.in_trouble);
	assert_string_equal(figures.trouble, "cannot write \"x.db\": the disk is full");
	writer_load(b.writer, 5, on_loaded, &b.told); /* reading still works */
	turn_until(&b, &b.told.loads, 1);
	set(&b.disk, &b.disk.full, false);
	turn_until(&b, &b.told.recoveries, 1);
	end(&b);
	assert_int_equal(b.told.troubles, 1);
	assert_string_equal(b.told.sentence, "cannot write \"x.db\": the disk is full");
	assert_int_equal(b.told.lost, 0);
	assert_int_equal(b.disk.seen_len, 100);
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(b.disk.seen_at[i], i);
}

static void above_the_bound_the_newest_of_each_unit_stays(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 8);
	b.disk.full = true;
	hold(&b); /* unit 1 is in the thread's hands */
	for (int64_t i = 0; i < 40; i++)
		commit(&b, 10 + (uint64_t)i % 4, i);
	turn_until(&b, &b.told.lost, 32);
	assert_int_equal(writer_figures(b.writer).queue, 8);
	set(&b.disk, &b.disk.full, false);
	set(&b.disk, &b.disk.gate, false);
	end(&b);
	assert_int_equal(b.told.lost, 32);
	assert_int_equal(b.disk.seen_len, 9);
	for (int64_t i = 0; i < 8; i++)
		assert_int_equal(b.disk.seen_at[1 + i], 32 + i);
}

static void one_commit_that_cannot_be_written_does_not_hold_up_the_others(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	b.disk.poison = 13;
	hold(&b);
	for (uint64_t unit = 10; unit < 20; unit++)
		commit(&b, unit, (int64_t)unit);
	set(&b.disk, &b.disk.gate, false);
	turn_until(&b, &b.told.lost, 1);
	end(&b);
	assert_int_equal(b.told.lost_unit, 13);
	assert_int_equal(b.disk.seen_len, 10);
}

static void retiring_waits_for_room_on_the_disk(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	b.disk.full = true;
	writer_retire(b.writer, (const uint64_t[]){ 1, 2, 3 }, 3);
	turn_until(&b, &b.told.troubles, 1);
	set(&b.disk, &b.disk.full, false);
	commit(&b, 1, 0);
	turn_until(&b, &b.told.recoveries, 1);
	end(&b);
	assert_int_equal(b.disk.kept, 3);
}

static void the_last_heartbeat_is_written_and_maintenance_goes_on_in_slices(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	hold(&b);
	writer_heartbeat(b.writer, 1, VT_STR("{\"n\":1}"));
	writer_heartbeat(b.writer, 2, VT_STR("{\"n\":2}"));
	set(&b.disk, &b.disk.gate, false);
	for (bool done = false; !done;) {
		uv_mutex_lock(&b.disk.lock);
		done = b.disk.maintained >= 4;
		uv_mutex_unlock(&b.disk.lock);
		uv_sleep(1);
	}
	end(&b);
	assert_string_equal(b.disk.heartbeat, "{\"n\":2}");
}

static void stopping_with_a_full_disk_does_not_wait_for_room(void **state)
{
	(void)state;
	struct bench b;
	begin(&b, 1000);
	b.disk.full = true;
	for (int64_t i = 0; i < 10; i++)
		commit(&b, 1, i);
	writer_load(b.writer, 1, on_loaded, &b.told);
	end(&b);
	assert_int_equal(b.disk.seen_len, 0);
}

UNIT_TESTS(CASE(what_queued_up_shares_one_transaction_in_order), CASE(a_load_sees_the_commits_before_it),
	   CASE(a_cancelled_load_is_not_answered), CASE(a_full_disk_is_told_once_and_nothing_within_the_bound_is_lost),
	   CASE(above_the_bound_the_newest_of_each_unit_stays),
	   CASE(one_commit_that_cannot_be_written_does_not_hold_up_the_others), CASE(retiring_waits_for_room_on_the_disk),
	   CASE(the_last_heartbeat_is_written_and_maintenance_goes_on_in_slices),
	   CASE(stopping_with_a_full_disk_does_not_wait_for_room))
