/* SPDX-License-Identifier: MIT
 * Commits: what a poll changed, in one transaction.
 *
 * Only what changed is written, and a poll in which nothing changed but counters touches two rows: the unit's
 * (figures and the packed live piece) and a new one at the end of the journal. SQLite writes whole pages, so the
 * number of pages a poll touches, and not the number of its bytes, is what the disk sees.
 *
 * The writer remembers a little about each unit it has met (struct unit): its number, the head of its chain in the
 * journal, and the numbers of its selectors. A transaction that fails forgets all of that; it is read again.
 */
#include "config.h"

#include "base/memory.h"
#include "store/folded.h"
#include "store/units.h"

#include <stdlib.h>

/* ---- what the writer remembers ---- */

struct unit_cache {
	struct unit **units; /* open addressing by id */
	size_t slots, len;
};

static void unit_free(struct unit *unit)
{
	if (!unit)
		return;
	free(unit->selectors);
	free(unit);
}

void unit_cache_free(struct unit_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < cache->slots; i++)
		unit_free(cache->units[i]);
	free(cache->units);
	free(cache);
}

static struct unit **unit_slot(const struct unit_cache *cache, uint64_t id)
{
	size_t i = (size_t)id & (cache->slots - 1);
	while (cache->units[i] && cache->units[i]->id != id)
		i = (i + 1) & (cache->slots - 1);
	return &cache->units[i];
}

static struct unit *unit_remember(struct vt_store *store, uint64_t id)
{
	struct unit_cache *cache = store->units;
	if (!cache)
		cache = store->units = vt_must(calloc(1, sizeof *cache));
	if (cache->len * 2 >= cache->slots) {
		struct unit_cache larger = { .slots = cache->slots ? cache->slots * 2 : 64, .len = cache->len };
		larger.units = vt_must(calloc(larger.slots, sizeof *larger.units));
		for (size_t i = 0; i < cache->slots; i++)
			if (cache->units[i])
				*unit_slot(&larger, cache->units[i]->id) = cache->units[i];
		free(cache->units);
		*cache = larger;
	}
	struct unit *unit = vt_must(calloc(1, sizeof *unit));
	unit->id = id;
	*unit_slot(cache, id) = unit;
	cache->len++;
	return unit;
}

void units_forget(struct vt_store *store)
{
	unit_cache_free(store->units);
	store->units = NULL;
}

static struct numbered *selector_slot(struct numbered *slots, size_t slots_len, uint64_t id)
{
	size_t i = (size_t)id & (slots_len - 1);
	while (slots[i].no && slots[i].id != id)
		i = (i + 1) & (slots_len - 1);
	return &slots[i];
}

static void selector_remember(struct unit *unit, uint64_t id, uint64_t no)
{
	if (unit->selectors_len * 2 >= unit->selectors_slots) {
		size_t slots = unit->selectors_slots ? unit->selectors_slots * 2 : 16;
		struct numbered *larger = vt_must(calloc(slots, sizeof *larger));
		for (size_t i = 0; i < unit->selectors_slots; i++)
			if (unit->selectors[i].no)
				*selector_slot(larger, slots, unit->selectors[i].id) = unit->selectors[i];
		free(unit->selectors);
		unit->selectors = larger;
		unit->selectors_slots = slots;
	}
	struct numbered *slot = selector_slot(unit->selectors, unit->selectors_slots, id);
	if (!slot->no)
		unit->selectors_len++;
	*slot = (struct numbered){ id, no };
}

/* 0: nobody described it. */
static uint64_t selector_no(const struct unit *unit, uint64_t id)
{
	return unit->selectors_slots ? selector_slot(unit->selectors, unit->selectors_slots, id)->no : 0;
}

static enum vt_status load_selectors(struct vt_store *store, struct unit *unit, struct vt_error *error)
{
	static const char action[] = "read the selectors of a device";
	struct statement *numbers = db_statement(store, SQL_SELECTOR_NUMBERS);
	bool row = true;
	if (!numbers)
		return db_fail(store, error, action);
	bind_id(numbers, ":device_id", unit->id);
	for (;;) {
		enum vt_status status = db_step(store, numbers, &row, error, action);
		if (status != VT_OK || !row)
			return status;
		selector_remember(unit, read_id(numbers, "id"), read_id(numbers, "no"));
	}
}

static enum vt_status load_unit(struct vt_store *store, uint64_t id, struct unit **loaded, struct vt_error *error)
{
	static const char action[] = "read a device";
	struct statement *numbers = db_statement(store, SQL_DEVICE_NUMBERS);
	bool row = false;
	*loaded = NULL;
	if (!numbers)
		return db_fail(store, error, action);
	bind_id(numbers, ":id", id);
	enum vt_status status = db_step(store, numbers, &row, error, action);
	if (status != VT_OK || !row)
		return status;
	struct unit *unit = unit_remember(store, id);
	unit->no = read_id(numbers, "no");
	unit->journal_seq = read_id(numbers, "journal_seq");
	unit->folded_seq = read_id(numbers, "folded_seq");
	unit->unfolded_from_ms = read_i64(numbers, "unfolded_from_ms");
	unit->rolled_day = read_i64(numbers, "rolled_day");
	db_done(numbers);
	*loaded = unit;
	return load_selectors(store, unit, error);
}

