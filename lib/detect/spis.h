/* SPDX-License-Identifier: MIT
 * Whether each end of a selector sends with the SPI that the other receives by, from what two polls saw.
 *
 * The ends are polled at times of their own, and a rekey gives both a new pair of SPIs. An SPI is known from the poll
 * that first saw it to the poll that saw it last; only where those times of both ends overlap do two SPIs that differ
 * mean something. Two that are alike mean the same at any time.
 */
#ifndef VT_DETECT_SPIS_H
#define VT_DETECT_SPIS_H

#include "base/buf.h"

enum {
	VT_SPIS_SETTLED_MS = 10000, /* a poll takes a while, and all it saw bears one time */
};

/* What one end showed. */
struct vt_spis_end {
	uint64_t in, out;          /* VT_ABSENT: no SA */
	int64_t since_ms, seen_ms; /* the first and the last poll that saw them */
};

enum vt_spis_verdict {
	VT_SPIS_UNKNOWN, /* no SA on either end, or a rekey may lie between the polls */
	VT_SPIS_MATCH,
	VT_SPIS_DIFFER,
};
/* "unknown", "match", "differ"; static. */
const char *vt_spis_verdict_name(enum vt_spis_verdict verdict);

struct vt_spis {
	enum vt_spis_verdict verdict;
	bool ab, ba;     /* what a sends with is what b receives by, and the other way */
	const char *why; /* of VT_SPIS_UNKNOWN: a sentence */
};

void vt_spis_compare(const struct vt_spis_end *a, const struct vt_spis_end *b, struct vt_spis *spis);
/* "match on both ends (fra out 0x5d2f8c11 = muc in 0x5d2f8c11): not a stale SA" */
void vt_spis_say(const struct vt_spis_end *a, const struct vt_spis_end *b, const struct vt_spis *spis,
		 struct vt_str a_name, struct vt_str b_name, struct vt_buf *out);

#endif
