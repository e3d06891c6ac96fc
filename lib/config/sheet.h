/* SPDX-License-Identifier: MIT
 * The sheet for the other side: what our end of a tunnel proposes and expects, in words that any vendor's engineer
 * knows, and the configuration of an ASA that would fit it.
 *
 * It goes to people outside, so it holds nothing that is nobody's business: no key (the model has none), no name of
 * an object or a map, no line of the configuration as it stands.
 */
#ifndef VT_CONFIG_SHEET_H
#define VT_CONFIG_SHEET_H

#include "base/buf.h"
#include "config/resolve.h"

enum vt_sheet_form { VT_SHEET_TEXT, VT_SHEET_MARKDOWN };

/* When it last failed and what was seen then, newest first; for a sheet that is made from a running fleet. */
struct vt_sheet_failure {
	int64_t at_ms;
	struct vt_str what;
};

struct vt_sheet {
	const struct vt_config *config;
	const struct vt_expected_tunnel *tunnel; /* of that configuration */
	struct vt_str our_address;               /* absent: that of the interface */
	const struct vt_sheet_failure *failures;
	size_t failures_len;
};

/* The tunnel to a peer, named by its address or as the configuration names it; NULL when there is none. */
const struct vt_expected_tunnel *vt_sheet_tunnel(const struct vt_config *config, const struct vt_expected *expected,
						 struct vt_str peer);
void vt_sheet_write(const struct vt_sheet *sheet, enum vt_sheet_form form, struct vt_buf *out);

#endif
