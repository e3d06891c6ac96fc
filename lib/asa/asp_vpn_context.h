/* SPDX-License-Identifier: MIT
 * show asp table vpn-context detail
 *
 * One encrypting and one decrypting context for each IPsec SA: the counters of the data plane itself. formats.md
 * section 11.
 */
#ifndef VT_ASA_ASP_VPN_CONTEXT_H
#define VT_ASA_ASP_VPN_CONTEXT_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_asp_vpn_context {
	uint64_t id;        /* "VPN CTX"; packet-tracer's user_data names it */
	struct vt_str peer; /* the remote network or peer, as printed */
	uint64_t pointer;
	struct vt_str state, flags; /* "UP+DIP"; "DECR+ESP+NATT" */
	uint64_t sa, spi, group, pkts, bad_pkts, bad_spi, spoof, bad_crypto, rekey_pkts, rekey_calls;
	struct vt_str vpn_filter; /* "<none>" or the name of an access list */
};

struct vt_asp_vpn_contexts {
	struct vt_asp_vpn_context *contexts;
	size_t contexts_len;
};

extern const struct vt_shape vt_asp_vpn_contexts_shape;

/* Truncated: the last context has not its "VPN Filter", or none of the others has and it lacks "Rekey Call". */
enum vt_status vt_asp_vpn_context_parse(struct vt_str text, struct vt_arena *arena, struct vt_asp_vpn_contexts *facts,
					struct vt_parse_report *report);

#endif
