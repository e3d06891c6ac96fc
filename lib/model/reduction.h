/* SPDX-License-Identifier: MIT
 * One reduce call in progress. Private to lib/model.
 *
 * reduce.c runs the steps in this order: the device itself (reduce_device.c), the IKE listing (reduce_ike.c), the
 * IPsec listing (reduce_ipsec.c), the sessions (reduce_sessions.c), who asks for an SA that is not there
 * (reduce_demand.c), then the verdict on each tunnel's status
 * (tunnel_status.c), and last the rows that changed are collected into the commit.
 */
#ifndef VT_MODEL_REDUCTION_H
#define VT_MODEL_REDUCTION_H

#include "model/unit.h"

struct reduction {
	struct vt_unit *unit;
	const struct vt_snapshot *snap;
	const struct vt_reduce_options *options;
	struct vt_arena *arena; /* of the commit */
	struct vt_commit *commit;
	int64_t at_ms;
	struct vt_event_row *events;
	size_t events_len, events_cap;
	struct vt_sample *samples;
	size_t samples_len, samples_cap;
	struct vt_map sample_by_id; /* id → index + 1 in samples, as a pointer */
	uint64_t *forget_tunnels, *forget_selectors;
	size_t forget_tunnels_len, forget_tunnels_cap, forget_selectors_len, forget_selectors_cap;
};

/* A listing was asked for, answered and understood: what it shows is there. */
static inline bool heard(const struct reduction *r, enum vt_asked what)
{
	return r->snap->taken[what].asked && r->snap->taken[what].status == VT_OK;
}

/* … and it was whole: what it does not show is not there. */
static inline bool heard_all(const struct reduction *r, enum vt_asked what)
{
	return heard(r, what) && !r->snap->taken[what].report.truncated;
}

/* `tunnel` and `selector` may be NULL; texts are copied into the commit. */
void reduction_event(struct reduction *r, enum vt_event_kind kind, int64_t at_ms, const struct tunnel *tunnel,
		     const struct selector *selector, struct vt_str from, struct vt_str to, const char *detail, ...)
	__attribute__((format(printf, 8, 9)));
/* The sample of a selector in this poll, made when it is not there yet. */
struct vt_sample *reduction_sample(struct reduction *r, uint64_t selector_id);

void reduce_device(struct reduction *r);
void reduce_ike(struct reduction *r);
void reduce_ipsec(struct reduction *r);
void reduce_sessions(struct reduction *r);
void reduce_demand(struct reduction *r);
/* Decides status, since and reason of one tunnel. */
void tunnel_status_decide(struct reduction *r, struct tunnel *tunnel);
/* Sets them; an event when the status changed. */
void tunnel_status_set(struct reduction *r, struct tunnel *tunnel, enum vt_tunnel_status status, int64_t since_ms,
		       struct vt_str reason);

#endif
