/* SPDX-License-Identifier: MIT
 * show interface ip brief
 */
#ifndef VT_ASA_INTERFACE_IP_BRIEF_H
#define VT_ASA_INTERFACE_IP_BRIEF_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_interface_brief {
	struct vt_str interface;
	struct vt_str addr;     /* absent when "unassigned" */
	struct vt_str ok;       /* "YES" */
	struct vt_str method;   /* "CONFIG", "DHCP", "manual", "unset" */
	struct vt_str status;   /* "up", "down", "administratively down" */
	struct vt_str protocol; /* "up", "down" */
};

struct vt_interfaces_brief {
	struct vt_interface_brief *interfaces;
	size_t interfaces_len;
};

extern const struct vt_shape vt_interface_ip_brief_shape;

enum vt_status vt_interface_ip_brief_parse(struct vt_str text, struct vt_arena *arena,
					   struct vt_interfaces_brief *facts, struct vt_parse_report *report);

#endif
