/* SPDX-License-Identifier: MIT
 * What a reading of the configuration brings: findings that come, stay and go, and the text, whose changes are events.
 *
 * A text is kept once by the hash of its content, compressed. Comparing it with the one before happens here and not in
 * the daemon, because only the database has the one before: over a restart, and without a fleet of configurations in
 * memory.
 */
#include "config.h"

#include "store/db.h"

#include <zstd.h>

#include "base/hash.h"
#include "config/diff.h"

enum {
	COMPRESSION = 3,
	TEXT_MAX_BYTES = 64 << 20, /* no configuration is larger; what says it is, is damaged */
	DIFF_SHOWN = 50,           /* lines of one event */
};

/* ---- findings ---- */

static enum vt_status put_findings(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < commit->findings_len && status == VT_OK; i++) {
		struct statement *put = db_statement(store, SQL_FINDING_PUT);
		if (put) {
			bind_row(put, &finding_fields, &commit->findings[i]);
			bind_i64(put, ":seen_ms", commit->at_ms);
		}
		status = db_run(store, put, error, "write a finding");
	}
	if (status != VT_OK)
		return status;
	struct statement *close = db_statement(store, SQL_FINDINGS_CLOSE);
	if (close) {
		bind_id(close, ":device_id", commit->device.id);
		bind_i64(close, ":at_ms", commit->at_ms);
	}
	return db_run(store, close, error, "close findings");
}

/* ---- the text ---- */

/* The configuration that the unit had before. */
struct kept {
	uint64_t seq, hash; /* seq 0: none */
	struct vt_str text; /* absent: it cannot be unpacked */
};

static struct vt_str unpack(struct vt_str blob, int64_t bytes, struct vt_arena *arena)
{
	if (!blob.p || bytes < 0 || bytes > TEXT_MAX_BYTES)
		return VT_STR_NONE;
	char *text = vt_arena_alloc(arena, (size_t)bytes + 1);
	size_t len = ZSTD_decompress(text, (size_t)bytes, blob.p, blob.len);
	return ZSTD_isError(len) || len != (size_t)bytes ? VT_STR_NONE : (struct vt_str){ text, len };
}

static enum vt_status read_kept(struct vt_store *store, uint64_t device_id, uint64_t hash, struct vt_arena *arena,
				struct kept *kept, struct vt_error *error)
{
	static const char action[] = "read a configuration";
	struct statement *newest = db_statement(store, SQL_CONFIG_NEWEST);
	bool row = false;
	*kept = (struct kept){ 0 };
	if (!newest)
		return db_fail(store, error, action);
	bind_id(newest, ":device_id", device_id);
	enum vt_status status = db_step(store, newest, &row, error, action);
	if (status != VT_OK || !row)
		return status;
	kept->seq = read_id(newest, "seq");
	kept->hash = read_id(newest, "hash");
	if (kept->hash != hash)
		kept->text = unpack(read_blob(newest, "text"), read_i64(newest, "bytes"), arena);
	db_done(newest);
	return VT_OK;
}

static enum vt_status put_text(struct vt_store *store, uint64_t hash, struct vt_str text, struct vt_error *error)
{
	size_t bound = ZSTD_compressBound(text.len);
	vt_buf_clear(&store->packed);
	size_t len = ZSTD_compress(vt_buf_reserve(&store->packed, bound), bound, text.p, text.len, COMPRESSION);
	if (ZSTD_isError(len))
		return vt_fail(error, VT_E_SYSTEM, "database \"%s\": cannot compress a configuration (%s)", store->path,
			       ZSTD_getErrorName(len));
	struct statement *put = db_statement(store, SQL_CONFIG_TEXT_PUT);
	if (put) {
		bind_id(put, ":hash", hash);
		bind_i64(put, ":bytes", (int64_t)text.len);
		bind_blob(put, ":text", (struct vt_str){ store->packed.p, len });
	}
	return db_run(store, put, error, "write a configuration");
}

