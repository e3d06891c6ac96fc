/* SPDX-License-Identifier: MIT
 * The way of a sample through its life, in small steps between commits.
 *
 *     journal ──an hour is over──▶ hour, hour_times ──a day is over──▶ day ──▶ forgotten
 *
 * Each call does one step, in one transaction: folds one hour of one unit, or rolls up one day of one unit, or
 * deletes some rows. What is to be done next is read from the database, so a process that ends anywhere goes on
 * there. An hour that is folded already gets late samples added, behind the polls it has. A piece that is damaged
 * becomes a gap: it must not hold up all that comes after it.
 *
 * The file does not shrink, and does not grow without bound: freed pages are used again. (auto_vacuum would write
 * another page with nearly every commit.)
 */
#include "config.h"

#include "store/folded.h"
#include "store/units.h"

#include <stdlib.h>

enum {
	DELETED_AT_ONCE = 1000,    /* rows; some milliseconds */
	FOLD_AFTER_MS = 2 * 60000, /* an hour is over for certain: polls that began in it have been committed */
	DAYS_AT_ONCE = 30,         /* that turn out to be empty */
};

/* ---- folding ---- */

/* A selector of the unit, and its row in the table of one hour. */
struct member {
	uint64_t no, tunnel_no;
	struct vt_counters *deltas; /* one a poll; NULL: not in these polls */
};

struct fold {
	struct vt_store *store;
	struct unit *unit;
	struct vt_arena *arena;
	struct member *members; /* by tunnel, then number */
	size_t members_len;
	struct member **by_no;
	int64_t hour;
	struct poll *polls;       /* to be folded, oldest first */
	size_t polls_len, before; /* `before` polls of this hour are folded already */
};

static enum vt_status read_members(struct fold *fold, struct vt_error *error)
{
	struct statement *statement = db_statement(fold->store, SQL_FOLD_SELECTORS);
	size_t cap = 0;
	if (!statement)
		return db_fail(fold->store, error, "fold an hour");
	bind_id(statement, ":id", fold->unit->id);
	for (;;) {
		bool row;
		enum vt_status status = db_step(fold->store, statement, &row, error, "fold an hour");
		if (status != VT_OK || !row)
			return status;
		struct member *member = VT_PUSH(fold->arena, fold->members, fold->members_len, cap);
		member->no = read_id(statement, "no");
		member->tunnel_no = read_id(statement, "tunnel_no");
	}
}

static int member_cmp(const void *a, const void *b)
{
	const struct member *left = *(struct member *const *)a, *right = *(struct member *const *)b;
	return (left->no > right->no) - (left->no < right->no);
}

static void index_members(struct fold *fold)
{
	fold->by_no = VT_NEW_ARRAY(fold->arena, struct member *, fold->members_len);
	for (size_t i = 0; i < fold->members_len; i++)
		fold->by_no[i] = &fold->members[i];
	qsort(fold->by_no, fold->members_len, sizeof *fold->by_no, member_cmp);
}

/* Both a poll's samples and by_no are sorted: one walk over the two. */
static void spread_poll(struct fold *fold, size_t column)
{
	const struct poll *poll = &fold->polls[column];
	size_t at = 0;
	for (size_t i = 0; i < poll->samples_len; i++) {
		while (at < fold->members_len && fold->by_no[at]->no < poll->samples[i].no)
			at++;
		if (at == fold->members_len || fold->by_no[at]->no != poll->samples[i].no)
			continue; /* of a selector that was deleted since */
		struct member *member = fold->by_no[at];
		if (!member->deltas) {
			member->deltas = VT_NEW_ARRAY(fold->arena, struct vt_counters, fold->before + fold->polls_len);
			memset(member->deltas, 0xff, (fold->before + fold->polls_len) * sizeof *member->deltas);
		}
		member->deltas[fold->before + column] = poll->samples[i].delta;
	}
}
_Static_assert(VT_ABSENT == UINT64_MAX, "memset with 0xff makes absent");

