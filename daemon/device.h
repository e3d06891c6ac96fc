/* SPDX-License-Identifier: MIT
 * One firewall: its session, its contexts, its rounds.
 *
 * A *round* is one visit: log in (or use the session that was kept), find out which contexts there are, walk
 * them, ask each what its plan says, reduce what came back and hand the commit to the writer.
 *
 *     resting ─▶ opening ─▶ discovering ─▶ entering ─▶ asking ─┐
 *        ▲                                   ▲                 │ next context
 *        │                                   └─────────────────┤
 *        └──────────── resting until the next slot ◀───────────┘
 *
 * A round that fails ends here and nowhere else: every unit it had not finished is told, the verdict says
 * when to knock again, and no other device notices. Between two regular rounds a burst looks at the IKE SAs
 * alone, every 4 s for 40 s, when one of them is on its way (diagnosis.md §A).
 */
#ifndef DAEMON_DEVICE_H
#define DAEMON_DEVICE_H

#include "daemon/hostkey.h"
#include "daemon/plan.h"
#include "daemon/sched.h"
#include "daemon/session.h"
#include "daemon/writer.h"
#include "model/reduce.h"
#include "settings/settings.h"

struct device;

/* What all devices share; outlives them. */
struct device_world {
	uv_loop_t *loop;
	struct sched *sched;
	struct writer *writer;
	struct hostkey_store *pins;
	int64_t period_ms[PLAN_CADENCES];
	struct vt_reduce_options reduce;
	struct session_limits limits;
	int64_t (*mono_ms)(void *user);
	int64_t (*wall_ms)(void *user);
	/* The set of units changed: those that are gone leave the current state. */
	void (*on_units)(void *user);
	/* A round began so much later than it was due. */
	void (*on_late)(int64_t late_ms, void *user);
	/* After device_stop(): nothing of it is on the wire any more. */
	void (*on_stopped)(struct device *device, void *user);
	void *user;
};

/* The secrets a login needs; referenced. */
struct device_secrets {
	struct secret *password, *enable_password, *identity;
};

/* Copies what it needs of the settings. `contexts` are those it had when last heard of. */
struct device *device_new(const struct device_world *world, const struct vt_device_settings *settings,
			  const struct device_secrets *secrets, const struct vt_str *contexts, size_t contexts_len);
/* At once; device_stop() is the polite way. */
void device_free(struct device *device);

/* First round at `first_ms` (monotonic), then by its phase. */
void device_start(struct device *device, uint32_t phase, int64_t first_ms);
/* Its place in the fleet or a cadence changed: from the next round on. */
void device_set_phase(struct device *device, uint32_t phase);
/* Whether these settings and secrets would make the same login to the same place. */
bool device_is_same(const struct device *device, const struct vt_device_settings *settings,
		    const struct device_secrets *secrets);
/* Names, owners and expectations of its tunnels. */
void device_expect(struct device *device, const struct vt_device_settings *settings);
/* A person acted: what was given up is tried again. */
void device_pardon(struct device *device, int64_t at_ms);
/* Leaves the device with `exit`; on_stopped comes when that is done, perhaps from inside this call. */
void device_stop(struct device *device);

/* A round with everything in it, now or after the one that is running. `done` comes once, also when the device
 * goes. VT_E_AUTH when its password was refused and nothing has changed since. */
typedef void device_polled(struct device *device, const struct vt_error *why, void *user);
enum vt_status device_poll_now(struct device *device, device_polled *done, void *user, struct vt_error *error);

/* A commit of this unit was lost; false when it is not one of ours. */
bool device_resend(struct device *device, uint64_t unit_id);
size_t device_units(const struct device *device);
uint64_t device_unit_id(const struct device *device, size_t i);
/* Absent in single mode; borrowed. */
struct vt_str device_context(const struct device *device, size_t i);

const char *device_name(const struct device *device);
uint64_t device_id(const struct device *device);
/* For showing. */
struct device_status {
	enum vt_device_state state;
	const char *error; /* the sentence; "" while it is well */
	const char *doing; /* "resting", "opening" … */
	int64_t due_ms;    /* monotonic; SCHED_NEVER when nothing is planned */
	uint64_t rounds, failures, bursts;
	int64_t last_round_ms, last_late_ms;
	size_t units, tunnels, selectors;
	struct session_figures session;
};
struct device_status device_status(const struct device *device);

#endif
