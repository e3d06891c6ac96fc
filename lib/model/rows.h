/* SPDX-License-Identifier: MIT
 * What is known now about a fleet, as flat rows: devices, tunnels, selectors, events, samples.
 *
 * reduce (model/reduce.h) makes them from snapshots, the store keeps them, the API shows them; these structs are
 * the one meeting point of the three. Rows hold views; whoever made them says which arena owns the text.
 * Absent numbers are VT_ABSENT, absent texts have p == NULL, a time of 0 is "never" or "not known".
 *
 * Identifiers are hashes (base/hash.h), so the same thing keeps its id over restarts and databases:
 * device (name, context) · tunnel (device id, peer) · selector (tunnel id, local, remote) ·
 * finding (device id, rule, subject, peer, sentence).
 */
#ifndef VT_MODEL_ROWS_H
#define VT_MODEL_ROWS_H

#include "base/arena.h"
#include "base/scan.h"
#include "config/finding.h"

/* Tunnel status: exactly one at a time. The vocabulary is part of the API. */
enum vt_tunnel_status {
	VT_TUNNEL_UP,
	VT_TUNNEL_IDLE, /* configured, no SA, no demand: healthy */
	VT_TUNNEL_NEGOTIATING,
	VT_TUNNEL_PHASE1_FAILING,
	VT_TUNNEL_PHASE2_FAILING, /* IKE up, a wanted selector missing */
	VT_TUNNEL_NO_TRAFFIC,     /* SA up, one-way or empty in spite of demand */
	VT_TUNNEL_DOWN,           /* must be up or has demand, no SA, no attempt seen */
	VT_TUNNEL_ORPHAN,         /* SA without configuration */
	VT_TUNNEL_UNKNOWN,        /* device unreachable, stale, truncated, standby; or it cannot be told */
	VT_TUNNEL_STATUSES,
};

enum vt_device_state {
	VT_DEVICE_NEVER_POLLED,
	VT_DEVICE_OK,
	VT_DEVICE_UNREACHABLE,
	VT_DEVICE_AUTH_FAILED,
	VT_DEVICE_HOST_KEY_CHANGED,
	VT_DEVICE_BACKING_OFF,
	VT_DEVICE_STATES,
};

enum vt_event_kind {
	VT_EVENT_STATUS,          /* tunnel status, from → to, reason in detail */
	VT_EVENT_SESSION_UP,      /* first sight of a session of this tunnel */
	VT_EVENT_SESSION_RESTART, /* a new session replaced the one known: a flap */
	VT_EVENT_SESSION_GONE,
	VT_EVENT_IKE_STATE, /* from → to, dwell of the one left in detail */
	VT_EVENT_IKE_REKEY,
	VT_EVENT_ROLE,
	VT_EVENT_REKEY, /* new SPI inside the same session: never a flap */
	VT_EVENT_SELECTOR_UP,
	VT_EVENT_SELECTOR_LOST,
	VT_EVENT_SELECTOR_REBUILT, /* the child was torn down and built again inside the session */
	VT_EVENT_COUNTER_RESET,
	VT_EVENT_PEER_ADDRESS, /* NAT mapping or endpoint of the peer changed */
	VT_EVENT_DEVICE_STATE, /* from → to */
	VT_EVENT_REBOOT,
	VT_EVENT_FAILOVER,
	VT_EVENT_CONFIG_CHANGED, /* "last modified by" moved: user and the device's own time in detail */
	VT_EVENT_CLOCK_SKEW,
	VT_EVENT_PARSER,          /* a listing had lines nobody understood, or was cut short */
	VT_EVENT_HIDDEN_SESSIONS, /* cumulative counters show sessions that lived and died between two polls */
	VT_EVENT_KINDS,
};

/* Names as the API, the database and the documentation spell them ("phase1-failing", "host-key-changed",
 * "session-restart"); static. The reverse answers false for a name that is none. */