static enum vt_status put_blob(struct vt_store *store, enum vt_sql sql, const char *when_parameter, int64_t when,
			       const char *no_parameter, uint64_t no, struct vt_error *error)
{
	struct statement *put = db_statement(store, sql);
	if (put) {
		bind_i64(put, when_parameter, when);
		bind_id(put, no_parameter, no);
		bind_blob(put, ":blob", vt_buf_view(&store->packed));
	}
	return db_run(store, put, error, "write folded samples");
}

/* A blob by two numbers, copied into `arena`; p is NULL when there is none. */
static enum vt_status get_blob(struct vt_store *store, enum vt_sql sql, const char *column, int64_t hour,
			       const char *no_parameter, uint64_t no, struct vt_arena *arena, struct vt_str *blob,
			       struct vt_error *error)
{
	struct statement *get = db_statement(store, sql);
	bool row = false;
	*blob = VT_STR_NONE;
	if (!get)
		return db_fail(store, error, "read folded samples");
	bind_i64(get, ":hour", hour);
	bind_id(get, no_parameter, no);
	enum vt_status status = db_step(store, get, &row, error, "read folded samples");
	if (status != VT_OK || !row)
		return status;
	*blob = vt_arena_str(arena, read_blob(get, column));
	db_done(get);
	return VT_OK;
}

static enum vt_status fold_times(struct fold *fold, struct vt_error *error)
{
	struct vt_store *store = fold->store;
	struct vt_pack_time *before = NULL;
	struct vt_str blob;
	enum vt_status status = get_blob(store, SQL_HOUR_TIMES, "times", fold->hour, ":device_no", fold->unit->no,
					 fold->arena, &blob, error);
	if (status != VT_OK)
		return status;
	if (!blob.p || vt_unpack_times(blob, fold->hour * HOUR_MS, fold->arena, &before, &fold->before) != VT_OK)
		fold->before = 0;
	struct vt_pack_time *times = VT_NEW_ARRAY(fold->arena, struct vt_pack_time, fold->before + fold->polls_len);
	if (fold->before)
		memcpy(times, before, fold->before * sizeof *times);
	for (size_t i = 0; i < fold->polls_len; i++)
		times[fold->before + i] = fold->polls[i].time;
	vt_pack_times(&store->packed, fold->hour * HOUR_MS, times, fold->before + fold->polls_len);
	return put_blob(store, SQL_HOUR_TIMES_PUT, ":hour", fold->hour, ":device_no", fold->unit->no, error);
}

/* What a tunnel's hour has already goes in front of what is added. */
static enum vt_status merge_folded(struct fold *fold, struct member *first, size_t len, struct vt_error *error)
{
	struct vt_str blob;
	struct vt_pack_series *series;
	size_t series_len, polls, total = fold->before + fold->polls_len;
	enum vt_status status = get_blob(fold->store, SQL_HOUR_SAMPLES, "samples", fold->hour, ":tunnel_no",
					 first->tunnel_no, fold->arena, &blob, error);
	if (status != VT_OK || !blob.p)
		return status;
	if (vt_unpack_hour(blob, fold->arena, &series, &series_len, &polls) != VT_OK || polls > fold->before)
		return VT_OK;
	for (size_t i = 0, at = 0; i < series_len; i++) {
		while (at < len && first[at].no < series[i].no)
			at++;
		if (at == len || first[at].no != series[i].no)
			continue;
		if (!first[at].deltas) {
			first[at].deltas = VT_NEW_ARRAY(fold->arena, struct vt_counters, total);
			memset(first[at].deltas, 0xff, total * sizeof(struct vt_counters));
		}
		memcpy(first[at].deltas, series[i].deltas, polls * sizeof(struct vt_counters));
	}
	return VT_OK;
}

static enum vt_status fold_tunnel(struct fold *fold, struct member *first, size_t len, struct vt_error *error)
{
	enum vt_status status = fold->before ? merge_folded(fold, first, len, error) : VT_OK;
	struct vt_pack_series *series = VT_NEW_ARRAY(fold->arena, struct vt_pack_series, len);
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		if (first[i].deltas)
			series[n++] = (struct vt_pack_series){ first[i].no, first[i].deltas };
	if (status != VT_OK || n == 0)
		return status;
	vt_pack_hour(&fold->store->packed, series, n, fold->before + fold->polls_len);
	return put_blob(fold->store, SQL_HOUR_PUT, ":hour", fold->hour, ":tunnel_no", first->tunnel_no, error);
}

