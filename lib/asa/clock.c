/* SPDX-License-Identifier: MIT
 * show clock [detail]
 *
 *     14:35:24.486 UTC Wed Jun 9 2021
 *     Time source is NTP
 * An asterisk in front says that the time is not authoritative.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field clock_fields[] = {
	VT_F(STR, vt_clock, text),     VT_F(STR, vt_clock, zone),
	VT_F(I64, vt_clock, local_ms), VT_F(IS, vt_clock, not_authoritative),
	VT_F(STR, vt_clock, source),
};
const struct vt_shape vt_clock_shape = VT_SHAPE(vt_clock, clock_fields);

enum vt_status vt_clock_parse(struct vt_str text, struct vt_arena *arena, struct vt_clock *facts,
			      struct vt_parse_report *report)
{
	(void)arena;
	vt_shape_clear(&vt_clock_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_str line = r.line;
		bool doubtful = vt_scan_char(&line, '*');
		if (!doubtful)
			vt_scan_char(&line, '.');
		if (vt_scan_lit(&line, VT_STR("Time source is "))) {
			facts->source = line;
		} else if (vt_str_starts(line, VT_STR("Summer time ")) || vt_str_starts(line, VT_STR("UTC time is")) ||
			   vt_str_starts(line, VT_STR("No time source"))) {
			continue;
		} else if (!facts->text.p && vt_device_time_parse(line, &facts->zone, &facts->local_ms)) {
			facts->text = line;
			facts->not_authoritative = doubtful;
		} else {
			vt_reader_skip(&r);
		}
	}
	return facts->text.p ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
