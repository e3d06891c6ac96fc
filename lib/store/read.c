/* SPDX-License-Identifier: MIT
 * Questions about the fleet as it is now, and about events and states of the past.
 *
 * Nothing here reads samples, so the cost of an answer does not grow with the history that is kept.
 */
#include "config.h"

#include "store/db.h"
#include "store/pack.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- rows of a statement as an array ---- */

/* Reads all rows that `statement` answers into an array of structs of `size` bytes. */
static enum vt_status read_rows(struct vt_store *store, struct statement *statement, const struct fields *fields,
				size_t size, struct vt_arena *arena, void *array, size_t *array_len,
				struct vt_error *error, const char *action)
{
	char *rows = NULL;
	size_t len = 0, cap = 0;
	for (;;) {
		bool row;
		enum vt_status status = db_step(store, statement, &row, error, action);
		if (status != VT_OK)
			return status;
		if (!row)
			break;
		rows = vt_arena_grow(arena, rows, len, &cap, size);
		if (!read_row(statement, fields, arena, rows + len * size)) {
			db_done(statement);
			return db_damaged(store, error, "a row");
		}
		len++;
	}
	*(void **)array = rows;
	*array_len = len;
	return VT_OK;
}

/* One row by id; VT_E_NOT_FOUND. */
static enum vt_status read_one(struct vt_store *store, enum vt_sql sql, const struct fields *fields, uint64_t id,
			       struct vt_arena *arena, void *row, struct vt_error *error, const char *what)
{
	struct statement *statement = db_statement(store, sql);
	bool found = false;
	if (!statement)
		return db_fail(store, error, "read a row");
	bind_id(statement, ":id", id);
	enum vt_status status = db_step(store, statement, &found, error, "read a row");
	if (status != VT_OK)
		return status;
	if (!found)
		return vt_fail(error, VT_E_NOT_FOUND, "no %s has the id %llu", what, (unsigned long long)id);
	bool good = read_row(statement, fields, arena, row);
	db_done(statement);
	return good ? VT_OK : db_damaged(store, error, what);
}

/* ---- devices ---- */

enum vt_status vt_store_devices(struct vt_store *store, struct vt_arena *arena, struct vt_device_row **rows,
				size_t *len, struct vt_error *error)
{
	struct statement *statement = db_statement(store, SQL_DEVICES);
	if (!statement)
		return db_fail(store, error, "read the devices");
	return read_rows(store, statement, &device_fields, sizeof **rows, arena, rows, len, error, "read the devices");
}

/* ---- tunnels ---- */

enum vt_status vt_store_tunnel(struct vt_store *store, uint64_t id, struct vt_arena *arena, struct vt_tunnel_row *row,
			       struct vt_error *error)
{
	return read_one(store, SQL_TUNNEL_ROW, &tunnel_fields, id, arena, row, error, "tunnel");
}

enum vt_status vt_store_other_end(struct vt_store *store, const struct vt_tunnel_row *tunnel, uint64_t *id,
				  struct vt_error *error)
{
	static const char action[] = "look for the other end of a tunnel";
	struct statement *statement = db_statement(store, SQL_OTHER_END_BY_NETWORKS);
	size_t found = 0;
	bool row = true;
	if (!statement)
		return db_fail(store, error, action);
	bind_id(statement, ":id", tunnel->id);
	bind_id(statement, ":device_id", tunnel->device_id);
	bind_text(statement, ":local_addr", tunnel->local_addr);
	bind_text(statement, ":peer", tunnel->peer);
	while (row) {
		enum vt_status status = db_step(store, statement, &row, error, action);
		if (status != VT_OK)
			return status;
		if (row && found++ == 0)
			*id = read_id(statement, "id");
	}
	return found == 1 ? VT_OK
			  : vt_fail(error, VT_E_NOT_FOUND, "the other end of this tunnel, " VT_FMT ", is not %s",
				    VT_ARG(tunnel->peer), found ? "told apart from others" : "managed here");
}

enum vt_status vt_store_counts(struct vt_store *store, uint64_t *counts, uint64_t *flapping, struct vt_error *error)
{
	static const char action[] = "count the tunnels";
	struct statement *statement = db_statement(store, SQL_TUNNEL_COUNTS);
	uint64_t by_status[VT_TUNNEL_STATUSES] = { 0 }, that_flap = 0;
	if (!statement)
		return db_fail(store, error, action);
	for (;;) {
		bool row;
		enum vt_tunnel_status of;
		enum vt_status status = db_step(store, statement, &row, error, action);
		if (status != VT_OK)
			return status;
		if (!row)
			break;
		if (!vt_tunnel_status_of(read_text(statement, "status"), &of)) {
			db_done(statement);
			return db_damaged(store, error, "the counts of tunnels");
		}
		by_status[of] += read_id(statement, "tunnels");
		if (read_i64(statement, "flapping"))
			that_flap += read_id(statement, "tunnels");
	}
	memcpy(counts, by_status, sizeof by_status);
	*flapping = that_flap;
	return VT_OK;
}