static enum vt_status fold_done(struct fold *fold, uint64_t folded_seq, int64_t unfolded_from_ms,
				struct vt_error *error)
{
	struct statement *done = db_statement(fold->store, SQL_FOLD_DONE);
	if (done) {
		bind_id(done, ":id", fold->unit->id);
		bind_id(done, ":folded_seq", folded_seq);
		bind_i64(done, ":unfolded_from_ms", unfolded_from_ms);
	}
	enum vt_status status = db_run(fold->store, done, error, "fold an hour");
	fold->unit->folded_seq = folded_seq;
	fold->unit->unfolded_from_ms = unfolded_from_ms;
	return status;
}

static enum vt_status fold_hour(struct fold *fold, int64_t unfolded_from_ms, struct vt_error *error)
{
	enum vt_status status = read_members(fold, error);
	if (status == VT_OK)
		status = fold_times(fold, error);
	if (status != VT_OK)
		return status;
	index_members(fold);
	for (size_t i = 0; i < fold->polls_len; i++)
		spread_poll(fold, i);
	for (size_t i = 0, end; i < fold->members_len && status == VT_OK; i = end) {
		for (end = i; end < fold->members_len && fold->members[end].tunnel_no == fold->members[i].tunnel_no;)
			end++;
		status = fold_tunnel(fold, &fold->members[i], end - i, error);
	}
	if (status != VT_OK)
		return status;
	return fold_done(fold, fold->polls[fold->polls_len - 1].seq, unfolded_from_ms, error);
}

/* The unit's chain back to what is folded, oldest first, without the samples. Where it is broken it ends. */
static enum vt_status read_chain(struct fold *fold, struct vt_error *error)
{
	size_t cap = 0;
	for (uint64_t seq = fold->unit->journal_seq; seq > fold->unit->folded_seq;) {
		struct poll poll;
		bool found;
		enum vt_status status = poll_read(fold->store, seq, NULL, &poll, &found, error);
		if (status != VT_OK && !found)
			return status;
		if (status != VT_OK || !found)
			break;
		*VT_PUSH(fold->arena, fold->polls, fold->polls_len, cap) = poll;
		seq = poll.previous_seq;
	}
	for (size_t i = 0; i < fold->polls_len / 2; i++) {
		struct poll poll = fold->polls[i];
		fold->polls[i] = fold->polls[fold->polls_len - 1 - i];
		fold->polls[fold->polls_len - 1 - i] = poll;
	}
	return VT_OK;
}

/* Samples that cannot be unpacked are a gap. */
static enum vt_status read_samples(struct fold *fold, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < fold->polls_len && status == VT_OK; i++) {
		struct poll *poll = &fold->polls[i];
		bool found;
		status = poll_read(fold->store, poll->seq, fold->arena, poll, &found, error);
		if (status == VT_E_DB_CORRUPT && found) {
			poll->samples_len = 0;
			status = VT_OK;
		}
	}
	return status;
}

/* Folds the polls at the start of the chain that are of one hour; more of them, with other hours, wait. */
static enum vt_status fold_unit(struct fold *fold, struct vt_error *error)
{
	enum vt_status status = read_chain(fold, error);
	size_t all = fold->polls_len, of_hour = 0;
	if (status != VT_OK)
		return status;
	if (all == 0)
		return fold_done(fold, fold->unit->journal_seq, 0, error);
	fold->hour = floor_div(fold->polls[0].time.at_ms, HOUR_MS);
	while (of_hour < all && floor_div(fold->polls[of_hour].time.at_ms, HOUR_MS) == fold->hour)
		of_hour++;
	int64_t unfolded_from_ms = of_hour < all ? fold->polls[of_hour].time.at_ms : 0;
	fold->polls_len = of_hour;
	status = read_samples(fold, error);
	return status == VT_OK ? fold_hour(fold, unfolded_from_ms, error) : status;
}

