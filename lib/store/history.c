/* SPDX-License-Identifier: MIT
 * History of one tunnel's selectors over a range of time, in steps.
 *
 * Three sources follow one another in time and are added into the same buckets: rolled-up days (hours of which only
 * figures are kept), folded hours (every sample), and the journal, whose rows of the unit are walked from the newest
 * back to the newest that is folded. A poll belongs to the bucket in which it was taken; a rolled-up hour to the
 * bucket in which it begins, so a step below an hour leaves gaps where only days are kept.
 */
#include "config.h"

#include "store/folded.h"

#include <math.h>
#include <stdlib.h>

enum {
	MAX_BUCKETS = 500000, /* of all selectors together: some 100 MB */
	GAP_MS = 1000,        /* between polls that follow one another there is less */
};

struct figure_sum {
	double sum, covered_ms, min, max;
	bool known, rated;
};
struct bucket_sum {
	uint64_t polls;
	int64_t from_ms, to_ms; /* of the polls that knew packets; to 0: none */
	struct figure_sum figures[VT_FIGURES];
};

struct line {
	uint64_t no;
	struct vt_series *series;
	struct bucket_sum *sums;
};
struct history {
	struct vt_store *store;
	uint64_t tunnel_no, device_no, journal_seq, folded_seq;
	int64_t from_ms, to_ms, step_ms;
	size_t buckets;
	struct line *lines; /* by number */
	size_t lines_len;
	struct vt_arena *arena, *work, *scratch; /* of the answer; of the adding up; of one row */
};

/* ---- adding up ---- */

static void add_rate(struct figure_sum *figure, double min, double max)
{
	if (!figure->rated || min < figure->min)
		figure->min = min;
	if (!figure->rated || max > figure->max)
		figure->max = max;
	figure->rated = true;
}

/* Samples come in any order: those of the journal backwards. */
static void add_counted(struct bucket_sum *bucket, const struct vt_pack_time *time)
{
	int64_t from_ms = time->at_ms - time->interval_ms;
	if (bucket->to_ms == 0 || from_ms < bucket->from_ms)
		bucket->from_ms = from_ms;
	if (time->at_ms > bucket->to_ms)
		bucket->to_ms = time->at_ms;
}

static void add_sample(struct bucket_sum *bucket, const struct vt_counters *delta, const struct vt_pack_time *time)
{
	if (!knows_a_figure(delta))
		return;
	bucket->polls++;
	if (delta->encaps_pkts != VT_ABSENT && time->interval_ms > 0)
		add_counted(bucket, time);
	for (size_t i = 0; i < VT_FIGURES; i++) {
		uint64_t more = vt_const_figures(delta)[i];
		int64_t over_ms = covered_ms(i, time->interval_ms, time->bytes_interval_ms);
		struct figure_sum *figure = &bucket->figures[i];
		if (more == VT_ABSENT)
			continue;
		figure->known = true;
		figure->sum += (double)more;
		if (over_ms <= 0)
			continue;
		figure->covered_ms += (double)over_ms;
		double rate = (double)more * 1000 / (double)over_ms;
		add_rate(figure, rate, rate);
	}
}

static void add_rollup(struct bucket_sum *bucket, const struct vt_rollup *rollup)
{
	bucket->polls += rollup->polls;
	for (size_t i = 0; i < VT_FIGURES; i++) {
		const struct vt_rollup_figure *more = &rollup->figures[i];
		struct figure_sum *figure = &bucket->figures[i];
		if (!more->count)
			continue;
		figure->known = true;
		figure->sum += (double)more->sum;
		figure->covered_ms += (double)more->covered_ms;
		if (more->covered_ms)
			add_rate(figure, (double)more->min_milli / 1000, (double)more->max_milli / 1000);
	}
}

static struct vt_bucket_figure figure_of(const struct figure_sum *sum)
{
	return (struct vt_bucket_figure){
		.min = sum->rated ? sum->min : NAN,
		.mean = sum->covered_ms > 0 ? sum->sum * 1000 / sum->covered_ms : NAN,
		.max = sum->rated ? sum->max : NAN,
		.sum = sum->known ? sum->sum : NAN,
	};
}