/* A tunnel's id and where it stands in the order of lists. */
struct place {
	uint64_t id;
	struct vt_str device, context, peer;
};
static const struct field place_list[] = {
	{ "id", FIELD_ID, offsetof(struct place, id) },
	{ "device", FIELD_KEY, offsetof(struct place, device) },
	{ "context", FIELD_KEY, offsetof(struct place, context) },
	{ "peer", FIELD_KEY, offsetof(struct place, peer) },
};
static const struct fields place_fields = { place_list, sizeof place_list / sizeof *place_list };

static int place_cmp(const void *a, const void *b)
{
	const struct place *left = a, *right = b;
	int order = vt_str_cmp(left->device, right->device);
	if (!order)
		order = vt_str_cmp(left->context, right->context);
	return order ? order : vt_str_cmp(left->peer, right->peer);
}

enum { STATUS_LIST_BYTES = 128 };
/* ",up,down," */
static struct vt_str status_list(unsigned mask, char text[STATUS_LIST_BYTES])
{
	size_t len = 0;
	if (!mask)
		return VT_STR_NONE;
	for (unsigned i = 0; i < VT_TUNNEL_STATUSES; i++)
		if (mask >> i & 1)
			len += (size_t)snprintf(text + len, STATUS_LIST_BYTES - len, ",%s", vt_tunnel_status_name(i));
	len += (size_t)snprintf(text + len, STATUS_LIST_BYTES - len, ",");
	return (struct vt_str){ text, len };
}

static struct vt_str lower_case(struct vt_arena *arena, struct vt_str text)
{
	char *lower = vt_arena_alloc(arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++)
		lower[i] = (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] | 0x20 : text.p[i]);
	return (struct vt_str){ lower, text.len };
}

static struct vt_str filter(struct vt_str text)
{
	return text.len ? text : VT_STR_NONE;
}

/* A page being looked for. */
struct page {
	const struct vt_tunnel_query *query;
	struct vt_str q;     /* in lower case, or absent */
	struct vt_str words; /* the same for the index of words; absent: it cannot tell */
	struct place after;
	struct vt_arena *arena;
	struct place *found;
	size_t found_len, found_cap;
};

static void bind_page(struct statement *statement, const struct page *page)
{
	const struct vt_tunnel_query *query = page->query;
	bind_text(statement, ":after_device", page->after.device.p ? page->after.device : VT_STR(""));
	bind_text(statement, ":after_context", page->after.context.p ? page->after.context : VT_STR(""));
	bind_text(statement, ":after_peer", page->after.peer.p ? page->after.peer : VT_STR(""));
	bind_text(statement, ":device", filter(query->device));
	bind_text(statement, ":context", filter(query->context));
	bind_text(statement, ":peer", filter(query->peer));
	bind_text(statement, ":q", page->q);
	bind_text(statement, ":words", page->words);
	bind_i64(statement, ":flapping", query->flapping);
	bind_i64(statement, ":limit", (int64_t)query->limit + 1);
}

static enum vt_status find_places(struct vt_store *store, struct page *page, enum vt_sql sql, struct vt_str statuses,
				  struct vt_str status_name, struct vt_error *error)
{
	static const char action[] = "look for tunnels";
	struct statement *statement = db_statement(store, sql);
	if (!statement)
		return db_fail(store, error, action);
	bind_page(statement, page);
	bind_text(statement, ":statuses", statuses);
	bind_text(statement, ":status", status_name);
	for (;;) {
		bool row;
		enum vt_status status = db_step(store, statement, &row, error, action);
		if (status != VT_OK || !row)
			return status;
		struct place *place = VT_PUSH(page->arena, page->found, page->found_len, page->found_cap);
		read_row(statement, &place_fields, page->arena, place);
	}
}

