/* SPDX-License-Identifier: MIT
 * One poll of one unit: what was asked, when, how it went, and the facts that came back.
 *
 * A command that was not due in this poll leaves its facts NULL and its `asked` false; one that failed leaves
 * its facts NULL and says why. Facts are views into the device's own output; both live as long as the snapshot.
 */
#ifndef VT_MODEL_SNAPSHOT_H
#define VT_MODEL_SNAPSHOT_H

#include "asa/access_list.h"
#include "asa/asp_drop.h"
#include "asa/device_facts.h"
#include "asa/ike_sa.h"
#include "asa/ipsec_sa.h"
#include "asa/vpn_sessiondb.h"

enum vt_asked {
	VT_ASKED_IKE, /* isakmp sa, or ikev1 sa and ikev2 sa together (VT_OK only when both were read) */
	VT_ASKED_IPSEC,
	VT_ASKED_SESSIONS,
	VT_ASKED_SUMMARY,
	VT_ASKED_VERSION,
	VT_ASKED_FAILOVER,
	VT_ASKED_CLOCK,
	VT_ASKED_CPU,
	VT_ASKED_ASP,  /* asp drop: does anything need an SA that is not there? */
	VT_ASKED_HITS, /* access-list NAME, for the crypto ACLs of tunnels without one */
	VT_ASKED_COUNT,
};

struct vt_taken {
	bool asked;
	enum vt_status status;                 /* VT_OK: facts are there */
	int64_t started_at_ms, finished_at_ms; /* collector's wall clock; the header line arrived in between */
	uint64_t bytes;
	struct vt_parse_report report;
};

struct vt_snapshot {
	struct vt_str device, context, address;
	int64_t taken_at_ms; /* start of the poll */
	struct vt_taken taken[VT_ASKED_COUNT];
	const struct vt_ike_sa *ike;
	const struct vt_ipsec_sa *ipsec;
	/* The peers an IPsec listing was asked for one by one; NULL when it was the full listing. A tunnel that is
	 * not among them was not looked at. */
	const struct vt_str *ipsec_peers;
	size_t ipsec_peers_len;
	const struct vt_vpn_sessiondb *sessions;
	const struct vt_vpn_sessiondb_summary *summary;
	const struct vt_version *version;
	const struct vt_failover *failover;
	const struct vt_clock *clock;
	const struct vt_cpu_usage *cpu;
	const struct vt_asp_drop *asp;
	const struct vt_access_lists *const *hits; /* one answer a command */
	size_t hits_len;
	/* Cost of this poll. */
	uint64_t commands, bytes, cli_ms;
	bool burst; /* one of the quick looks at a negotiation: IKE only */
};

#endif