/* An id of a unit, by a statement that answers at most one. */
static enum vt_status next_unit(struct vt_store *store, enum vt_sql sql, const char *parameter, int64_t value,
				struct unit **unit, struct vt_error *error)
{
	struct statement *statement = db_statement(store, sql);
	bool row = false;
	*unit = NULL;
	if (!statement)
		return db_fail(store, error, "look for work on samples");
	bind_i64(statement, parameter, value);
	enum vt_status status = db_step(store, statement, &row, error, "look for work on samples");
	if (status != VT_OK || !row)
		return status;
	uint64_t id = read_id(statement, "id");
	db_done(statement);
	return unit_find(store, id, unit, error);
}

static enum vt_status fold_some(struct vt_store *store, int64_t now_ms, bool *did, struct vt_error *error)
{
	int64_t until_ms = floor_div(now_ms - FOLD_AFTER_MS, HOUR_MS) * HOUR_MS;
	struct fold fold = { .store = store };
	enum vt_status status = next_unit(store, SQL_FOLD_NEXT, ":until_ms", until_ms, &fold.unit, error);
	if (status != VT_OK || !fold.unit)
		return status;
	fold.arena = vt_arena_new();
	status = fold_unit(&fold, error);
	vt_arena_free(fold.arena);
	*did = true;
	return status;
}

/* ---- rolling up ---- */

/* One unit's day: when it was polled in each hour, and the tunnels. */
struct roll {
	struct vt_store *store;
	struct unit *unit;
	struct vt_arena *arena, *scratch;
	int64_t day;
	struct vt_pack_time *times[24];
	size_t times_len[24];
	bool polled;
};

static uint64_t milli_rate(uint64_t delta, int64_t over_ms)
{
	double rate = (double)delta * 1e6 / (double)over_ms;
	return rate >= 1e19 ? UINT64_MAX - 1 : (uint64_t)(rate + 0.5);
}

static void roll_figure(struct vt_rollup_figure *figure, uint64_t delta, int64_t over_ms)
{
	figure->count++;
	if (__builtin_add_overflow(figure->sum, delta, &figure->sum))
		figure->sum = UINT64_MAX - 1;
	if (over_ms <= 0)
		return;
	uint64_t rate = milli_rate(delta, over_ms);
	if (!figure->covered_ms || rate < figure->min_milli)
		figure->min_milli = rate;
	if (!figure->covered_ms || rate > figure->max_milli)
		figure->max_milli = rate;
	figure->covered_ms += (uint64_t)over_ms;
}

static void roll_poll(struct vt_rollup *rollup, const struct vt_counters *delta, const struct vt_pack_time *time)
{
	if (!knows_a_figure(delta))
		return;
	rollup->polls++;
	for (size_t i = 0; i < VT_FIGURES; i++)
		if (vt_const_figures(delta)[i] != VT_ABSENT)
			roll_figure(&rollup->figures[i], vt_const_figures(delta)[i],
				    covered_ms(i, time->interval_ms, time->bytes_interval_ms));
}

static int day_cmp(const void *a, const void *b)
{
	const struct vt_pack_day *left = a, *right = b;
	return (left->no > right->no) - (left->no < right->no);
}

struct days {
	struct vt_pack_day *list;
	size_t len, cap;
};

static struct vt_pack_day *day_of(struct roll *roll, struct days *days, uint64_t no)
{
	for (size_t i = 0; i < days->len; i++) /* nearly always the same few, in the same order */
		if (days->list[i].no == no)
			return &days->list[i];
	struct vt_pack_day *day = VT_PUSH(roll->arena, days->list, days->len, days->cap);
	day->no = no;
	return day;
}

static enum vt_status roll_hour(struct roll *roll, uint64_t tunnel_no, int hour, struct days *days,
				struct vt_error *error)
{
	struct vt_pack_series *series;
	size_t len, polls;
	struct vt_str blob;
	vt_arena_reset(roll->scratch);
	enum vt_status status = get_blob(roll->store, SQL_HOUR_SAMPLES, "samples", roll->day * 24 + hour, ":tunnel_no",
					 tunnel_no, roll->scratch, &blob, error);
	if (status != VT_OK || !blob.p)
		return status;
	if (vt_unpack_hour(blob, roll->scratch, &series, &len, &polls) != VT_OK || polls > roll->times_len[hour])
		return VT_OK;
	for (size_t i = 0; i < len; i++) {
		struct vt_rollup *rollup = &day_of(roll, days, series[i].no)->hours[hour];
		for (size_t poll = 0; poll < polls; poll++)
			roll_poll(rollup, &series[i].deltas[poll], &roll->times[hour][poll]);
	}
	return VT_OK;
}