/* A list of some statuses is a merge of one list a status, each already in order. */
static enum vt_status find_by_status(struct vt_store *store, struct page *page, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (unsigned i = 0; i < VT_TUNNEL_STATUSES && status == VT_OK; i++)
		if (page->query->status_mask >> i & 1)
			status = find_places(store, page, SQL_TUNNELS_BY_STATUS, VT_STR_NONE,
					     vt_str_of(vt_tunnel_status_name(i)), error);
	if (page->found_len)
		qsort(page->found, page->found_len, sizeof *page->found, place_cmp);
	return status;
}

/* Within a device only context and peer are compared: a place before the device is its start. */
static bool place_in_device(struct page *page)
{
	int order = vt_str_cmp(page->after.device, page->query->device);
	if (order < 0)
		page->after = (struct place){ 0 };
	return order <= 0;
}

/* ---- a part of a word ---- */

enum {
	LETTERS = 3,       /* what the index of words is made of */
	FEW_TUNNELS = 2000 /* so many are sorted in a millisecond; more are found as fast by walking them in order */
};

/* The text as a phrase for the index; absent when it cannot be asked: too short, or not plain letters. */
static struct vt_str phrase(struct vt_arena *arena, struct vt_str text)
{
	char *quoted = vt_arena_alloc(arena, 2 * text.len + 3);
	size_t len = 0;
	quoted[len++] = '"';
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] <= 0)
			return VT_STR_NONE;
		if (text.p[i] == '"')
			quoted[len++] = '"';
		quoted[len++] = text.p[i];
	}
	quoted[len++] = '"';
	return text.len < LETTERS ? VT_STR_NONE : (struct vt_str){ quoted, len };
}

static enum vt_status words_are_rare(struct vt_store *store, struct page *page, bool *rare, struct vt_error *error)
{
	static const char action[] = "look for a word";
	struct statement *statement = db_statement(store, SQL_WORDS_COUNT);
	bool row;
	*rare = false;
	if (!page->words.p)
		return VT_OK;
	if (!statement)
		return db_fail(store, error, action);
	bind_text(statement, ":words", page->words);
	bind_i64(statement, ":most", FEW_TUNNELS);
	enum vt_status status = db_step(store, statement, &row, error, action);
	if (status != VT_OK || !row)
		return status;
	*rare = read_i64(statement, "tunnels") < FEW_TUNNELS;
	db_done(statement);
	return VT_OK;
}

/* The index that leaves the fewest rows to look at. */
static enum vt_status find_page(struct vt_store *store, struct page *page, struct vt_error *error)
{
	const struct vt_tunnel_query *query = page->query;
	char text[STATUS_LIST_BYTES];
	struct vt_str statuses = status_list(query->status_mask, text);
	if (query->device.len)
		return place_in_device(page)
			       ? find_places(store, page, SQL_TUNNELS_BY_DEVICE, statuses, VT_STR_NONE, error)
			       : VT_OK;
	if (query->peer.len)
		return find_places(store, page, SQL_TUNNELS_BY_PEER, statuses, VT_STR_NONE, error);
	bool rare;
	enum vt_status status = words_are_rare(store, page, &rare, error);
	if (status != VT_OK)
		return status;
	if (rare)
		return find_places(store, page, SQL_TUNNELS_BY_WORDS, statuses, VT_STR_NONE, error);
	if (query->flapping == 1)
		return find_places(store, page, SQL_TUNNELS_FLAPPING, statuses, VT_STR_NONE, error);
	if (query->status_mask)
		return find_by_status(store, page, error);
	return find_places(store, page, SQL_TUNNELS_BY_PLACE, statuses, VT_STR_NONE, error);
}

static enum vt_status find_start(struct vt_store *store, struct page *page, struct vt_error *error)
{
	if (!page->query->after)
		return VT_OK;
	return read_one(store, SQL_TUNNEL_PLACE, &place_fields, page->query->after, page->arena, &page->after, error,
			"tunnel");
}

static enum vt_status read_page(struct vt_store *store, struct page *page, struct vt_tunnel_row **rows, size_t *len,
				bool *more, struct vt_error *error)
{
	enum vt_status status = find_start(store, page, error);
	if (status == VT_OK)
		status = find_page(store, page, error);
	if (status != VT_OK)
		return status;
	size_t n = page->found_len < page->query->limit ? page->found_len : page->query->limit;
	struct vt_tunnel_row *all = VT_NEW_ARRAY(page->arena, struct vt_tunnel_row, n);
	for (size_t i = 0; i < n && status == VT_OK; i++)
		status = vt_store_tunnel(store, page->found[i].id, page->arena, &all[i], error);
	if (status != VT_OK)
		return status;
	*rows = all;
	*len = n;
	*more = page->found_len > n;
	return VT_OK;
}

