/* SPDX-License-Identifier: MIT
 * Names and identifiers of the model.
 */
#include "model/rows.h"

#include "base/hash.h"

static const char *const tunnel_status_names[] = {
	[VT_TUNNEL_UP] = "up",
	[VT_TUNNEL_IDLE] = "idle",
	[VT_TUNNEL_NEGOTIATING] = "negotiating",
	[VT_TUNNEL_PHASE1_FAILING] = "phase1-failing",
	[VT_TUNNEL_PHASE2_FAILING] = "phase2-failing",
	[VT_TUNNEL_NO_TRAFFIC] = "no-traffic",
	[VT_TUNNEL_DOWN] = "down",
	[VT_TUNNEL_ORPHAN] = "orphan",
	[VT_TUNNEL_UNKNOWN] = "unknown",
};
_Static_assert(sizeof tunnel_status_names / sizeof *tunnel_status_names == VT_TUNNEL_STATUSES, "a status has no name");

static const char *const device_state_names[] = {
	[VT_DEVICE_NEVER_POLLED] = "never-polled",         [VT_DEVICE_OK] = "ok",
	[VT_DEVICE_UNREACHABLE] = "unreachable",           [VT_DEVICE_AUTH_FAILED] = "auth-failed",
	[VT_DEVICE_HOST_KEY_CHANGED] = "host-key-changed", [VT_DEVICE_BACKING_OFF] = "backing-off",
};
_Static_assert(sizeof device_state_names / sizeof *device_state_names == VT_DEVICE_STATES, "a state has no name");

static const char *const event_kind_names[] = {
	[VT_EVENT_STATUS] = "status",
	[VT_EVENT_SESSION_UP] = "session-up",
	[VT_EVENT_SESSION_RESTART] = "session-restart",
	[VT_EVENT_SESSION_GONE] = "session-gone",
	[VT_EVENT_IKE_STATE] = "ike-state",
	[VT_EVENT_IKE_REKEY] = "ike-rekey",
	[VT_EVENT_ROLE] = "role",
	[VT_EVENT_REKEY] = "rekey",
	[VT_EVENT_SELECTOR_UP] = "selector-up",
	[VT_EVENT_SELECTOR_LOST] = "selector-lost",
	[VT_EVENT_SELECTOR_REBUILT] = "selector-rebuilt",
	[VT_EVENT_COUNTER_RESET] = "counter-reset",
	[VT_EVENT_PEER_ADDRESS] = "peer-address",
	[VT_EVENT_DEVICE_STATE] = "device-state",
	[VT_EVENT_REBOOT] = "reboot",
	[VT_EVENT_FAILOVER] = "failover",
	[VT_EVENT_CONFIG_CHANGED] = "config-changed",
	[VT_EVENT_CLOCK_SKEW] = "clock-skew",
	[VT_EVENT_PARSER] = "parser",
	[VT_EVENT_HIDDEN_SESSIONS] = "hidden-sessions",
};
_Static_assert(sizeof event_kind_names / sizeof *event_kind_names == VT_EVENT_KINDS, "an event has no name");

static const char *const selector_status_names[] = {
	[VT_SELECTOR_UP] = "up",           [VT_SELECTOR_GONE] = "gone", [VT_SELECTOR_NO_TRAFFIC] = "no-traffic",
	[VT_SELECTOR_UNKNOWN] = "unknown", [VT_SELECTOR_IDLE] = "idle",
};
_Static_assert(sizeof selector_status_names / sizeof *selector_status_names == VT_SELECTOR_STATUSES,
	       "a selector status has no name");

/* A number outside its enumeration can only come from a damaged database; it is shown, not trusted. */
static const char *name_of(const char *const *names, size_t len, unsigned value)
{
	return value < len ? names[value] : "unknown";
}

static bool value_of(const char *const *names, size_t len, struct vt_str name, unsigned *value)
{
	for (unsigned i = 0; i < len; i++)
		if (vt_str_eq(name, vt_str_of(names[i]))) {
			*value = i;
			return true;
		}
	return false;
}

#define NAMED(function, type, names, count)                                                                            \
	const char *function##_name(enum type value)                                                                   \
	{                                                                                                              \
		return name_of(names, count, (unsigned)value);                                                         \
	}                                                                                                              \
	bool function##_of(struct vt_str name, enum type *value)                                                       \
	{                                                                                                              \
		unsigned v;                                                                                            \
		if (!value_of(names, count, name, &v))                                                                 \
			return false;                                                                                  \
		*value = (enum type)v;                                                                                 \
		return true;                                                                                           \
	}

NAMED(vt_tunnel_status, vt_tunnel_status, tunnel_status_names, VT_TUNNEL_STATUSES)
NAMED(vt_device_state, vt_device_state, device_state_names, VT_DEVICE_STATES)
NAMED(vt_event_kind, vt_event_kind, event_kind_names, VT_EVENT_KINDS)
NAMED(vt_selector_status, vt_selector_status, selector_status_names, VT_SELECTOR_STATUSES)

/* Few names, which config/finding.h has. */
bool vt_severity_of(struct vt_str name, enum vt_severity *severity)
{
	for (enum vt_severity s = VT_ADVICE; s <= VT_FAULT; s++)
		if (vt_str_eq(name, vt_str_of(vt_severity_name(s)))) {
			*severity = s;
			return true;
		}
	return false;
}

bool vt_confidence_of(struct vt_str name, enum vt_confidence *confidence)
{
	for (enum vt_confidence c = VT_POSSIBLE; c <= VT_CERTAIN; c++)
		if (vt_str_eq(name, vt_str_of(vt_confidence_name(c)))) {
			*confidence = c;
			return true;
		}
	return false;
}

/* 0 means "none" everywhere, so no id is 0; SQLite keeps 63 bits and a sign, so ids stay below 2^63. */
static uint64_t id_of(uint64_t hash)
{
	hash = vt_hash_end(hash) >> 1;
	return hash ? hash : 1;
}

uint64_t vt_device_id(struct vt_str name, struct vt_str context)
{
	return id_of(vt_hash_add(vt_hash_add(VT_HASH_START, name), context));
}

static uint64_t hash_of_id(uint64_t id)
{
	return vt_hash_add(VT_HASH_START, (struct vt_str){ (const char *)&id, sizeof id });
}

uint64_t vt_tunnel_id(uint64_t device_id, struct vt_str peer)
{
	return id_of(vt_hash_add(hash_of_id(device_id), peer));
}

uint64_t vt_selector_id(uint64_t tunnel_id, struct vt_str local, struct vt_str remote)
{
	return id_of(vt_hash_add(vt_hash_add(hash_of_id(tunnel_id), local), remote));
}

uint64_t vt_finding_id(uint64_t device_id, struct vt_str rule, struct vt_str subject, struct vt_str peer,
		       struct vt_str says)
{
	uint64_t h = vt_hash_add(vt_hash_add(hash_of_id(device_id), rule), subject);
	return id_of(vt_hash_add(vt_hash_add(h, peer), says));
}