static void finish(struct history *history, struct line *line)
{
	for (size_t i = 0; i < history->buckets; i++) {
		const struct bucket_sum *sum = &line->sums[i];
		struct vt_bucket *bucket = &line->series->buckets[i];
		int64_t from_ms = history->from_ms + (int64_t)i * history->step_ms;
		*bucket = (struct vt_bucket){
			.from_ms = from_ms,
			.to_ms = history->to_ms - from_ms < history->step_ms ? history->to_ms
									     : from_ms + history->step_ms,
			.count = sum->polls,
			.counted_from_ms = sum->from_ms,
			.counted_to_ms = sum->to_ms,
			.gap = sum->figures[0].covered_ms + GAP_MS < (double)(sum->to_ms - sum->from_ms),
			.encaps_pkts = figure_of(&sum->figures[0]),
			.decaps_pkts = figure_of(&sum->figures[1]),
			.tx_bytes = figure_of(&sum->figures[VT_FIGURE_TX_BYTES]),
			.rx_bytes = figure_of(&sum->figures[VT_FIGURE_RX_BYTES]),
			.send_errors = figure_of(&sum->figures[4]),
			.recv_errors = figure_of(&sum->figures[5]),
		};
	}
}

static struct line *line_of(struct history *history, uint64_t no)
{
	size_t low = 0, high = history->lines_len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (history->lines[middle].no < no)
			low = middle + 1;
		else
			high = middle;
	}
	return low < history->lines_len && history->lines[low].no == no ? &history->lines[low] : NULL;
}

/* NULL: outside of the range. */
static struct bucket_sum *bucket_at(const struct history *history, const struct line *line, int64_t at_ms)
{
	if (at_ms < history->from_ms || at_ms >= history->to_ms)
		return NULL;
	return &line->sums[(at_ms - history->from_ms) / history->step_ms];
}

/* ---- the three sources ---- */

static enum vt_status add_day_hours(struct history *history, int64_t day, int64_t from_hour, int64_t to_hour,
				    struct vt_error *error)
{
	struct vt_store *store = history->store;
	struct statement *statement = db_statement(store, SQL_DAY_ROW);
	struct vt_pack_day *days;
	size_t len;
	bool row = false;
	if (!statement)
		return db_fail(store, error, "read a day");
	bind_i64(statement, ":day", day);
	bind_id(statement, ":tunnel_no", history->tunnel_no);
	enum vt_status status = db_step(store, statement, &row, error, "read a day");
	if (status != VT_OK || !row)
		return status;
	vt_arena_reset(history->scratch);
	status = vt_unpack_day(read_blob(statement, "hours"), history->scratch, &days, &len);
	db_done(statement);
	if (status != VT_OK)
		return db_damaged(store, error, "a rolled-up day");
	for (size_t i = 0; i < len; i++) {
		struct line *line = line_of(history, days[i].no);
		for (int64_t hour = from_hour; line && hour < to_hour; hour++) {
			struct bucket_sum *bucket = bucket_at(history, line, hour * HOUR_MS);
			if (bucket)
				add_rollup(bucket, &days[i].hours[hour - day * 24]);
		}
	}
	return VT_OK;
}

static enum vt_status add_hour(struct history *history, int64_t hour, bool *found, struct vt_error *error)
{
	struct vt_store *store = history->store;
	struct statement *statement = db_statement(store, SQL_HOUR_ROW);
	struct vt_pack_time *times;
	struct vt_pack_series *series;
	size_t times_len, series_len, polls;
	if (!statement)
		return db_fail(store, error, "read an hour");
	bind_i64(statement, ":hour", hour);
	bind_id(statement, ":tunnel_no", history->tunnel_no);
	bind_id(statement, ":device_no", history->device_no);
	enum vt_status status = db_step(store, statement, found, error, "read an hour");
	if (status != VT_OK || !*found)
		return status;
	vt_arena_reset(history->scratch);
	status = vt_unpack_times(read_blob(statement, "times"), hour * HOUR_MS, history->scratch, &times, &times_len);
	if (status == VT_OK)
		status = vt_unpack_hour(read_blob(statement, "samples"), history->scratch, &series, &series_len,
					&polls);
	db_done(statement);
	if (status != VT_OK || polls > times_len)
		return db_damaged(store, error, "a folded hour");
	for (size_t i = 0; i < series_len; i++) {
		struct line *line = line_of(history, series[i].no);
		for (size_t poll = 0; line && poll < polls; poll++) {
			struct bucket_sum *bucket = bucket_at(history, line, times[poll].at_ms);
			if (bucket)
				add_sample(bucket, &series[i].deltas[poll], &times[poll]);
		}
	}
	return VT_OK;
}

