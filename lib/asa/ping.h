/* SPDX-License-Identifier: MIT
 * ping [INTERFACE] ADDRESS …
 *
 * What a ping proves, and what it does not: formats.md section 12.
 */
#ifndef VT_ASA_PING_H
#define VT_ASA_PING_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_ping {
	uint64_t sent, size_bytes, timeout_s;
	struct vt_str packet_type; /* "ICMP Echos", "TCP SYN requests" */
	struct vt_str destination, source;
	struct vt_str_list answers; /* a character a probe: '!' reply, '.' time-out, 'U' unreachable …; 70 a line */
	uint64_t replies, unreachables, timeouts, other_answers;
	uint64_t success_percent, success_count, success_of;
	uint64_t rtt_min_ms, rtt_avg_ms, rtt_max_ms; /* absent at 0 % */
};

extern const struct vt_shape vt_ping_shape;

enum vt_status vt_ping_parse(struct vt_str text, struct vt_arena *arena, struct vt_ping *facts,
			     struct vt_parse_report *report);

#endif