static enum vt_status put_event(struct vt_store *store, const struct vt_commit *commit, const struct kept *before,
				struct vt_arena *arena, struct vt_error *error)
{
	const struct vt_device_row *device = &commit->device;
	struct vt_config_diff diff = { 0 };
	struct vt_buf detail = { 0 };
	if (before->text.p) {
		vt_config_diff(before->text, commit->config, arena, &diff);
		vt_buf_printf(&detail, "%zu line%s that concern%s VPN came, %zu went", diff.added,
			      diff.added == 1 ? "" : "s", diff.added == 1 ? "s" : "", diff.removed);
	} else {
		vt_buf_str(&detail, VT_STR("lines that concern VPN changed; what they were cannot be read any more"));
	}
	if (device->config_modified_by.len || device->config_modified_at.len)
		vt_buf_printf(&detail, " (last modified by " VT_FMT " at " VT_FMT ", the device's own clock)",
			      VT_ARG(device->config_modified_by), VT_ARG(device->config_modified_at));
	if (diff.len)
		vt_buf_char(&detail, '\n');
	vt_config_diff_print(&diff, DIFF_SHOWN, &detail);
	const struct vt_event_row event = {
		.at_ms = commit->at_ms,
		.kind = VT_EVENT_CONFIG_CHANGED,
		.device_id = device->id,
		.to = device->config_modified_by,
		.detail = vt_buf_view(&detail),
	};
	struct statement *add = db_statement(store, SQL_EVENT_ADD);
	if (add)
		bind_row(add, &event_fields, &event);
	enum vt_status status = db_run(store, add, error, "write an event");
	vt_buf_free(&detail);
	return status;
}

static enum vt_status put_seen(struct vt_store *store, uint64_t seq, int64_t at_ms, struct vt_error *error)
{
	struct statement *seen = db_statement(store, SQL_CONFIG_SEEN);
	if (seen) {
		bind_id(seen, ":seq", seq);
		bind_i64(seen, ":at_ms", at_ms);
	}
	return db_run(store, seen, error, "write a configuration");
}

static enum vt_status add_config(struct vt_store *store, const struct vt_commit *commit, uint64_t hash,
				 struct vt_error *error)
{
	enum vt_status status = put_text(store, hash, commit->config, error);
	if (status != VT_OK)
		return status;
	struct statement *add = db_statement(store, SQL_CONFIG_ADD);
	if (add) {
		bind_id(add, ":device_id", commit->device.id);
		bind_id(add, ":hash", hash);
		bind_i64(add, ":at_ms", commit->at_ms);
		bind_text(add, ":modified_by", commit->device.config_modified_by);
		bind_text(add, ":modified_at", commit->device.config_modified_at);
	}
	return db_run(store, add, error, "write a configuration");
}

static enum vt_status put_config(struct vt_store *store, const struct vt_commit *commit, struct vt_arena *arena,
				 struct vt_error *error)
{
	uint64_t hash = vt_hash_end(vt_hash_add(VT_HASH_START, commit->config));
	struct kept before;
	enum vt_status status = read_kept(store, commit->device.id, hash, arena, &before, error);
	if (status != VT_OK)
		return status;
	if (before.seq && before.hash == hash)
		return put_seen(store, before.seq, commit->at_ms, error);
	if (before.seq)
		status = put_event(store, commit, &before, arena, error);
	return status == VT_OK ? add_config(store, commit, hash, error) : status;
}

enum vt_status put_configuration(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error)
{
	struct vt_arena *arena = vt_arena_new();
	enum vt_status status = put_findings(store, commit, error);
	if (status == VT_OK && commit->config.len <= TEXT_MAX_BYTES)
		status = put_config(store, commit, arena, error);
	vt_arena_free(arena);
	return status;
}

/* ---- reading ---- */