enum vt_status poll_read(struct vt_store *store, uint64_t seq, struct vt_arena *arena, struct poll *poll, bool *found,
			 struct vt_error *error)
{
	struct statement *statement = db_statement(store, SQL_JOURNAL_ROW);
	if (!statement)
		return db_fail(store, error, "read the journal");
	bind_id(statement, ":seq", seq);
	enum vt_status status = db_step(store, statement, found, error, "read the journal");
	if (status != VT_OK || !*found)
		return status;
	*poll = (struct poll){
		.seq = seq,
		.previous_seq = read_id(statement, "previous_seq"),
		.time = { .at_ms = read_i64(statement, "at_ms"),
			  .interval_ms = read_i64(statement, "interval_ms"),
			  .bytes_interval_ms = read_i64(statement, "bytes_interval_ms") },
	};
	if (arena)
		status = vt_unpack_samples(read_blob(statement, "samples"), arena, &poll->samples, &poll->samples_len);
	db_done(statement);
	/* A chain that does not go back would never end. */
	return status == VT_OK && poll->previous_seq < seq ? VT_OK : db_damaged(store, error, "the journal");
}

static enum vt_status add_journal(struct history *history, struct vt_error *error)
{
	bool found = true;
	for (uint64_t seq = history->journal_seq; seq > history->folded_seq && found;) {
		struct poll poll;
		vt_arena_reset(history->scratch);
		enum vt_status status = poll_read(history->store, seq, history->scratch, &poll, &found, error);
		if (status != VT_OK || !found)
			return status;
		for (size_t i = 0; i < poll.samples_len; i++) {
			struct line *line = line_of(history, poll.samples[i].no);
			struct bucket_sum *bucket = line ? bucket_at(history, line, poll.time.at_ms) : NULL;
			if (bucket)
				add_sample(bucket, &poll.samples[i].delta, &poll.time);
		}
		seq = poll.previous_seq;
	}
	return VT_OK;
}

/* ---- from the first to the last hour ---- */

