/* SPDX-License-Identifier: MIT
 * (state, snapshot) → (new state, commit): what a poll changes.
 *
 * A struct vt_unit is all that is remembered about one polled unit between polls. It belongs to one thread.
 * Reducing a snapshot updates it and answers a commit with the rows that changed, the events that happened
 * and the samples that were taken. Nothing here reads a clock: times come with the snapshot.
 *
 * What is silent is not gone: a listing that failed, was not asked or was truncated changes nothing about the
 * tunnels it would have shown. The reading of sessions, rekeys and counters follows diagnosis.md section I.
 */
#ifndef VT_MODEL_REDUCE_H
#define VT_MODEL_REDUCE_H

#include "config/resolve.h"
#include "model/rows.h"
#include "model/snapshot.h"

/* What the daemon's configuration says about one tunnel. */
struct vt_expectation {
	struct vt_str peer, name, owner;
	bool must_be_up;
};

struct vt_reduce_options {
	int64_t stuck_after_ms;      /* dwell in a waiting IKE state before it is phase1-failing */
	int64_t no_traffic_after_ms; /* one-way counters for this long are no-traffic */
	int64_t settle_ms;           /* after a reboot or failover: no restart is counted */
};
struct vt_reduce_options vt_reduce_defaults(void);

struct vt_unit;

/* Texts are copied. */
struct vt_unit *vt_unit_new(struct vt_str device, struct vt_str context, struct vt_str address);
void vt_unit_free(struct vt_unit *unit);
uint64_t vt_unit_id(const struct vt_unit *unit);
/* Replaces the expectations (names, owners, must be up); copied. Changes show with the next commit. */
void vt_unit_expect(struct vt_unit *unit, const struct vt_expectation *expectations, size_t len);

/* What the device's own configuration asks for: which tunnels and selectors there should be, and what the names
 * stand for that it prints instead of addresses. To be called when the configuration was read and again when it
 * changed; everything is copied. From then on a tunnel at rest is idle and not unknown, and one that is not
 * configured is an orphan. */
void vt_unit_configure(struct vt_unit *unit, const struct vt_config *config, const struct vt_expected *expected);

/* Puts back what the store knew, after a start: call once, before the first reduce. Texts are copied. */
struct vt_unit_rows {
	struct vt_device_row device;
	const struct vt_tunnel_row *tunnels;
	size_t tunnels_len;
	const struct vt_selector_row *selectors;
	size_t selectors_len;
	const struct vt_live *live;
	size_t live_len;
};
void vt_unit_restore(struct vt_unit *unit, const struct vt_unit_rows *rows);

/* A poll that reached the device. The caller owns the commit (vt_commit_free). Never NULL. */
struct vt_commit *vt_reduce(struct vt_unit *unit, const struct vt_snapshot *snapshot,
			    const struct vt_reduce_options *options);

/* A poll that did not: the state of the device and the sentence. Its tunnels become unknown, not down.
 * `next_poll_at_ms` is when it is tried again. */
struct vt_commit *vt_reduce_failure(struct vt_unit *unit, int64_t at_ms, int64_t next_poll_at_ms,
				    enum vt_device_state state, struct vt_str sentence);

/* The next commit carries every row of the unit: one before it was lost on its way to the store. */
void vt_unit_resend(struct vt_unit *unit);

/* What the poller asks the state about, to decide what to poll next. */
bool vt_unit_is_negotiating(const struct vt_unit *unit); /* some IKE SA is in a non-final state: burst */
bool vt_unit_wants_sessions(const struct vt_unit *unit); /* something happened that only vpn-sessiondb can explain */
/* Crypto ACLs of configured tunnels that have no SA now, whose hit counts would tell whether anybody asks for them:
 * at most `max` names (views into the unit), a different part of them at each call. Worth asking for when
 * `ipsec-need-sa` of asp drop has risen, or was never read. */
bool vt_unit_wants_hits(const struct vt_unit *unit);
size_t vt_unit_quiet_acls(struct vt_unit *unit, struct vt_str *names, size_t max);
size_t vt_unit_tunnels(const struct vt_unit *unit);
size_t vt_unit_selectors(const struct vt_unit *unit);
bool vt_unit_is_standby(const struct vt_unit *unit);
/* Set before a commit is made, shown in its device row. */
void vt_unit_next_poll(struct vt_unit *unit, int64_t at_ms);

#endif