const char *vt_tunnel_status_name(enum vt_tunnel_status status);
const char *vt_device_state_name(enum vt_device_state state);
const char *vt_event_kind_name(enum vt_event_kind kind);
bool vt_tunnel_status_of(struct vt_str name, enum vt_tunnel_status *status);
bool vt_device_state_of(struct vt_str name, enum vt_device_state *state);
bool vt_event_kind_of(struct vt_str name, enum vt_event_kind *kind);
/* The reverse of config/finding.h. */
bool vt_severity_of(struct vt_str name, enum vt_severity *severity);
bool vt_confidence_of(struct vt_str name, enum vt_confidence *confidence);

uint64_t vt_device_id(struct vt_str name, struct vt_str context);
uint64_t vt_tunnel_id(uint64_t device_id, struct vt_str peer);
uint64_t vt_finding_id(uint64_t device_id, struct vt_str rule, struct vt_str subject, struct vt_str peer,
		       struct vt_str says);
uint64_t vt_selector_id(uint64_t tunnel_id, struct vt_str local, struct vt_str remote);

/* A polled unit: a device, or one context of it. */
struct vt_device_row {
	uint64_t id;
	struct vt_str name, context, address;
	enum vt_device_state state;
	int64_t state_since_ms;
	struct vt_str error;     /* the sentence, while state is not ok */
	int64_t last_poll_at_ms; /* start of the last poll that succeeded */
	int64_t last_try_at_ms, next_poll_at_ms;
	struct vt_str version, hardware, serial, hostname;
	int64_t booted_at_ms;
	struct vt_str failover_role;                          /* "active", "standby", absent without failover */
	struct vt_str failover_unit;                          /* "primary", "secondary" */
	struct vt_str config_modified_by, config_modified_at; /* as printed */
	int64_t clock_skew_ms;                                /* device minus collector; INT64_MIN when not known */
	uint64_t cpu_percent;                                 /* five-minute figure */
	/* Cost since the daemon's first poll of it, and over the last full poll. */
	uint64_t commands, bytes, cli_ms, polls, failures;
	uint64_t last_commands, last_bytes, last_cli_ms;
	uint64_t lines, lines_skipped; /* of the last poll: recognised_ratio = 1 - skipped/lines */
	uint64_t capacity_tunnels;     /* licence or platform limit, where printed */
};

struct vt_tunnel_row {
	uint64_t id, device_id;
	struct vt_str device, context;     /* of the unit, for showing */
	struct vt_str peer;                /* canonical address, or the name where none is known */
	struct vt_str name, owner, expect; /* from the configuration file of the daemon */
	uint64_t ike_version;              /* 1, 2 */
	struct vt_str role;                /* "initiator", "responder" */
	enum vt_tunnel_status status;
	int64_t status_since_ms;
	struct vt_str status_reason; /* a sentence */
	struct vt_str ike_state;     /* as printed; absent without an IKE SA */
	int64_t ike_state_since_ms;
	bool flapping;
	uint64_t session_index;
	int64_t established_at_ms;  /* start of the session; 0 without one */
	struct vt_str tunnel_group; /* "Connection" of vpn-sessiondb */
	struct vt_str interface;
	struct vt_str local_endpoint, remote_endpoint; /* "192.0.2.1:500" */
	struct vt_str local_addr; /* our address in it, canonical: what the other end calls its peer */
	uint64_t restarts;        /* sessions that replaced one we knew, since first_seen */
	/* First and last poll in which the device was heard about it. The latter moves at every poll and alone does
	 * not make a row a changed one: what is `unknown` was not seen, what is not was seen at the last good poll. */
	int64_t first_seen_ms, last_seen_ms;
	uint64_t selectors; /* how many have an SA now */
	/* The same tunnel as the unit at its other end knows it; filled by the store when it reads. 0: that end is not
	 * managed, or known by another address than the one it is managed under. */
	uint64_t other_id;
	struct vt_str other_device, other_context;
};

/* Counters as the device prints them, VT_ABSENT where it did not. */
struct vt_counters {
	uint64_t encaps_pkts, decaps_pkts;
	uint64_t tx_bytes, rx_bytes; /* from vpn-sessiondb, at its own slower cadence */
	uint64_t send_errors, recv_errors;
};

