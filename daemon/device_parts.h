/* SPDX-License-Identifier: MIT
 * What the files of a device share; for them alone (device.h is for everybody else).
 *
 *     device.c           the owner's side: life, settings, the session's calls, what it looks like from outside
 *     device_round.c     a round: when it is due, who is in it, how it ends
 *     device_contexts.c  its first step: which contexts there are
 *     device_ask.c       its main step: one unit is asked, question by question, and the answers become a commit
 *     device_burst.c     the short rounds while a tunnel negotiates
 *     device_unit.c      what is kept of each unit between rounds
 *
 * The name of a function says in which it stands. Who is called from a session's answer looks at `doing` first: it
 * says what is waited for, and an answer that comes when something else is, came too late.
 */
#ifndef DAEMON_DEVICE_PARTS_H
#define DAEMON_DEVICE_PARTS_H

#include "daemon/device.h"
#include "daemon/gather.h"

#include <string.h>

/* Crypto ACLs a poll may ask the hit counts of. */
#define ACLS_MAX 8

enum doing { RESTING, LOADING, OPENING, DISCOVERING, ENTERING, ASKING, STOPPING };

struct unit {
	struct device *device;
	char *context; /* NULL in single mode */
	struct vt_unit *model;
	struct plan_memory *memory;
	struct writer_load *load; /* not NULL: what the store knows has not come yet */
	char *software;           /* version as last seen */
	char *modified_at;        /* the configuration, as last seen */
	int64_t config_due_ms;
	bool configured;
	struct vt_str acls[ACLS_MAX];
	bool negotiating;
	uint64_t ike_ms;
	bool noted[PLAN_QUERIES]; /* its refusal was logged */
};

struct waiter {
	struct waiter *next;
	device_polled *done;
	void *user;
};

/* One visit. */
struct round {
	bool groups[PLAN_CADENCES];
	bool burst, everything, reused, reopened, heard;
	struct waiter *waiters;
	int64_t began_ms, opened_ms;
	uint64_t commands, bytes, cli_ms; /* of finding the way; put on the first unit's account */
	size_t at;
	struct gather *gather;
	struct plan_run run;
	struct plan_step step;
};

struct device {
	const struct device_world *world;
	char *name;
	char *fingerprint; /* of all that makes a login */
	struct device_secrets secrets;
	struct session *session;
	struct unit **units;
	size_t units_len;
	bool contexts_configured, discovered;
	char *here; /* the context the session stands in; NULL: where it logged in */
	struct vt_arena *expect_arena;
	struct vt_tunnel_settings *expect;
	size_t expect_len;

	enum doing doing;
	struct round round;
	struct sched_entry due, burst_due;
	uint32_t phase;
	int64_t group_due_wall_ms[PLAN_CADENCES];
	bool wants_round, wants_everything; /* as soon as this round is over */
	struct waiter *waiters;

	enum vt_device_state state;
	struct vt_error error;
	unsigned failed; /* in a row */
	unsigned idle_hangups;
	unsigned burst_left;
	int64_t burst_pause_ms, burst_again_ms;
	struct device_status figures;
};

static inline int64_t mono_ms(const struct device *device)
{
	return device->world->mono_ms(device->world->user);
}

static inline int64_t wall_ms(const struct device *device)
{
	return device->world->wall_ms(device->world->user);
}

static inline bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static inline struct unit *unit_at_hand(struct device *device)
{
	return device->units[device->round.at];
}

/* on_closed follows such an answer, and ends the round. */
static inline bool ends_session(enum vt_status status)
{
	return status == VT_E_TIMEOUT || status == VT_E_LIMIT || status == VT_E_CLOSED || status == VT_E_PROTOCOL;
}

void round_on_due(struct sched_entry *entry, int64_t now, void *user);
/* With the session that was kept, or a new one. */
void round_open(struct device *device);
/* The next step of the walk, whatever has been settled so far. */
void round_go_on(struct device *device);
/* This unit is done with. */
void round_next_unit(struct device *device);
/* A command that found the way, not a unit's own. */
void round_account(struct round *round, const struct session_result *result);
void round_failed(struct device *device, const struct vt_error *why);
/* What came in while the device was busy. */
void round_follow_up(struct device *device);
/* Tells all of the list, which is empty then. */
void round_answer(struct device *device, struct waiter **list, const struct vt_error *why);
/* The next regular slot. A round that keeps the device busy for more than half of a period skips slots until it
 * rests as long as it worked: the cadence follows the measured cost. */
int64_t round_next_slot_wall_ms(const struct device *device);

/* Asks which contexts there are where nobody said so, then round_go_on(). */
void contexts_discover(struct device *device);

/* Asks the unit at hand what its plan says, then round_next_unit(). */
void ask_begin(struct device *device);

/* A round is over: is there anything that negotiates, and may it be looked at? */
void burst_plan(struct device *device);
void burst_on_due(struct sched_entry *entry, int64_t now, void *user);

void unit_free(struct unit *unit);
/* Names, owners and expectations of its tunnels, as the device has them. */
void unit_expect(struct unit *unit);
bool unit_is_expected(const struct unit *unit, const struct vt_tunnel_settings *tunnel);
/* The units are these contexts; those that were there before keep their state. */
void units_set(struct device *device, char *const *contexts, size_t len);
/* What the store knows of a unit comes first: true while it has not come, and the round goes on when it has. */
bool units_awaited(struct device *device);

#endif