enum vt_status vt_store_tunnels(struct vt_store *store, const struct vt_tunnel_query *query, struct vt_arena *arena,
				struct vt_tunnel_row **rows, size_t *len, bool *more, struct vt_error *error)
{
	struct page page = { .query = query, .arena = arena };
	if (query->q.len) {
		page.q = lower_case(arena, query->q);
		page.words = phrase(arena, page.q);
	}
	bool began = begin_reading(store);
	enum vt_status status = read_page(store, &page, rows, len, more, error);
	end_reading(store, began);
	return status;
}

/* ---- what moves ---- */

/* Number → selector_id of a unit's live rows; the array is sorted by number. */
static enum vt_status read_live(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				struct vt_pack_live **live, size_t *len, struct vt_error *error)
{
	static const char action[] = "read the counters of a device";
	struct statement *statement = db_statement(store, SQL_DEVICE_LIVE_READ);
	bool row = false;
	*live = NULL;
	*len = 0;
	if (!statement)
		return db_fail(store, error, action);
	bind_id(statement, ":id", device_id);
	enum vt_status status = db_step(store, statement, &row, error, action);
	if (status != VT_OK || !row)
		return status;
	struct vt_str blob = read_blob(statement, "live");
	if (blob.p)
		status = vt_unpack_live(blob, read_i64(statement, "live_at_ms"), arena, live, len);
	db_done(statement);
	return status == VT_OK ? VT_OK : db_damaged(store, error, "the counters of a device");
}

static const struct vt_pack_live *live_of(const struct vt_pack_live *live, size_t len, uint64_t no)
{
	size_t low = 0, high = len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (live[middle].no < no)
			low = middle + 1;
		else
			high = middle;
	}
	return low < len && live[low].no == no ? &live[low] : NULL;
}

static struct vt_live nothing_known(uint64_t selector_id)
{
	struct vt_live live = { .selector_id = selector_id, .lifetime_s = VT_ABSENT, .lifetime_kb = VT_ABSENT };
	for (size_t i = 0; i < VT_FIGURES; i++)
		vt_figures(&live.counters)[i] = vt_figures(&live.per_s)[i] = VT_ABSENT;
	return live;
}

static enum vt_status read_selectors(struct vt_store *store, enum vt_sql sql, uint64_t id, struct vt_arena *arena,
				     struct vt_selector_now **rows, size_t *len, struct vt_error *error)
{
	static const char action[] = "read selectors";
	struct statement *statement = db_statement(store, sql);
	struct vt_pack_live *live = NULL;
	size_t live_len = 0, n = 0, cap = 0;
	struct vt_selector_now *all = NULL;
	if (!statement)
		return db_fail(store, error, action);
	bind_id(statement, ":id", id);
	for (;;) {
		bool row;
		enum vt_status status = db_step(store, statement, &row, error, action);
		if (status != VT_OK)
			return status;
		if (!row)
			break;
		struct vt_selector_now *now = VT_PUSH(arena, all, n, cap);
		bool good = read_row(statement, &selector_fields, arena, &now->row);
		uint64_t no = read_id(statement, "no");
		status = good ? VT_OK : db_damaged(store, error, "a selector");
		if (status == VT_OK && n == 1)
			status = read_live(store, now->row.device_id, arena, &live, &live_len, error);
		if (status != VT_OK) {
			db_done(statement);
			return status;
		}
		const struct vt_pack_live *moving = live_of(live, live_len, no);
		now->live = moving ? moving->live : nothing_known(0);
		now->live.selector_id = now->row.id;
	}
	*rows = all;
	*len = n;
	return VT_OK;
}

enum vt_status vt_store_selectors(struct vt_store *store, uint64_t tunnel_id, struct vt_arena *arena,
				  struct vt_selector_now **rows, size_t *len, struct vt_error *error)
{
	bool began = begin_reading(store);
	enum vt_status status = read_selectors(store, SQL_SELECTORS_OF_TUNNEL, tunnel_id, arena, rows, len, error);
	end_reading(store, began);
	return status;
}

enum vt_status vt_store_unit_selectors(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				       struct vt_selector_now **rows, size_t *len, struct vt_error *error)
{
	bool began = begin_reading(store);
	enum vt_status status = read_selectors(store, SQL_SELECTORS_OF_UNIT, device_id, arena, rows, len, error);
	end_reading(store, began);
	return status;
}

/* ---- a whole unit ---- */