enum vt_status unit_find(struct vt_store *store, uint64_t id, struct unit **unit, struct vt_error *error)
{
	*unit = store->units ? *unit_slot(store->units, id) : NULL;
	return *unit ? VT_OK : load_unit(store, id, unit, error);
}

static enum vt_status unit_find_or_add(struct vt_store *store, const struct vt_device_row *device, struct unit **unit,
				       struct vt_error *error)
{
	enum vt_status status = unit_find(store, device->id, unit, error);
	if (status != VT_OK || *unit)
		return status;
	struct statement *add = db_statement(store, SQL_DEVICE_ADD);
	if (add)
		bind_row(add, &device_fields, device);
	status = db_run(store, add, error, "add a device");
	return status == VT_OK ? load_unit(store, device->id, unit, error) : status;
}

/* ---- the parts of a commit ---- */

static enum vt_status put_row(struct vt_store *store, enum vt_sql sql, const struct fields *fields, const void *row,
			      struct vt_error *error, const char *action)
{
	struct statement *put = db_statement(store, sql);
	if (put)
		bind_row(put, fields, row);
	return db_run(store, put, error, action);
}

static enum vt_status put_interval(struct vt_store *store, enum vt_sql sql, const struct vt_tunnel_row *tunnel,
				   int64_t since_ms, struct vt_error *error)
{
	struct statement *put = db_statement(store, sql);
	if (put) {
		bind_id(put, ":tunnel_id", tunnel->id);
		bind_i64(put, ":from_ms", since_ms);
		bind_text(put, ":status", vt_str_of(vt_tunnel_status_name(tunnel->status)));
		bind_text(put, ":reason", tunnel->status_reason);
	}
	return db_run(store, put, error, "write a state interval");
}

static enum vt_status put_tunnel(struct vt_store *store, const struct vt_tunnel_row *tunnel, int64_t at_ms,
				 struct vt_error *error)
{
	int64_t since_ms = tunnel->status_since_ms ? tunnel->status_since_ms : at_ms;
	enum vt_status status = put_row(store, SQL_TUNNEL_PUT, &tunnel_fields, tunnel, error, "write a tunnel");
	if (status == VT_OK)
		status = put_row(store, SQL_TUNNEL_PUT_INDEXED, &tunnel_fields, tunnel, error, "write a tunnel");
	if (status == VT_OK)
		status = put_interval(store, SQL_INTERVAL_CLOSE, tunnel, since_ms, error);
	if (status == VT_OK)
		status = put_interval(store, SQL_INTERVAL_OPEN, tunnel, since_ms, error);
	return status;
}

static enum vt_status put_selector(struct vt_store *store, struct unit *unit, const struct vt_selector_row *selector,
				   struct vt_error *error)
{
	static const char action[] = "write a selector";
	struct statement *put = db_statement(store, SQL_SELECTOR_PUT);
	bool row = false;
	if (!put)
		return db_fail(store, error, action);
	bind_row(put, &selector_fields, selector);
	enum vt_status status = db_step(store, put, &row, error, action);
	while (status == VT_OK && row) {
		selector_remember(unit, selector->id, read_id(put, "no"));
		status = db_step(store, put, &row, error, action);
	}
	return status;
}

/* Runs `sql` for one id; at_ms is bound where the statement has it. */
static enum vt_status forget(struct vt_store *store, enum vt_sql sql, uint64_t id, int64_t at_ms,
			     struct vt_error *error)
{
	struct statement *statement = db_statement(store, sql);
	if (statement) {
		bind_id(statement, ":id", id);
		bind_i64(statement, ":at_ms", at_ms);
	}
	return db_run(store, statement, error, "forget what is gone");
}

static enum vt_status put_forgotten(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error)
{
	static const enum vt_sql of_tunnel[] = { SQL_TUNNEL_FORGET, SQL_TUNNEL_FORGET_SELECTORS,
						 SQL_TUNNEL_FORGET_INTERVAL };
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < commit->forget_selectors_len && status == VT_OK; i++)
		status = forget(store, SQL_SELECTOR_FORGET, commit->forget_selectors[i], commit->at_ms, error);
	for (size_t i = 0; i < commit->forget_tunnels_len; i++)
		for (size_t j = 0; j < sizeof of_tunnel / sizeof *of_tunnel && status == VT_OK; j++)
			status = forget(store, of_tunnel[j], commit->forget_tunnels[i], commit->at_ms, error);
	return status;
}

