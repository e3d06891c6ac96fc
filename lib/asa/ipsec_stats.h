/* SPDX-License-Identifier: MIT
 * show crypto ipsec stats · show ipsec stats
 *
 * Box-wide counters since the last boot or clear. `previous_tunnels` grows with every tunnel that ended;
 * `missing_sa_failures` beside outbound drops is traffic that needs a tunnel and has none. formats.md section 9.
 */
#ifndef VT_ASA_IPSEC_STATS_H
#define VT_ASA_IPSEC_STATS_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_ipsec_stats_side {
	uint64_t bytes, uncompressed_bytes, pkts, dropped_pkts;
	uint64_t replay_failures; /* inbound */
	uint64_t authentications, authentication_failures;
	uint64_t crypts, crypt_failures;                                             /* decryptions or encryptions */
	uint64_t fragmentation_successes, fragmentation_failures, fragments_created; /* outbound */
	uint64_t pmtus_sent, pmtus_rcvd;                                             /* outbound */
	uint64_t frags_needing_reassembly;                                           /* inbound */
};

struct vt_ipsec_stats {
	uint64_t active_tunnels, previous_tunnels;
	struct vt_ipsec_stats_side inbound, outbound;
	uint64_t protocol_failures, missing_sa_failures, system_capacity_failures;
};

extern const struct vt_shape vt_ipsec_stats_shape;

/* Truncated: "System capacity failures" or one of the lines that end the listing did not come. */
enum vt_status vt_ipsec_stats_parse(struct vt_str text, struct vt_arena *arena, struct vt_ipsec_stats *facts,
				    struct vt_parse_report *report);

#endif
