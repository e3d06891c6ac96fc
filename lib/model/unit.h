/* SPDX-License-Identifier: MIT
 * What is remembered about one polled unit between polls. Private to lib/model.
 *
 * A unit owns its tunnels, a tunnel its selectors; all are found by id through one map each. Their rows
 * (model/rows.h) are kept whole, with texts of their own, because a row that changed is handed out whole. What
 * stands beside a row is memory that needs no database: it is rebuilt within a poll or two after a restart.
 */
#ifndef VT_MODEL_UNIT_H
#define VT_MODEL_UNIT_H

#include "base/map.h"
#include "model/reduce.h"

struct tunnel;

struct selector {
	struct tunnel *tunnel; /* whose it is */
	struct vt_selector_row row;
	struct vt_live live;
	bool present, dirty;
	uint64_t seen_poll;       /* unit->poll when an IPsec listing last showed it */
	int64_t one_way_since_ms; /* packets in one direction only since then; 0 otherwise */
	bool one_way_out;         /* the direction */
	int64_t renewed_at_ms;    /* its SPI changed and only the session can say why; 0 otherwise */
	uint64_t child;           /* its number in vpn-sessiondb ("48142.7" → 7) */
	uint64_t child_bytes;     /* tx + rx bytes of that child when last read */
	int64_t gone_at_ms;
	bool wanted;   /* the configuration asks for it */
	uint64_t hits; /* of its access control entry when last read */
	struct demand {
		int64_t since_ms, seen_ms; /* packets asked for it while it had no SA; since 0: none did */
	} demand;
};

/* Why a tunnel is not well, as long as it is not. */
struct trouble {
	int64_t since_ms, seen_ms; /* first and last sight; since 0: none */
	unsigned phase;            /* 1 or 2 */
	unsigned message;          /* of phase 1: the attempt seen last waited for this one; 0: not known */
	bool initiator;            /* … as */
};

struct tunnel {
	struct vt_tunnel_row row;
	struct selector **selectors;
	size_t selectors_len, selectors_cap;
	bool dirty, expected, must_be_up;
	bool configured, backup; /* in the device's configuration; as a peer behind the first of its entry */
	struct vt_str acl;       /* its crypto ACL */
	uint64_t hits;           /* of all entries of that list together */
	struct demand demand;
	uint64_t ike_seen_poll,
		looked_poll; /* unit->poll when the IKE listing showed it; when its SAs were asked for */
	uint64_t session_poll, ipsec_seen_poll; /* … when vpn-sessiondb, when the IPsec listing showed it */
	unsigned ike_message;                   /* n of WAIT_MSGn */
	enum vt_ike_phase ike_phase;
	uint64_t ike_left_s;   /* IKEv1: lifetime remaining when last read */
	uint64_t ike_active_s; /* IKEv2: age when last read */
	int64_t ike_read_ms;
	bool ike_children;         /* IKEv2: the IKE listing itself showed child SAs */
	int64_t ike_renewed_at_ms; /* the IKE SA was replaced and only the session can say why */
	struct trouble trouble;
	int64_t absent_since_ms; /* no SA and no attempt since */
	uint64_t last_index;     /* of the last session known, also when it is gone */
	int64_t last_established_ms, session_gone_ms;
	int64_t session_listed_ms; /* when vpn-sessiondb last had it; 0: not in this run */
	/* Of the sessions of this peer in the listing being read the youngest, which speaks for the tunnel; valid while
	 * session_poll is the poll of the unit. */
	const struct vt_session *speaker;
	/* Status before the device went silent, to be taken up again when it speaks. */
	enum vt_tunnel_status known_status;
	int64_t known_since_ms;
};

struct vt_unit {
	struct vt_device_row row;
	struct tunnel **tunnels;
	size_t tunnels_len, tunnels_cap, selectors_len;
	struct vt_map tunnel_by_id, selector_by_id;
	struct vt_map
		selector_by_text; /* hash of peer and idents as printed → selector: saves their canonical spelling */
	uint64_t poll;            /* counts the snapshots of this run */
	bool dirty_expectations;
	uint64_t cut;  /* a bit for each enum vt_asked: cut short when read last, and told */
	bool silent;   /* its tunnels were made unknown */
	bool restored; /* there was history before this run */
	bool wants_sessions;
	uint64_t failures_in_a_row;
	uint64_t uptime_s; /* as printed last, and when */
	int64_t uptime_at_ms;
	struct vt_str last_failover_at;
	int64_t settled_at_ms;    /* restarts before this time are the device's doing, not the tunnel's */
	const char *settle_cause; /* "the device rebooted", static */
	uint64_t cumulative;      /* site-to-site sessions ever, as printed last; VT_ABSENT: not known */
	uint64_t new_sessions;    /* sessions first seen since then */
	bool skewed;
	bool configured;            /* its configuration is known */
	bool dynamic;               /* … and lets peers in that it does not name */
	struct vt_map names;        /* hash of a name → the address it stands for, a string of our own */
	uint64_t need_sa;           /* asp drop ipsec-need-sa, when last read */
	bool needs_sa;              /* … and it had risen */
	size_t quiet_next;          /* where vt_unit_quiet_acls() goes on */
	uint64_t *forget_selectors; /* no longer wanted and never seen: to be told in the next commit */
	size_t forget_selectors_len, forget_selectors_cap;
	int64_t ipsec_at_ms;    /* when packet counters were read last */
	int64_t sessions_at_ms; /* when byte counters were read last */
};

/* Owned text inside a row: true when it changed. */
bool text_set(struct vt_str *slot, struct vt_str value);
/* An address in its canonical spelling, a name resolved where the unit knows it; a view into `text`, into `room` or
 * into the unit. */
struct vt_str canonical_peer(const struct vt_unit *unit, struct vt_str text, char room[static 64]);

uint64_t unit_name_id(struct vt_str name);
void unit_forget_names(struct vt_unit *unit);

/* "10.20.0.0/16", with ":protocol" and "/port" behind it where they are not any; in `room`. */
struct vt_str ident_text(const struct vt_unit *unit, const struct vt_ident *ident, char *room, size_t size);

struct tunnel *unit_tunnel(const struct vt_unit *unit, uint64_t id);
struct tunnel *unit_tunnel_of_peer(struct vt_unit *unit, struct vt_str canonical, bool make);
struct selector *unit_selector(const struct vt_unit *unit, uint64_t id);
struct selector *tunnel_selector(struct vt_unit *unit, struct tunnel *tunnel, struct vt_str local, struct vt_str remote,
				 bool make);
/* The selector that was printed like this before, or NULL; and remembering how one was printed. */
uint64_t unit_text_id(struct vt_str peer, const struct vt_ident *local, const struct vt_ident *remote);
static inline struct selector *unit_selector_of_text(const struct vt_unit *unit, uint64_t text_id)
{
	return vt_map_get(&unit->selector_by_text, text_id);
}
void unit_forget_tunnel(struct vt_unit *unit, struct tunnel *tunnel);
void unit_forget_selector(struct vt_unit *unit, struct tunnel *tunnel, struct selector *selector);

#endif