static enum vt_status roll_tunnel(struct roll *roll, uint64_t tunnel_no, struct vt_error *error)
{
	struct days days = { 0 };
	enum vt_status status = VT_OK;
	for (int hour = 0; hour < 24 && status == VT_OK; hour++)
		if (roll->times_len[hour])
			status = roll_hour(roll, tunnel_no, hour, &days, error);
	if (status != VT_OK || days.len == 0)
		return status;
	qsort(days.list, days.len, sizeof *days.list, day_cmp);
	vt_pack_day(&roll->store->packed, days.list, days.len);
	return put_blob(roll->store, SQL_DAY_PUT, ":day", roll->day, ":tunnel_no", tunnel_no, error);
}

static enum vt_status read_times(struct roll *roll, struct vt_error *error)
{
	for (int hour = 0; hour < 24; hour++) {
		struct vt_str blob;
		int64_t at = roll->day * 24 + hour;
		enum vt_status status = get_blob(roll->store, SQL_HOUR_TIMES, "times", at, ":device_no", roll->unit->no,
						 roll->arena, &blob, error);
		if (status != VT_OK)
			return status;
		if (!blob.p || vt_unpack_times(blob, at * HOUR_MS, roll->arena, &roll->times[hour],
					       &roll->times_len[hour]) != VT_OK)
			roll->times_len[hour] = 0;
		roll->polled |= roll->times_len[hour] > 0;
	}
	return VT_OK;
}

static enum vt_status roll_tunnels(struct roll *roll, struct vt_error *error)
{
	struct statement *statement = db_statement(roll->store, SQL_ROLL_TUNNELS);
	uint64_t *nos = NULL;
	size_t len = 0, cap = 0;
	bool row = true;
	enum vt_status status = VT_OK;
	if (!statement)
		return db_fail(roll->store, error, "roll up a day");
	bind_id(statement, ":id", roll->unit->id);
	while (status == VT_OK && row) {
		status = db_step(roll->store, statement, &row, error, "roll up a day");
		if (status == VT_OK && row)
			*VT_PUSH(roll->arena, nos, len, cap) = read_id(statement, "no");
	}
	for (size_t i = 0; i < len && status == VT_OK; i++)
		status = roll_tunnel(roll, nos[i], error);
	return status;
}

static enum vt_status roll_day(struct vt_store *store, struct unit *unit, int64_t day, bool *polled,
			       struct vt_error *error)
{
	struct roll roll = {
		.store = store, .unit = unit, .day = day, .arena = vt_arena_new(), .scratch = vt_arena_new()
	};
	enum vt_status status = read_times(&roll, error);
	if (status == VT_OK && roll.polled)
		status = roll_tunnels(&roll, error);
	*polled = roll.polled;
	vt_arena_free(roll.arena);
	vt_arena_free(roll.scratch);
	return status;
}

static enum vt_status oldest_day(struct vt_store *store, int64_t *day, struct vt_error *error)
{
	struct statement *statement = db_statement(store, SQL_HOUR_RANGE);
	bool row = false;
	if (!statement)
		return db_fail(store, error, "roll up a day");
	enum vt_status status = db_step(store, statement, &row, error, "roll up a day");
	if (status != VT_OK || !row)
		return status;
	*day = read_i64(statement, "newest") < 0 ? INT64_MAX : floor_div(read_i64(statement, "oldest"), 24);
	db_done(statement);
	return VT_OK;
}