static enum vt_status read_range(struct history *history, enum vt_sql sql, int64_t *oldest, int64_t *newest,
				 struct vt_error *error)
{
	struct statement *statement = db_statement(history->store, sql);
	bool row = false;
	if (!statement)
		return db_fail(history->store, error, "read the history");
	enum vt_status status = db_step(history->store, statement, &row, error, "read the history");
	if (status != VT_OK || !row)
		return status;
	*oldest = read_i64(statement, "oldest");
	*newest = read_i64(statement, "newest");
	db_done(statement);
	return VT_OK;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Hours up to this one (not included) may be there as days only. */
static enum vt_status add_days(struct history *history, int64_t to_hour, struct vt_error *error)
{
	int64_t oldest = 0, newest = -1, from_hour = floor_div(history->from_ms, HOUR_MS);
	enum vt_status status = read_range(history, SQL_DAY_RANGE, &oldest, &newest, error);
	int64_t first = larger(oldest, floor_div(from_hour, 24)), last = smaller(newest, floor_div(to_hour - 1, 24));
	for (int64_t day = first; day <= last && status == VT_OK; day++)
		status = add_day_hours(history, day, larger(from_hour, day * 24), smaller(to_hour, day * 24 + 24),
				       error);
	return status;
}

static enum vt_status add_folded(struct history *history, struct vt_error *error)
{
	int64_t oldest = 0, newest = -1;
	enum vt_status status = read_range(history, SQL_HOUR_RANGE, &oldest, &newest, error);
	int64_t end = floor_div(history->to_ms - 1, HOUR_MS);
	if (status == VT_OK)
		status = add_days(history, newest < 0 ? end + 1 : smaller(oldest, end + 1), error);
	int64_t first = larger(oldest, floor_div(history->from_ms, HOUR_MS)), last = smaller(newest, end);
	for (int64_t hour = first; hour <= last && status == VT_OK; hour++) {
		bool found;
		status = add_hour(history, hour, &found, error);
		/* The oldest hour may be half deleted. */
		if (status == VT_OK && !found && hour == oldest)
			status = add_day_hours(history, floor_div(hour, 24), hour, hour + 1, error);
	}
	return status;
}

/* ---- the question ---- */

static const struct field series_list[] = {
	{ "id", FIELD_ID, offsetof(struct vt_series, selector_id) },
	{ "local", FIELD_TEXT, offsetof(struct vt_series, local) },
	{ "remote", FIELD_TEXT, offsetof(struct vt_series, remote) },
};
static const struct fields series_fields = { series_list, sizeof series_list / sizeof *series_list };

static int line_cmp(const void *a, const void *b)
{
	const struct line *left = a, *right = b;
	return (left->no > right->no) - (left->no < right->no);
}

static enum vt_status read_series(struct history *history, uint64_t tunnel_id, struct vt_series **series, size_t *len,
				  struct vt_error *error)
{
	struct vt_store *store = history->store;
	struct statement *statement = db_statement(store, SQL_SELECTORS_EVER);
	uint64_t *nos = NULL;
	size_t n = 0, series_cap = 0, nos_len = 0, nos_cap = 0;
	struct vt_series *all = NULL;
	if (!statement)
		return db_fail(store, error, "read the selectors of a tunnel");
	bind_id(statement, ":id", tunnel_id);
	for (;;) {
		bool row;
		enum vt_status status = db_step(store, statement, &row, error, "read the selectors of a tunnel");
		if (status != VT_OK)
			return status;
		if (!row)
			break;
		read_row(statement, &series_fields, history->arena, VT_PUSH(history->arena, all, n, series_cap));
		*VT_PUSH(history->work, nos, nos_len, nos_cap) = read_id(statement, "no");
	}
	if (n * history->buckets > MAX_BUCKETS)
		return vt_fail(error, VT_E_ARGUMENT,
			       "a history of %zu selectors in %zu steps is too long: ask for larger steps", n,
			       history->buckets);
	history->lines = VT_NEW_ARRAY(history->work, struct line, n);
	history->lines_len = n;
	for (size_t i = 0; i < n; i++) {
		all[i].buckets = VT_NEW_ARRAY(history->arena, struct vt_bucket, history->buckets);
		all[i].buckets_len = history->buckets;
		history->lines[i] = (struct line){ nos[i], &all[i],
						   VT_NEW_ARRAY(history->work, struct bucket_sum, history->buckets) };
	}
	qsort(history->lines, n, sizeof *history->lines, line_cmp);
	*series = all;
	*len = n;
	return VT_OK;
}

static enum vt_status find_tunnel(struct history *history, uint64_t tunnel_id, struct vt_error *error)
{
	struct vt_store *store = history->store;
	struct statement *statement = db_statement(store, SQL_HISTORY_TUNNEL);
	bool row = false;
	if (!statement)
		return db_fail(store, error, "read a tunnel");
	bind_id(statement, ":id", tunnel_id);
	enum vt_status status = db_step(store, statement, &row, error, "read a tunnel");
	if (status != VT_OK)
		return status;
	if (!row)
		return vt_fail(error, VT_E_NOT_FOUND, "no tunnel has the id %llu", (unsigned long long)tunnel_id);
	history->tunnel_no = read_id(statement, "tunnel_no");
	history->device_no = read_id(statement, "device_no");
	history->journal_seq = read_id(statement, "journal_seq");
	history->folded_seq = read_id(statement, "folded_seq");
	db_done(statement);
	return VT_OK;
}

static enum vt_status read_history(struct history *history, uint64_t tunnel_id, struct vt_series **series, size_t *len,
				   struct vt_error *error)
{
	enum vt_status status = find_tunnel(history, tunnel_id, error);
	if (status == VT_OK)
		status = read_series(history, tunnel_id, series, len, error);
	if (status == VT_OK)
		status = add_folded(history, error);
	if (status == VT_OK)
		status = add_journal(history, error);
	for (size_t i = 0; i < history->lines_len && status == VT_OK; i++)
		finish(history, &history->lines[i]);
	return status;
}

enum vt_status vt_store_history(struct vt_store *store, uint64_t tunnel_id, int64_t from_ms, int64_t to_ms,
				int64_t step_ms, struct vt_arena *arena, struct vt_series **series, size_t *len,
				struct vt_error *error)
{
	if (from_ms < 0 || to_ms <= from_ms || step_ms <= 0 || (to_ms - from_ms - 1) / step_ms >= MAX_BUCKETS)
		return vt_fail(error, VT_E_ARGUMENT, "a history goes from an earlier to a later time in 1 to %d steps",
			       MAX_BUCKETS);
	struct history history = {
		.store = store,
		.from_ms = from_ms,
		.to_ms = to_ms,
		.step_ms = step_ms,
		.buckets = (size_t)((to_ms - from_ms - 1) / step_ms + 1),
		.arena = arena,
		.work = vt_arena_new(),
		.scratch = vt_arena_new(),
	};
	bool began = begin_reading(store);
	struct vt_series *all = NULL;
	size_t n = 0;
	enum vt_status status = read_history(&history, tunnel_id, &all, &n, error);
	end_reading(store, began);
	vt_arena_free(history.scratch);
	vt_arena_free(history.work);
	if (status != VT_OK)
		return status;
	*series = all;
	*len = n;
	return VT_OK;
}