static enum vt_status put_rows(struct vt_store *store, struct unit *unit, const struct vt_commit *commit,
			       struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < commit->tunnels_len && status == VT_OK; i++)
		status = put_tunnel(store, &commit->tunnels[i], commit->at_ms, error);
	for (size_t i = 0; i < commit->selectors_len && status == VT_OK; i++)
		status = put_selector(store, unit, &commit->selectors[i], error);
	if (status == VT_OK)
		status = put_forgotten(store, commit, error);
	for (size_t i = 0; i < commit->events_len && status == VT_OK; i++)
		status = put_row(store, SQL_EVENT_ADD, &event_fields, &commit->events[i], error, "write an event");
	return status;
}

/* ---- packing ---- */

static int by_no(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b; /* `no` is the first member of both */
	return (left > right) - (left < right);
}

/* Sorted by number, each number once. Nearly always it is so already: selectors are numbered in the order in which
 * they come. Answers how many there are. */
static size_t in_order(void *items, size_t len, size_t size)
{
	char *bytes = items;
	size_t i = 1, kept = len ? 1 : 0;
	while (i < len && by_no(bytes + (i - 1) * size, bytes + i * size) < 0)
		i++;
	if (i >= len)
		return len;
	qsort(items, len, size, by_no);
	for (i = 1; i < len; i++)
		if (by_no(bytes + (kept - 1) * size, bytes + i * size) != 0)
			memmove(bytes + kept++ * size, bytes + i * size, size);
	return kept;
}

/* False when nothing is left to keep. */
static bool pack_samples(struct vt_store *store, const struct unit *unit, const struct vt_commit *commit)
{
	struct vt_pack_sample *samples = store_scratch(store, commit->samples_len * sizeof *samples);
	size_t len = 0;
	for (size_t i = 0; i < commit->samples_len; i++) {
		uint64_t no = selector_no(unit, commit->samples[i].selector_id);
		if (no && knows_a_figure(&commit->samples[i].delta))
			samples[len++] = (struct vt_pack_sample){ no, commit->samples[i].delta };
	}
	len = in_order(samples, len, sizeof *samples);
	vt_pack_samples(&store->packed, samples, len);
	return len > 0;
}

static void pack_live(struct vt_store *store, const struct unit *unit, const struct vt_commit *commit)
{
	struct vt_pack_live *live = store_scratch(store, commit->live_len * sizeof *live);
	size_t len = 0;
	for (size_t i = 0; i < commit->live_len; i++) {
		uint64_t no = selector_no(unit, commit->live[i].selector_id);
		if (no)
			live[len++] = (struct vt_pack_live){ no, commit->live[i] };
	}
	len = in_order(live, len, sizeof *live);
	vt_pack_live(&store->packed, commit->at_ms, live, len);
}

void *store_scratch(struct vt_store *store, size_t size)
{
	vt_buf_clear(&store->scratch);
	return vt_buf_reserve(&store->scratch, size);
}

static enum vt_status put_journal(struct vt_store *store, struct unit *unit, const struct vt_commit *commit,
				  struct vt_error *error)
{
	struct statement *add = db_statement(store, SQL_JOURNAL_ADD);
	bool samples = commit->samples_len > 0 && pack_samples(store, unit, commit);
	uint64_t seq = store->generation + 1;
	if (add) {
		bind_id(add, ":seq", seq);
		bind_id(add, ":previous_seq", unit->journal_seq);
		bind_id(add, ":device_id", unit->id);
		bind_i64(add, ":at_ms", commit->at_ms);
		bind_i64(add, ":interval_ms", commit->interval_ms);
		bind_i64(add, ":bytes_interval_ms", commit->bytes_interval_ms);
		bind_blob(add, ":samples", samples ? vt_buf_view(&store->packed) : VT_STR_NONE);
	}
	enum vt_status status = db_run(store, add, error, "write a poll");
	if (status != VT_OK)
		return status;
	store->generation = seq;
	if (!samples)
		return VT_OK;
	if (unit->journal_seq == unit->folded_seq || unit->unfolded_from_ms > commit->at_ms)
		unit->unfolded_from_ms = commit->at_ms;
	unit->journal_seq = seq;
	return VT_OK;
}

static enum vt_status put_device(struct vt_store *store, const struct unit *unit, const struct vt_commit *commit,
				 struct vt_error *error)
{
	struct statement *update = db_statement(store, SQL_DEVICE_UPDATE);
	if (update) {
		bind_row(update, &device_fields, &commit->device);
		bind_id(update, ":journal_seq", unit->journal_seq);
		bind_i64(update, ":unfolded_from_ms", unit->unfolded_from_ms);
		bind_i64(update, ":live_given", commit->live_given);
		if (commit->live_given) {
			pack_live(store, unit, commit);
			bind_i64(update, ":at_ms", commit->at_ms);
			bind_blob(update, ":live", vt_buf_view(&store->packed));
		}
	}
	return db_run(store, update, error, "write a device");
}