enum vt_selector_status {
	VT_SELECTOR_UP,
	VT_SELECTOR_GONE, /* it had an SA and has none now */
	VT_SELECTOR_NO_TRAFFIC,
	VT_SELECTOR_UNKNOWN,
	VT_SELECTOR_IDLE, /* configured, never seen with an SA, or at rest */
	VT_SELECTOR_STATUSES,
};
const char *vt_selector_status_name(enum vt_selector_status status);
bool vt_selector_status_of(struct vt_str name, enum vt_selector_status *status);

struct vt_selector_row {
	uint64_t id, tunnel_id, device_id;
	struct vt_str local, remote; /* "10.20.0.0/16", "10.1.0.5/32:6/443" (protocol and port when not any) */
	enum vt_selector_status status;
	int64_t status_since_ms;
	uint64_t spi_in, spi_out;
	int64_t spi_since_ms;
	struct vt_str crypto_map;
	uint64_t sequence;
	uint64_t rekeys;
	uint64_t path_mtu;
};

/* What moves at every poll; the store keeps it packed, one piece a unit, beside the rows above. */
struct vt_live {
	uint64_t selector_id;
	struct vt_counters counters;
	/* Thousandths a second, between the two last readings: of packets at counters_at_ms, of bytes at bytes_at_ms.
	 * VT_ABSENT = not known. */
	struct vt_counters per_s;
	int64_t last_encaps_at_ms, last_decaps_at_ms;
	int64_t counters_at_ms, bytes_at_ms; /* when packets and when bytes were last read */
	uint64_t lifetime_s, lifetime_kb;    /* left on the outbound SA when read */
};

struct vt_event_row {
	uint64_t seq; /* given by the store, rising; the SSE id */
	int64_t at_ms;
	enum vt_event_kind kind;
	uint64_t device_id, tunnel_id, selector_id; /* 0: not about one */
	struct vt_str from, to, detail;
	/* For showing; filled by the store when it reads. */
	struct vt_str device, context, peer;
};

/* One selector's increments over the interval that ended with this poll. VT_ABSENT = not known (first sight,
 * reset with nothing to compare, bytes not read in this poll). */
struct vt_sample {
	uint64_t selector_id;
	struct vt_counters delta;
};

/* A fault or a weakness that the configuration of a unit shows, from when it was first seen to when it was gone. The id
 * stays the same while the same rule says the same about the same thing. */
struct vt_finding_row {
	uint64_t id, device_id;
	uint64_t tunnel_id; /* of its peer; 0: it is not about one */
	struct vt_str device, context;
	struct vt_str rule, fault;
	enum vt_severity severity;
	enum vt_confidence confidence;
	struct vt_str subject, peer, says, advice;
	struct vt_str evidence; /* JSON: [{"source", "n", "text"}] */
	int64_t since_ms;
};

/* Everything one poll changes, written in one transaction. The commit and all its text live in `arena`,
 * which belongs to whoever holds the commit; it crosses from the loop to the writer as a whole. */
struct vt_commit {
	struct vt_arena *arena;
	int64_t at_ms;
	struct vt_device_row device;
	const struct vt_tunnel_row *tunnels; /* new or changed ones only */
	size_t tunnels_len;
	const struct vt_selector_row *selectors; /* new or changed ones only */
	size_t selectors_len;
	const struct vt_live *live; /* all selectors of the unit, when `live_given` */
	size_t live_len;
	bool live_given;
	const struct vt_event_row *events;
	size_t events_len;
	/* Current state that ends: peers that never had a session and have fallen silent, selectors long gone, or no
	 * longer wanted and never seen. Their history stays. */
	const uint64_t *forget_tunnels, *forget_selectors;
	size_t forget_tunnels_len, forget_selectors_len;
	int64_t interval_ms;       /* that the samples cover; 0 when there are none */
	int64_t bytes_interval_ms; /* the same for tx_bytes and rx_bytes, which are read at a slower
				    * cadence; 0: as interval_ms */
	const struct vt_sample *samples;
	size_t samples_len;
	/* When the configuration was read: what it shows, all of it (a finding that is not there is over), and the
	 * text that concerns VPN, without secrets. */
	bool config_read;
	const struct vt_finding_row *findings;
	size_t findings_len;
	struct vt_str config;
};

static inline void vt_commit_free(struct vt_commit *commit)
{
	if (commit)
		vt_arena_free(commit->arena); /* the commit itself lives there too */
}

#endif
