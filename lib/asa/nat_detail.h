/* SPDX-License-Identifier: MIT
 * show nat [detail]
 *
 * The rules in the order in which they are tried: manual (section 1), auto (2), manual after auto (3). Source:
 * formats.md section 7.
 */
#ifndef VT_ASA_NAT_DETAIL_H
#define VT_ASA_NAT_DETAIL_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

/* What a `detail` line says an object stands for: "Source - Origin: 10.1.0.0/16, Translated: 10.1.0.0/16". */
struct vt_nat_expansion {
	struct vt_str what; /* "Source", "Destination", "Service" */
	struct vt_str origin, translated;
};

struct vt_nat_rule {
	uint64_t section, line;
	struct vt_str source_interface, destination_interface; /* (real) to (mapped) */
	struct vt_str source_type;                             /* "static", "dynamic" */
	struct vt_str source_real, source_mapped;              /* object, address, "any", "interface" */
	struct vt_str source_pat_pool;
	bool source_interface_fallback;                     /* "interface" behind a mapped object or a pool */
	struct vt_str destination_mapped, destination_real; /* in the order printed: before, after translation */
	struct vt_str service_protocol, service_real, service_mapped;
	bool extended, flat, include_reserve, round_robin, block_allocation; /* of a pool */
	bool ipv6;                                                           /* "interface ipv6" */
	bool net_to_net, dns, unidirectional, no_proxy_arp, route_lookup, inactive;
	struct vt_str description;
	uint64_t translate_hits, untranslate_hits;
	struct vt_nat_expansion *details;
	size_t details_len;
	uint64_t first_line, last_line;
};

struct vt_nat_detail {
	struct vt_nat_rule *rules;
	size_t rules_len;
};

extern const struct vt_shape vt_nat_detail_shape;

enum vt_status vt_nat_detail_parse(struct vt_str text, struct vt_arena *arena, struct vt_nat_detail *facts,
				   struct vt_parse_report *report);

#endif