/* The next day of one unit that has any samples; days without are passed over. */
static enum vt_status roll_some(struct vt_store *store, int64_t now_ms, bool *did, struct vt_error *error)
{
	int64_t last = floor_div(now_ms - HOUR_MS - FOLD_AFTER_MS, DAY_MS) - 1, oldest = 0;
	struct unit *unit;
	bool polled = false;
	enum vt_status status = next_unit(store, SQL_ROLL_NEXT, ":day", last, &unit, error);
	if (status != VT_OK || !unit)
		return status;
	status = oldest_day(store, &oldest, error);
	int64_t day = unit->rolled_day + 1 > oldest ? unit->rolled_day + 1 : oldest;
	for (int i = 0; i < DAYS_AT_ONCE && day <= last && !polled && status == VT_OK; i++)
		status = roll_day(store, unit, day++, &polled, error);
	struct statement *done = db_statement(store, SQL_ROLL_DONE);
	unit->rolled_day = day > last ? last : day - 1;
	if (done) {
		bind_id(done, ":id", unit->id);
		bind_i64(done, ":day", unit->rolled_day);
	}
	*did = true;
	return status == VT_OK ? db_run(store, done, error, "roll up a day") : status;
}

/* ---- forgetting ---- */

static enum vt_status expire(struct vt_store *store, enum vt_sql sql, const char *parameter, int64_t value, bool *did,
			     struct vt_error *error)
{
	struct statement *statement = db_statement(store, sql);
	if (statement) {
		bind_i64(statement, parameter, value);
		bind_i64(statement, ":limit", DELETED_AT_ONCE);
	}
	enum vt_status status = db_run(store, statement, error, "delete what is too old");
	*did = *did || (status == VT_OK && sqlite3_changes(store->db) > 0);
	return status;
}

static enum vt_status forget_some(struct vt_store *store, int64_t now_ms, const struct vt_retention *keep, bool *did,
				  struct vt_error *error)
{
	int64_t hour = floor_div(now_ms - keep->samples_ms, HOUR_MS), day = floor_div(now_ms - keep->hourly_ms, DAY_MS);
	int64_t events_ms = now_ms - keep->events_ms;
	int64_t all_ms = keep->hourly_ms > keep->events_ms ? now_ms - keep->hourly_ms : events_ms;
	const struct {
		enum vt_sql sql;
		const char *parameter;
		int64_t value;
	} steps[] = {
		{ SQL_JOURNAL_TRIM, ":newest", (int64_t)store->generation },
		{ SQL_EXPIRE_HOURS, ":hour", hour },
		{ SQL_EXPIRE_HOUR_TIMES, ":hour", hour },
		{ SQL_EXPIRE_DAYS, ":day", day },
		{ SQL_EXPIRE_EVENTS, ":at_ms", events_ms },
		{ SQL_EXPIRE_INTERVALS, ":at_ms", events_ms },
		{ SQL_EXPIRE_FINDINGS, ":at_ms", events_ms },
		{ SQL_EXPIRE_CONFIGS, ":at_ms", now_ms - keep->evidence_ms },
		{ SQL_EXPIRE_CONFIG_TEXTS, ":at_ms", now_ms },
		{ SQL_EXPIRE_SELECTORS, ":at_ms", all_ms },
		{ SQL_EXPIRE_TUNNELS, ":at_ms", all_ms },
	};
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < sizeof steps / sizeof *steps && status == VT_OK && !*did; i++)
		status = expire(store, steps[i].sql, steps[i].parameter, steps[i].value, did, error);
	return status;
}

/* ---- one step ---- */

enum vt_status vt_store_maintain(struct vt_store *store, int64_t now_ms, const struct vt_retention *retention,
				 bool *more, struct vt_error *error)
{
	bool did = false;
	*more = false;
	if (now_ms < store->idle_until_ms && now_ms > store->idle_until_ms - HOUR_MS)
		return VT_OK;
	enum vt_status status = transaction_begin(store, error);
	if (status != VT_OK)
		return status;
	status = recall_generation(store, error);
	if (status == VT_OK)
		status = fold_some(store, now_ms, &did, error);
	if (status == VT_OK && !did)
		status = roll_some(store, now_ms, &did, error);
	if (status == VT_OK && !did)
		status = forget_some(store, now_ms, retention, &did, error);
	status = transaction_end(store, status, error);
	if (status == VT_OK && !did) /* until the next hour is over */
		store->idle_until_ms = (floor_div(now_ms - FOLD_AFTER_MS, HOUR_MS) + 1) * HOUR_MS + FOLD_AFTER_MS;
	*more = status == VT_OK && did;
	return status;
}
