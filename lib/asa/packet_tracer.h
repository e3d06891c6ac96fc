/* SPDX-License-Identifier: MIT
 * packet-tracer input … [detailed] [xml]
 *
 * Both outputs give the same facts. How to read them: formats.md section 6.
 */
#ifndef VT_ASA_PACKET_TRACER_H
#define VT_ASA_PACKET_TRACER_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_trace_phase {
	uint64_t phase;
	struct vt_str type, subtype; /* "VPN", "encrypt"; a subtype printed empty is absent */
	struct vt_str result;        /* "ALLOW", "DROP" */
	uint64_t elapsed_ns;         /* 9.14 and later */
	struct vt_str_list config;   /* the matched configuration, or "Implicit Rule" */
	struct vt_str_list info;     /* "Additional Information", rule dump of `detailed` included */
	uint64_t first_line, last_line;
};

struct vt_trace_result {
	struct vt_str input_interface, input_status, input_line_status;
	struct vt_str output_interface, output_status, output_line_status;
	uint64_t input_vrf, output_vrf; /* "inside(vrfid:0)" */
	struct vt_str action;           /* "allow", "drop" */
	struct vt_str drop_reason;      /* "(acl-drop) Flow is denied by configured rule" */
	struct vt_str drop_keyword;     /* "acl-drop" */
	struct vt_str drop_location;    /* "frame 0x000055d0c9e5a5c5 flow (NA)/NA" */
	uint64_t time_taken_ns;
};

struct vt_packet_tracer {
	struct vt_trace_phase *phases;
	size_t phases_len;
	struct vt_trace_result result;
};

extern const struct vt_shape vt_packet_tracer_shape;

/* VT_OK also for a trace without its end (report->truncated). */
enum vt_status vt_packet_tracer_parse(struct vt_str text, struct vt_arena *arena, struct vt_packet_tracer *facts,
				      struct vt_parse_report *report);

#endif
