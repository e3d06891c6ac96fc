/* SPDX-License-Identifier: MIT
 * show cpu usage: "CPU utilization for 5 seconds = 1%; 1 minute: 2%; 5 minutes: 2%"
 *
 * A virtual appliance goes on with a section about the processors it was given, which is no fact for anybody here.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field cpu_usage_fields[] = {
	VT_F(U64, vt_cpu_usage, percent_5s),
	VT_F(U64, vt_cpu_usage, percent_1m),
	VT_F(U64, vt_cpu_usage, percent_5m),
};
const struct vt_shape vt_cpu_usage_shape = VT_SHAPE(vt_cpu_usage, cpu_usage_fields);

/* "…; 1 minute: 2%": the number behind a label, wherever it stands in the line. */
static uint64_t percent_of(struct vt_str line, struct vt_str label)
{
	uint64_t percent = VT_ABSENT;
	ptrdiff_t at = vt_str_find(line, label);
	if (at >= 0) {
		struct vt_str rest = vt_str_from(line, (size_t)at + label.len);
		while (rest.len && (vt_is_blank(*rest.p) || *rest.p == ':' || *rest.p == '='))
			rest = vt_str_from(rest, 1);
		vt_scan_u64(&rest, &percent);
	}
	return percent;
}

enum vt_status vt_cpu_usage_parse(struct vt_str text, struct vt_arena *arena, struct vt_cpu_usage *facts,
				  struct vt_parse_report *report)
{
	(void)arena;
	vt_shape_clear(&vt_cpu_usage_shape, facts);
	bool seen = false, in_platform = false;
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		in_platform |= vt_str_istarts(r.line, VT_STR("Virtual platform CPU resources"));
		if (in_platform)
			continue;
		/* The first one is the whole box; a multi-core box may list its cores behind it. */
		if (seen || !vt_str_istarts(r.line, VT_STR("CPU utilization for"))) {
			vt_reader_skip(&r);
			continue;
		}
		facts->percent_5s = percent_of(r.line, VT_STR("5 seconds"));
		facts->percent_1m = percent_of(r.line, VT_STR("1 minute"));
		facts->percent_5m = percent_of(r.line, VT_STR("5 minutes"));
		seen = true;
	}
	return seen ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
