/* SPDX-License-Identifier: MIT
 * show asp drop [frame|flow]
 *
 * Counters of the whole box since boot or since the last clearing: formats.md section 10.
 */
#ifndef VT_ASA_ASP_DROP_H
#define VT_ASA_ASP_DROP_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_asp_counter {
	struct vt_str keyword; /* "ipsec-need-sa"; of a long description only its beginning may be there */
	bool keyword_cut;
	struct vt_str description;
	uint64_t count;
};

struct vt_asp_section {
	bool seen; /* nothing was dropped, and not asked for, are two things */
	struct vt_asp_counter *drops;
	size_t drops_len;
	struct vt_str last_clearing; /* "Never", "10:43:33 EDT Mar 27 2019 by ops" */
};

struct vt_asp_drop {
	struct vt_asp_section frame, flow;
};

extern const struct vt_shape vt_asp_drop_shape;

enum vt_status vt_asp_drop_parse(struct vt_str text, struct vt_arena *arena, struct vt_asp_drop *facts,
				 struct vt_parse_report *report);

#endif