static enum vt_status read_unit(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				struct vt_unit_rows *rows, struct vt_error *error)
{
	struct vt_unit_rows unit = { 0 };
	struct vt_tunnel_row *tunnels = NULL;
	struct vt_selector_now *now = NULL;
	enum vt_status status = read_one(store, SQL_DEVICE_ROW, &device_fields, device_id, arena, &unit.device, error,
					 "device");
	if (status != VT_OK)
		return status;
	struct statement *statement = db_statement(store, SQL_TUNNELS_OF_UNIT);
	if (!statement)
		return db_fail(store, error, "read the tunnels of a device");
	bind_row(statement, &device_fields, &unit.device);
	status = read_rows(store, statement, &tunnel_fields, sizeof *tunnels, arena, &tunnels, &unit.tunnels_len, error,
			   "read the tunnels of a device");
	if (status == VT_OK)
		status = read_selectors(store, SQL_SELECTORS_OF_UNIT, device_id, arena, &now, &unit.selectors_len,
					error);
	if (status != VT_OK)
		return status;
	struct vt_selector_row *selectors = VT_NEW_ARRAY(arena, struct vt_selector_row, unit.selectors_len);
	struct vt_live *live = VT_NEW_ARRAY(arena, struct vt_live, unit.selectors_len);
	for (size_t i = 0; i < unit.selectors_len; i++) {
		selectors[i] = now[i].row;
		live[i] = now[i].live;
	}
	unit.tunnels = tunnels;
	unit.selectors = selectors;
	unit.live = live;
	unit.live_len = unit.selectors_len;
	*rows = unit;
	return VT_OK;
}

enum vt_status vt_store_unit(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
			     struct vt_unit_rows *rows, struct vt_error *error)
{
	bool began = begin_reading(store);
	enum vt_status status = read_unit(store, device_id, arena, rows, error);
	end_reading(store, began);
	return status;
}

/* ---- the past ---- */

static const struct field interval_list[] = {
	{ "status", FIELD_TUNNEL_STATUS, offsetof(struct vt_interval, status) },
	{ "from_ms", FIELD_TIME, offsetof(struct vt_interval, from_ms) },
	{ "to_ms", FIELD_TIME, offsetof(struct vt_interval, to_ms) },
	{ "reason", FIELD_TEXT, offsetof(struct vt_interval, reason) },
};
static const struct fields interval_fields = { interval_list, sizeof interval_list / sizeof *interval_list };

enum vt_status vt_store_intervals(struct vt_store *store, uint64_t tunnel_id, int64_t from_ms, int64_t to_ms,
				  struct vt_arena *arena, struct vt_interval **rows, size_t *len,
				  struct vt_error *error)
{
	struct statement *statement = db_statement(store, SQL_INTERVALS);
	if (!statement)
		return db_fail(store, error, "read the states of a tunnel");
	bind_id(statement, ":tunnel_id", tunnel_id);
	bind_i64(statement, ":from_ms", from_ms);
	bind_i64(statement, ":to_ms", to_ms ? to_ms : INT64_MAX);
	return read_rows(store, statement, &interval_fields, sizeof **rows, arena, rows, len, error,
			 "read the states of a tunnel");
}

static enum vt_sql events_statement(const struct vt_event_query *query)
{
	if (query->config_changes)
		return SQL_EVENTS_OF_CONFIGURATION;
	if (query->tunnel_id)
		return query->newest_first ? SQL_EVENTS_OF_TUNNEL_NEWEST : SQL_EVENTS_OF_TUNNEL;
	if (query->device_id)
		return query->newest_first ? SQL_EVENTS_OF_DEVICE_NEWEST : SQL_EVENTS_OF_DEVICE;
	return query->newest_first ? SQL_EVENTS_OF_ALL_NEWEST : SQL_EVENTS_OF_ALL;
}

enum vt_status vt_store_events(struct vt_store *store, const struct vt_event_query *query, struct vt_arena *arena,
			       struct vt_event_row **rows, size_t *len, struct vt_error *error)
{
	struct statement *statement = db_statement(store, events_statement(query));
	if (!statement)
		return db_fail(store, error, "read events");
	bind_id(statement, ":tunnel_id", query->tunnel_id);
	bind_id(statement, ":device_id", query->device_id);
	bind_id(statement, ":after_seq", query->after_seq);
	bind_i64(statement, ":from_ms", query->from_ms);
	bind_i64(statement, ":to_ms", query->to_ms ? query->to_ms : INT64_MAX);
	bind_i64(statement, ":limit", (int64_t)query->limit);
	return read_rows(store, statement, &event_fields, sizeof **rows, arena, rows, len, error, "read events");
}
