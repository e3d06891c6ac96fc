/* SPDX-License-Identifier: MIT
 * The one thread that owns the database.
 *
 * The loop hands in commits, loads and the daemon's own figures, and is never kept waiting. The thread takes
 * what has queued up into one transaction, does a slice of maintenance between two of them, and answers
 * through the loop: every callback runs on the loop's thread.
 *
 *     loop ── commit, load, retire, heartbeat ──▶ queue ──▶ thread ──▶ backend (the store)
 *     loop ◀──── loaded, trouble, lost, recovered ──────── uv_async ◀── outbox
 *
 * When the disk is full or the database busy, the trouble is told once, commits wait in the queue and are tried
 * again every few seconds. The queue is bounded: above the bound the oldest commit of the same unit goes, and
 * `on_lost` names the unit, so that its next commit can carry every row (vt_unit_resend). What is lost then is
 * the samples and events of the time without disk, not the state.
 */
#ifndef DAEMON_WRITER_H
#define DAEMON_WRITER_H

#include "base/status.h"
#include "store/store.h"

#include <uv.h>

struct writer;
struct writer_load;

/* What the thread does to the database; the store behind plain pointers, so that tests can fill a disk. */
struct writer_backend {
	void *store;
	enum vt_status (*commit)(void *store, const struct vt_commit *const *commits, size_t len,
				 struct vt_error *error);
	enum vt_status (*load)(void *store, uint64_t unit_id, struct vt_arena *arena, struct vt_unit_rows *rows,
			       struct vt_error *error);
	enum vt_status (*retire)(void *store, const uint64_t *keep_ids, size_t len, struct vt_error *error);
	enum vt_status (*heartbeat)(void *store, int64_t at_ms, struct vt_str json, struct vt_error *error);
	enum vt_status (*maintain)(void *store, const struct vt_retention *retention, bool *more,
				   struct vt_error *error);
	void (*close)(void *store);
};

struct writer_callbacks {
	void (*on_trouble)(const struct vt_error *why, void *user); /* once, when it begins */
	void (*on_recovered)(int64_t after_ms, void *user);
	void (*on_lost)(uint64_t unit_id, void *user); /* a commit of this unit was dropped */
};

struct writer_options {
	size_t max_commits, max_bytes; /* of the queue */
	unsigned retry_ms, retry_cap_ms;
	unsigned maintain_every_ms;
	struct vt_retention retention;
};
struct writer_options writer_options_default(void);

/* Takes the backend's store, which from now on belongs to the thread. VT_E_SYSTEM when no thread can be had; the
 * store is then still the caller's. */
enum vt_status writer_start(uv_loop_t *loop, const struct writer_backend *backend, const struct writer_options *options,
			    const struct writer_callbacks *callbacks, void *user, struct writer **writer,
			    struct vt_error *error);
/* Writes what is queued (one try each), ends the thread, closes the store. Blocks for that long. Loads not yet
 * answered are forgotten. The handle on the loop closes with the loop's next turns. NULL is fine. */
void writer_stop(struct writer *writer);

/* Takes the commit. */
void writer_commit(struct writer *writer, struct vt_commit *commit);

/* Asks for what the store knows about a unit. `rows` is NULL for a unit it does not know, or cannot tell about;
 * it lives for the length of the callback. Commits handed in before are in it. */
typedef void writer_loaded(const struct vt_unit_rows *rows, void *user);
struct writer_load *writer_load(struct writer *writer, uint64_t unit_id, writer_loaded *loaded, void *user);
/* The callback of a load that was not answered yet will not come. */
void writer_load_cancel(struct writer_load *load);

/* The units there are; all others leave the current state. Copied. */
void writer_retire(struct writer *writer, const uint64_t *keep_ids, size_t len);
/* What the daemon says about itself; one that was not written yet is replaced. Copied. */
void writer_heartbeat(struct writer *writer, int64_t at_ms, struct vt_str json);
/* From the next maintenance on. */
void writer_retention(struct writer *writer, const struct vt_retention *retention);

struct writer_figures {
	size_t queue, queue_bytes; /* commits waiting */
	uint64_t commits, transactions, lost;
	uint64_t commit_max_ms; /* longest transaction since the figures were last read */
	bool in_trouble;
	char trouble[512];
};
struct writer_figures writer_figures(struct writer *writer);

#endif
