/* SPDX-License-Identifier: MIT
 * The database, behind one opaque handle. Nobody else knows that it is SQLite.
 *
 * One writer (the daemon, in one thread) and any number of readers (other processes, one handle a thread).
 * Every statement lives in sql/. Current state stands in plain tables; what moves at every poll is one packed
 * piece a unit; samples are a journal of one packed row a poll, folded hourly into one row a selector and hour,
 * then into daily rollups (store/pack.h documents the packing). Answers live in the arena the caller gives.
 */
#ifndef VT_STORE_STORE_H
#define VT_STORE_STORE_H

#include "base/status.h"
#include "model/reduce.h"
#include "model/rows.h"

struct vt_store;

/* ---- life ---- */

/* Opens for writing: creates the file (mode 0640), migrates it, and locks out a second writer for as long as it
 * is open. VT_E_DB_NEWER, VT_E_DB_IN_USE, VT_E_DB_CORRUPT, VT_E_DB_FULL, VT_E_SYSTEM with a sentence. */
enum vt_status vt_store_open_writer(const char *path, struct vt_store **store, struct vt_error *error);
/* Opens read-only; works as another user who may only read file and folder. */
enum vt_status vt_store_open_reader(const char *path, struct vt_store **store, struct vt_error *error);
void vt_store_close(struct vt_store *store);

/* ---- writer ---- */

/* One poll, one transaction: all of it or nothing. */
enum vt_status vt_store_commit(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error);
/* Several polls in one transaction (the writer groups what has queued up while it was busy). */
enum vt_status vt_store_commit_many(struct vt_store *store, const struct vt_commit *const *commits, size_t len,
				    struct vt_error *error);

struct vt_retention {
	int64_t samples_ms, hourly_ms, events_ms, evidence_ms;
};
/* Folds finished hours, rolls up days, forgets what is too old: one step of some milliseconds (of one unit, or some
 * hundred rows); `more` says that another call is wanted soon. Costs nothing while there is nothing to do. */
enum vt_status vt_store_maintain(struct vt_store *store, int64_t now_ms, const struct vt_retention *retention,
				 bool *more, struct vt_error *error);
/* Units that are no longer configured stay in history and leave the current state. */
enum vt_status vt_store_retire_units(struct vt_store *store, const uint64_t *keep_ids, size_t len,
				     struct vt_error *error);
/* What the daemon says about itself: version, start time, heartbeat, queue length … (a small JSON object). */
enum vt_status vt_store_put_daemon(struct vt_store *store, int64_t at_ms, struct vt_str json, struct vt_error *error);

/* ---- either ---- */

enum vt_status vt_store_unit(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
			     struct vt_unit_rows *rows, struct vt_error *error); /* VT_E_NOT_FOUND */

/* ---- readers ---- */

enum vt_status vt_store_devices(struct vt_store *store, struct vt_arena *arena, struct vt_device_row **rows,
				size_t *len, struct vt_error *error);

/* Filters are "and"; absent ones match everything. Order is (device, context, peer); a page continues after the
 * position of `after`, so it stays stable while data moves. */
struct vt_tunnel_query {
	unsigned status_mask;       /* 1 << enum vt_tunnel_status; 0: all */
	struct vt_str device, peer; /* exact */
	struct vt_str context;      /* exact, beside a device; absent: all of its contexts */
	struct vt_str q;            /* part of device, peer, name or owner, case does not matter */
	int flapping;               /* 1, 0, -1: either */
	uint64_t after;             /* tunnel id of the last row of the page before; 0: from the start */
	size_t limit;
};
enum vt_status vt_store_tunnels(struct vt_store *store, const struct vt_tunnel_query *query, struct vt_arena *arena,
				struct vt_tunnel_row **rows, size_t *len, bool *more, struct vt_error *error);
enum vt_status vt_store_tunnel(struct vt_store *store, uint64_t id, struct vt_arena *arena, struct vt_tunnel_row *row,
			       struct vt_error *error); /* VT_E_NOT_FOUND */
/* The other end of a tunnel that bears none by its addresses, for an address between them is translated: the one tunnel of
 * another unit that protects the same networks the other way round and has one of the two addresses. VT_E_NOT_FOUND when
 * there is none, or more than one. Looks at every tunnel. */
enum vt_status vt_store_other_end(struct vt_store *store, const struct vt_tunnel_row *tunnel, uint64_t *id,
				  struct vt_error *error);
