/* SPDX-License-Identifier: MIT
 * show names · show running-config names
 *
 * With `names` switched on, a device prints these words where an address belongs.
 */
#ifndef VT_ASA_NAMES_H
#define VT_ASA_NAMES_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_name {
	struct vt_str addr, name, description;
};

struct vt_names {
	int8_t on; /* 1 "names", 0 "no names", -1 not printed */
	struct vt_name *names;
	size_t names_len;
};

extern const struct vt_shape vt_names_shape;

enum vt_status vt_names_parse(struct vt_str text, struct vt_arena *arena, struct vt_names *facts,
			      struct vt_parse_report *report);

#endif