enum vt_status vt_store_configuration(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				      struct vt_configuration *configuration, struct vt_error *error)
{
	static const char action[] = "read a configuration";
	struct statement *newest = db_statement(store, SQL_CONFIG_NEWEST);
	bool row = false;
	if (!newest)
		return db_fail(store, error, action);
	bind_id(newest, ":device_id", device_id);
	enum vt_status status = db_step(store, newest, &row, error, action);
	if (status != VT_OK)
		return status;
	if (!row)
		return vt_fail(error, VT_E_NOT_FOUND, "its configuration has not been read yet");
	*configuration = (struct vt_configuration){ unpack(read_blob(newest, "text"), read_i64(newest, "bytes"), arena),
						    read_i64(newest, "from_ms"), read_i64(newest, "to_ms") };
	db_done(newest);
	return configuration->text.p ? VT_OK : db_damaged(store, error, "a configuration");
}

/* Where the page before ended; before everything when there was none. */
struct place {
	int64_t severity, no;
	struct vt_str device, context;
};

static enum vt_status find_place(struct vt_store *store, uint64_t id, struct vt_arena *arena, struct place *place,
				 struct vt_error *error)
{
	static const char action[] = "read findings";
	struct statement *find = db_statement(store, SQL_FINDING_PLACE);
	bool row = false;
	*place = (struct place){ VT_FAULT + 1, 0, VT_STR(""), VT_STR("") };
	if (!id)
		return VT_OK;
	if (!find)
		return db_fail(store, error, action);
	bind_id(find, ":id", id);
	enum vt_status status = db_step(store, find, &row, error, action);
	if (status != VT_OK)
		return status;
	if (!row)
		return vt_fail(error, VT_E_NOT_FOUND, "there is no finding with this id (any more)");
	*place = (struct place){ read_i64(find, "severity"), read_i64(find, "no"),
				 vt_arena_str(arena, read_text(find, "device")),
				 vt_arena_str(arena, read_text(find, "context")) };
	db_done(find);
	return VT_OK;
}

static void bind_query(struct statement *statement, const struct vt_finding_query *query, const struct place *after)
{
	bind_i64(statement, ":after_severity", after->severity);
	bind_text(statement, ":after_device", after->device);
	bind_text(statement, ":after_context", after->context);
	bind_i64(statement, ":after_no", after->no);
	bind_text(statement, ":device", query->device);
	bind_text(statement, ":context", query->context);
	bind_text(statement, ":rule", query->rule);
	bind_text(statement, ":fault", query->fault);
	bind_i64(statement, ":severity", query->severity);
	bind_i64(statement, ":limit", (int64_t)query->limit + 1);
}

enum vt_status vt_store_findings(struct vt_store *store, const struct vt_finding_query *query, struct vt_arena *arena,
				 struct vt_finding_row **rows, size_t *len, bool *more, struct vt_error *error)
{
	static const char action[] = "read findings";
	struct place after;
	size_t n = 0, cap = 0;
	struct vt_finding_row *all = NULL;
	bool row;
	enum vt_status status = find_place(store, query->after, arena, &after, error);
	if (status != VT_OK)
		return status;
	struct statement *statement = db_statement(store, SQL_FINDINGS);
	if (!statement)
		return db_fail(store, error, action);
	bind_query(statement, query, &after);
	while ((status = db_step(store, statement, &row, error, action)) == VT_OK && row) {
		struct vt_finding_row *finding = VT_PUSH(arena, all, n, cap);
		if (!read_row(statement, &finding_fields, arena, finding)) {
			db_done(statement);
			return db_damaged(store, error, "a finding");
		}
	}
	*more = n > query->limit;
	*len = *more ? query->limit : n;
	*rows = all;
	return status;
}

enum vt_status vt_store_finding_counts(struct vt_store *store, uint64_t *counts, struct vt_error *error)
{
	static const char action[] = "count findings";
	struct statement *statement = db_statement(store, SQL_FINDING_COUNTS);
	enum vt_status status;
	bool row;
	memset(counts, 0, (VT_FAULT + 1) * sizeof *counts);
	if (!statement)
		return db_fail(store, error, action);
	while ((status = db_step(store, statement, &row, error, action)) == VT_OK && row) {
		int64_t severity = read_i64(statement, "severity");
		if (severity >= VT_ADVICE && severity <= VT_FAULT)
			counts[severity] = (uint64_t)read_i64(statement, "findings");
	}
	return status;
}