/* How many tunnels in each status; counts has VT_TUNNEL_STATUSES elements. */
enum vt_status vt_store_counts(struct vt_store *store, uint64_t *counts, uint64_t *flapping, struct vt_error *error);

/* The selectors of one tunnel, or of all tunnels of one unit, with what moves beside each row. */
struct vt_selector_now {
	struct vt_selector_row row;
	struct vt_live live;
};
enum vt_status vt_store_selectors(struct vt_store *store, uint64_t tunnel_id, struct vt_arena *arena,
				  struct vt_selector_now **rows, size_t *len, struct vt_error *error);
enum vt_status vt_store_unit_selectors(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				       struct vt_selector_now **rows, size_t *len, struct vt_error *error);

/* History of one selector: one bucket a step, gaps stay gaps (count 0). Figures are rates a second over the
 * bucket: min, mean, max of the polls in it, and the sum of the increments. */
struct vt_bucket_figure {
	double min, mean, max, sum; /* NaN where nothing was read */
};
struct vt_bucket {
	int64_t from_ms, to_ms;
	uint64_t count; /* polls in it */
	/* What its polls of packets counted over, and whether time is missing inside of it (a counter that went back, a
	 * poll that did not know it); 0 and 0 where only hours are kept. */
	int64_t counted_from_ms, counted_to_ms;
	bool gap;
	struct vt_bucket_figure encaps_pkts, decaps_pkts, tx_bytes, rx_bytes, send_errors, recv_errors;
};
struct vt_series {
	uint64_t selector_id;
	struct vt_str local, remote;
	struct vt_bucket *buckets;
	size_t buckets_len;
};
enum vt_status vt_store_history(struct vt_store *store, uint64_t tunnel_id, int64_t from_ms, int64_t to_ms,
				int64_t step_ms, struct vt_arena *arena, struct vt_series **series, size_t *len,
				struct vt_error *error);

struct vt_interval {
	enum vt_tunnel_status status;
	int64_t from_ms, to_ms; /* to 0: still so */
	struct vt_str reason;
};
enum vt_status vt_store_intervals(struct vt_store *store, uint64_t tunnel_id, int64_t from_ms, int64_t to_ms,
				  struct vt_arena *arena, struct vt_interval **rows, size_t *len,
				  struct vt_error *error);

/* Of a tunnel: also what happened to the whole unit it ends on (reboot, failover, another configuration). */
struct vt_event_query {
	uint64_t tunnel_id, device_id; /* 0: any */
	int64_t from_ms, to_ms;        /* 0: open */
	uint64_t after_seq;            /* where the page before ended; 0: none did */
	bool newest_first;
	bool config_changes; /* of device_id, newest first: only changes of its configuration */
	size_t limit;
};
enum vt_status vt_store_events(struct vt_store *store, const struct vt_event_query *query, struct vt_arena *arena,
			       struct vt_event_row **rows, size_t *len, struct vt_error *error);

/* What the configurations show now, the worst first, then by device, context and age. Filters are "and". */
struct vt_finding_query {
	struct vt_str device, context, rule, fault; /* exact; absent matches everything */
	int severity;                               /* enum vt_severity; -1: any */
	uint64_t after;                             /* id of the last row of the page before; 0: from the start */
	size_t limit;
};
/* tunnel_id is 0 where no tunnel of that peer is known now. VT_E_NOT_FOUND when `after` is not known any more. */
enum vt_status vt_store_findings(struct vt_store *store, const struct vt_finding_query *query, struct vt_arena *arena,
				 struct vt_finding_row **rows, size_t *len, bool *more, struct vt_error *error);
/* How many of each severity; `counts` has VT_FAULT + 1 elements. */
enum vt_status vt_store_finding_counts(struct vt_store *store, uint64_t *counts, struct vt_error *error);

/* The configuration that a unit had when it was last read: the part of it that concerns VPN, without secrets. */
struct vt_configuration {
	struct vt_str text;
	int64_t since_ms, read_at_ms; /* first and last read like this */
};
/* VT_E_NOT_FOUND with a sentence when none was read yet. */
enum vt_status vt_store_configuration(struct vt_store *store, uint64_t device_id, struct vt_arena *arena,
				      struct vt_configuration *configuration, struct vt_error *error);

/* Changes whenever anything was committed: for ETag and for waiting readers. Cheap. */
enum vt_status vt_store_generation(struct vt_store *store, uint64_t *generation, struct vt_error *error);
enum vt_status vt_store_daemon(struct vt_store *store, struct vt_arena *arena, int64_t *at_ms, struct vt_str *json,
			       struct vt_error *error);

#endif