static enum vt_status put_commit(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error)
{
	struct unit *unit;
	enum vt_status status = unit_find_or_add(store, &commit->device, &unit, error);
	if (status == VT_OK)
		status = put_rows(store, unit, commit, error);
	if (status == VT_OK && commit->config_read)
		status = put_configuration(store, commit, error);
	if (status == VT_OK)
		status = put_journal(store, unit, commit, error);
	return status == VT_OK ? put_device(store, unit, commit, error) : status;
}

/* ---- transactions ---- */

enum vt_status transaction_begin(struct vt_store *store, struct vt_error *error)
{
	if (!store->writer)
		return vt_fail(error, VT_E_ARGUMENT, "database \"%s\": cannot write: it is open for reading",
			       store->path);
	enum vt_status status = db_still_there(store, error);
	return status == VT_OK ? db_do(store, SQL_BEGIN, error, "begin to write") : status;
}

enum vt_status transaction_end(struct vt_store *store, enum vt_status status, struct vt_error *error)
{
	if (status == VT_OK)
		status = db_do(store, SQL_COMMIT, error, "commit");
	if (status == VT_OK)
		return VT_OK;
	/* SQLite has rolled back by itself after the worst errors. */
	if (!sqlite3_get_autocommit(store->db))
		db_do(store, SQL_ROLLBACK, NULL, "undo");
	units_forget(store);
	store->generation = 0;
	return status;
}

/* After a failed transaction: what is really there. */
enum vt_status recall_generation(struct vt_store *store, struct vt_error *error)
{
	return store->generation ? VT_OK : vt_store_generation(store, &store->generation, error);
}

enum vt_status vt_store_commit_many(struct vt_store *store, const struct vt_commit *const *commits, size_t len,
				    struct vt_error *error)
{
	enum vt_status status = transaction_begin(store, error);
	if (status != VT_OK)
		return status;
	status = recall_generation(store, error);
	for (size_t i = 0; i < len && status == VT_OK; i++)
		status = put_commit(store, commits[i], error);
	return transaction_end(store, status, error);
}

enum vt_status vt_store_commit(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error)
{
	return vt_store_commit_many(store, &commit, 1, error);
}

/* ---- units that are no longer configured ---- */

static bool is_kept(uint64_t id, const uint64_t *keep_ids, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (keep_ids[i] == id)
			return true;
	return false;
}

static enum vt_status retire(struct vt_store *store, const struct vt_device_row *device, int64_t at_ms,
			     struct vt_error *error)
{
	static const enum vt_sql steps[] = { SQL_DEVICE_RETIRE_INTERVALS, SQL_DEVICE_RETIRE_SELECTORS,
					     SQL_DEVICE_RETIRE_TUNNELS, SQL_DEVICE_RETIRE_FINDINGS, SQL_DEVICE_RETIRE };
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < sizeof steps / sizeof *steps && status == VT_OK; i++) {
		struct statement *step = db_statement(store, steps[i]);
		if (step) {
			bind_row(step, &device_fields, device);
			bind_i64(step, ":at_ms", at_ms);
		}
		status = db_run(store, step, error, "retire a device");
	}
	return status;
}

/* Marks the change for readers: a row of the journal about no unit. */
static enum vt_status put_generation(struct vt_store *store, struct vt_error *error)
{
	struct unit nobody = { .id = 0 };
	struct vt_commit nothing = { .at_ms = 0 };
	return put_journal(store, &nobody, &nothing, error);
}

static enum vt_status retire_others(struct vt_store *store, const uint64_t *keep_ids, size_t len,
				    struct vt_arena *arena, struct vt_error *error)
{
	struct vt_device_row *devices;
	size_t devices_len, retired = 0;
	enum vt_status status = vt_store_devices(store, arena, &devices, &devices_len, error);
	for (size_t i = 0; i < devices_len && status == VT_OK; i++)
		if (!is_kept(devices[i].id, keep_ids, len)) {
			status = retire(store, &devices[i], devices[i].last_try_at_ms, error);
			retired++;
		}
	return status == VT_OK && retired ? put_generation(store, error) : status;
}

enum vt_status vt_store_retire_units(struct vt_store *store, const uint64_t *keep_ids, size_t len,
				     struct vt_error *error)
{
	enum vt_status status = transaction_begin(store, error);
	if (status != VT_OK)
		return status;
	struct vt_arena *arena = vt_arena_new();
	status = recall_generation(store, error);
	if (status == VT_OK)
		status = retire_others(store, keep_ids, len, arena, error);
	vt_arena_free(arena);
	return transaction_end(store, status, error);
}
