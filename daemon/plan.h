/* SPDX-License-Identifier: MIT
 * What to ask one unit in one poll, and what to make of the answers.
 *
 * A *query* is something we want to know (the IKEv1 SAs, the sessions); it may be spelt in several ways, because
 * releases differ. A memory per unit keeps what was learnt: which spelling the device takes, which queries
 * it refuses us (asked again once a day), what its full IPsec listing costs. A run walks the queries of one
 * poll and hands out one command at a time, since what to ask next can depend on the answer before:
 *
 *   cpu (where the listing is not cheap) · IKEv1 · IKEv2 · IPsec, full or peer by peer · summary · sessions ·
 *   asp drop · hit counts of crypto ACLs · version · failover · clock · sections of the configuration
 *
 * The summary comes before the sessions: a session that begins in between is then known early, and is never taken for one
 * that lived and died unseen (model/reduce_sessions.c).
 *
 * Politeness (asa-cli.md §11): the full IPsec listing is left alone for a while when the last one took more than
 * 20 s, or while the CPU is above 70 %; then peers are asked one by one within a budget of time (15 s, 5 s while
 * the CPU is high), first those whose IKE state moved, then those not asked for longest. Nothing here waits, reads a
 * clock or knows a session.
 */
#ifndef DAEMON_PLAN_H
#define DAEMON_PLAN_H

#include "asa/command.h"
#include "model/snapshot.h"

enum plan_query {
	PLAN_CPU,
	PLAN_IKEV1, /* or isakmp, which may show both families */
	PLAN_IKEV2,
	PLAN_IPSEC,
	PLAN_SUMMARY,
	PLAN_SESSIONS,
	PLAN_ASP,
	PLAN_HITS,
	PLAN_VERSION,
	PLAN_FAILOVER,
	PLAN_CLOCK,
	PLAN_CONFIG_CRYPTO, /* the first section of the configuration … */
	PLAN_CONFIG_TUNNEL_GROUPS,
	PLAN_CONFIG_ACCESS_LISTS,
	PLAN_CONFIG_OBJECTS,
	PLAN_CONFIG_OBJECT_GROUPS,
	PLAN_CONFIG_NAMES,
	PLAN_CONFIG_INTERFACES,
	PLAN_CONFIG_GROUP_POLICIES, /* from here on: for the lint alone */
	PLAN_CONFIG_NAT,
	PLAN_CONFIG_STATIC, /* 8.2 and older */
	PLAN_CONFIG_ROUTES,
	PLAN_CONFIG_ACCESS_GROUPS,
	PLAN_CONFIG_SYSOPT,
	PLAN_CONFIG_FAILOVER, /* … and the last */
	PLAN_QUERIES
};

/* What a poll is about. The first three have a cadence in the settings; the configuration is read when it changed. */
enum plan_group {
	PLAN_GROUP_SA,
	PLAN_GROUP_SESSIONS,
	PLAN_GROUP_FACTS,
	PLAN_CADENCES,
	PLAN_GROUP_CONFIG = PLAN_CADENCES,
	PLAN_GROUPS
};

struct plan_wants {
	bool groups[PLAN_GROUPS];
	bool burst;                /* a quick look: IKE only, in the short form */
	bool demand;               /* count packets that need an SA (its configuration is known) */
	const struct vt_str *acls; /* crypto ACLs whose hit counts are wanted; borrowed for the run */
	size_t acls_len;
};

struct plan_memory;
struct plan_memory *plan_memory_new(void);
void plan_memory_free(struct plan_memory *memory);
/* The device is another one now (rebooted, upgraded, another unit): what it knows and refuses is learnt again. */
void plan_memory_forget(struct plan_memory *memory);
/* Peers worth asking one by one: from every listing that was read. `moved`: its IKE state is not what it was. */
void plan_memory_peer(struct plan_memory *memory, const struct vt_addr *peer, uint64_t ike_state, int64_t now_ms);
/* Queries the device refuses to this account, for showing. */
bool plan_memory_is_denied(const struct plan_memory *memory, enum plan_query query, int64_t now_ms);

struct plan_run {
	struct plan_memory *memory;
	struct plan_wants wants;
	int64_t now_ms; /* monotonic, at the start */
	int64_t peers_budget_ms;
	/* private to plan.c */
	enum plan_query at;
	unsigned tried;  /* spellings of the query at hand */
	bool ikev2_seen; /* the isakmp listing had it */
	bool by_peer;
	size_t *order; /* of the peers to ask, in an arena */
	size_t order_len, order_at;
	size_t acls_at;
	struct vt_arena *arena;
};

struct plan_step {
	enum plan_query query;
	struct vt_command command;
	struct vt_addr peer; /* of a listing of one peer; family 0 otherwise */
};

/* `arena` lives as long as the run. */
void plan_begin(struct plan_run *run, struct plan_memory *memory, struct vt_arena *arena,
		const struct plan_wants *wants, int64_t now_ms);
/* The next command, or false when the poll is complete. */
bool plan_next(struct plan_run *run, struct plan_step *step);

/* How the command handed out last went. */
struct plan_answer {
	enum vt_status status;
	uint64_t elapsed_ms, bytes;
	uint64_t cpu_percent; /* of PLAN_CPU: the larger of the figures of 5 s and 1 min; VT_ABSENT otherwise */
	bool ikev2_seen;      /* of PLAN_IKEV1 */
};
/* True when another spelling of the same query follows: this answer is not the last word on it. */
bool plan_answer(struct plan_run *run, const struct plan_step *step, const struct plan_answer *answer);

#endif
