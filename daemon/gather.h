/* SPDX-License-Identifier: MIT
 * From the outputs of one poll of one unit to its snapshot.
 *
 * Outputs are taken over whole, cleaned and parsed where they lie; facts are views into them. Nothing is
 * copied but the pieces of listings that belong together (two IKE families, peers asked one by one). The
 * snapshot, its texts and its arena live until gather_free().
 */
#ifndef DAEMON_GATHER_H
#define DAEMON_GATHER_H

#include "base/buf.h"
#include "config/config.h"
#include "daemon/plan.h"
#include "model/snapshot.h"

struct gather;

/* What came back for one step. */
struct gather_output {
	struct vt_buf text; /* taken: empty afterwards */
	enum vt_status status;
	bool truncated;
	int64_t started_at_ms, finished_at_ms;
	uint64_t elapsed_ms, bytes;
};

/* The names are borrowed for as long as the gather lives. `context` may be NULL. */
struct gather *gather_new(const char *device, const char *context, const char *address, int64_t taken_at_ms,
			  bool burst);
void gather_free(struct gather *gather);
struct vt_arena *gather_arena(struct gather *gather);

/* Takes one output, and answers what the plan wants to know about it. A query asked again in another spelling
 * replaces what was taken for it before. */
void gather_take(struct gather *gather, const struct plan_step *step, struct gather_output *output,
		 struct plan_answer *answer);

/* What was spent on the way to the unit (contexts found, changed to). */
void gather_add_cost(struct gather *gather, uint64_t commands, uint64_t bytes, uint64_t cli_ms);
/* The snapshot of what was taken so far; borrowed. */
const struct vt_snapshot *gather_snapshot(struct gather *gather);
/* Whether anything came back for it; a busy device is spared for a while. */
bool gather_asked(const struct gather *gather, enum plan_query query);
/* The configuration, when every section of it was read whole or is unknown to this release; NULL otherwise. Borrowed;
 * its texts live as long as the gather. */
const struct vt_config *gather_config(struct gather *gather);
/* Calls back with every peer of one listing that can be asked about alone, and a number that changes with its IKE
 * state (0 where the listing shows none). */
typedef void gather_peer_fn(const struct vt_addr *peer, uint64_t ike_state, void *user);
void gather_peers(const struct gather *gather, enum plan_query query, gather_peer_fn *fn, void *user);

#endif
