/* SPDX-License-Identifier: MIT
 * What is known about the tunnels that a paste shows: who is who, and what each end printed about each tunnel.
 *
 * Pasted files are cut into listings, listings are given to boxes (by the host name of the prompt, else by file), and
 * every box is asked what it says about every peer. Two boxes are the ends of one tunnel when each names an address
 * of the other; where addresses are not shown, two boxes with one peer each are taken for a pair, and it is said.
 *
 * Nothing is concluded here. "Not listed" and "listed, and not there" are kept apart throughout: what is missing from
 * a filtered or cut listing is not missing from the device. Everything lives in one arena and points into the texts.
 */
#ifndef VT_DIAGNOSE_FACTS_H
#define VT_DIAGNOSE_FACTS_H

#include "asa/access_list.h"
#include "asa/asp_drop.h"
#include "asa/device_facts.h"
#include "asa/ike_sa.h"
#include "asa/logging.h"
#include "asa/packet_tracer.h"
#include "asa/parse.h"
#include "asa/ping.h"
#include "asa/route.h"
#include "asa/vpn_sessiondb.h"
#include "config/finding.h"
#include "config/resolve.h"

/* One file or one paste; the text has been through vt_clean(). */
struct vt_paste {
	const char *name; /* for people: "fra-fw1.txt" */
	struct vt_str text;
};

/* A line that a firewall printed. Which one it is is counted when somebody wants to read it: vt_quote_line(). */
struct vt_quote {
	const struct vt_box *box;
	const struct vt_paste *paste; /* NULL: no quote */
	struct vt_str command;        /* as echoed, or what it is known to be */
	const char *at;               /* somewhere in the line */
};

struct vt_given {
	const struct vt_paste *paste;
	const struct vt_listing *listing;
};

struct vt_box {
	struct vt_str name;
	struct vt_given *given; /* in the order of the pastes */
	size_t given_len, given_cap;
	struct vt_config *config; /* NULL: nothing of it was pasted */
	struct vt_config_source {
		const struct vt_paste *paste;
		struct vt_str command;
	} * config_sources; /* one a text of the configuration */
	size_t config_sources_len, config_sources_cap;
	struct vt_expected expected;
	struct vt_findings findings;
	struct vt_addr *addresses; /* its own, as far as they are shown */
	size_t addresses_len, addresses_cap;
	struct vt_quote standby; /* present when the unit is standby */
	const struct vt_version *version;
	const struct vt_failover *failover;
	const struct vt_clock *clock;
	struct vt_quote version_at, failover_at;
	/* Drops of the box between the first and the last listing of `show asp drop`. */
	const struct vt_asp_drop *drops_before, *drops_after;
	struct vt_quote drops_at;
	bool truncated; /* something was cut short or refused */
	struct vt_quote truncated_at;
};

/* One look at the IKE SA of a tunnel. */
struct vt_sighting {
	unsigned version; /* 1, 2; 0: the listing has no row for the peer */
	bool initiator, role_known;
	struct vt_str state; /* as printed */
	enum vt_ike_phase phase;
	unsigned message; /* of VT_IKE_WAITING */
	bool aggressive;
	bool certificates;  /* authentication is by signature */
	bool remote_access; /* extended authentication, which no tunnel of this kind has */
	int8_t nat_t;
	uint64_t child_count;
	const struct vt_ikev1_sa *v1;
	const struct vt_ikev2_sa *v2;
	size_t sample; /* which listing of the box, from 0 */
	struct vt_quote at;
};

/* One protected pair over time. */
struct vt_seen_pair {
	const struct vt_ipsec_selector *first, *last; /* the same where there is one listing */
	struct vt_quote first_at, last_at;
	size_t samples;
	bool gone; /* not in the last listing that covers it */
};

struct vt_log_line {
	const struct vt_syslog *message;
	struct vt_quote at;
	size_t order; /* in the log of its box */
};

struct vt_trace {
	const struct vt_packet_tracer *trace;
	struct vt_given given;
	struct vt_addr from, to; /* family 0 where the command does not say */
};

/* What one box says about one tunnel. */
struct vt_side {
	const struct vt_box *box;
	struct vt_addr peer;
	char peer_text[VT_ADDR_TEXT];
	struct vt_sighting *sightings; /* in order of the samples */
	size_t sightings_len, sightings_cap;
	size_t ike_samples;          /* IKE listings that would have shown it */
	struct vt_quote ike_listing; /* the last of them */
	bool ike_v1_listed, ike_v2_listed;
	struct vt_seen_pair *pairs;
	size_t pairs_len, pairs_cap;
	size_t ipsec_samples;
	struct vt_quote ipsec_listing;
	const struct vt_session *session, *session_before;
	struct vt_quote session_at;
	const struct vt_expected_tunnel *tunnel;
	bool configured; /* some crypto map entry or tunnel interface names the peer */
	struct vt_log_line *logs;
	size_t logs_len, logs_cap;
	struct vt_trace *traces;
	size_t traces_len, traces_cap;
	const struct vt_ping *ping;
	struct vt_quote ping_at;
	/* Of `show route`: where the peer leaves. */
	int8_t routed; /* 1 yes, 0 no, -1 not known */
	struct vt_str route_interface;
	struct vt_quote route_at;
	/* Hits of the crypto access list between two listings; VT_ABSENT: not known. */
	uint64_t hits, hits_delta;
	struct vt_quote hits_at;
};

struct vt_tunnel_facts {
	const struct vt_side *ends[2]; /* the second is NULL when one end is in view */
	bool paired_by_guess;          /* addresses did not show it */
	/* Where the configurations of both ends are there: what they differ in. Lines of side 0 are of
	 * ends[pair_first]. */
	const struct vt_findings *pair;
	unsigned pair_first;
};

struct vt_case {
	struct vt_box **boxes;
	size_t boxes_len, boxes_cap;
	struct vt_side **sides;
	size_t sides_len, sides_cap;
	struct vt_tunnel_facts *tunnels; /* one a tunnel, whichever number of its ends is shown */
	size_t tunnels_len, tunnels_cap;
	size_t listings; /* of a known command, configurations included */
};

/* Everything in the answer lives in the arena, except configurations: vt_case_free() ends those. */
struct vt_case *vt_case_new(const struct vt_paste *pastes, size_t n, struct vt_arena *arena);
void vt_case_free(struct vt_case *c);

/* The line of a configuration as a quote. */
struct vt_quote vt_config_quote(const struct vt_box *box, struct vt_place place);
/* The line of a listing that a fact is a view into; the first one when it is a view into something else. */
struct vt_quote vt_given_quote(const struct vt_box *box, const struct vt_given *given, struct vt_str fact);
/* Its number in the paste, from 1, and its text, trimmed. */
uint64_t vt_quote_line(const struct vt_quote *quote, struct vt_str *text);
/* The last look, or NULL. */
const struct vt_sighting *vt_side_last(const struct vt_side *side);

#endif
