/* SPDX-License-Identifier: MIT
 * show mode: "Security context mode: single"
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field mode_fields[] = {
	VT_F(BOOL, vt_mode, multiple),
};
const struct vt_shape vt_mode_shape = VT_SHAPE(vt_mode, mode_fields);

enum vt_status vt_mode_parse(struct vt_str text, struct vt_arena *arena, struct vt_mode *facts,
			     struct vt_parse_report *report)
{
	(void)arena;
	*facts = (struct vt_mode){ 0 };
	bool seen = false;
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_str line = r.line;
		if (vt_scan_ilit(&line, VT_STR("Security context mode:"))) {
			line = vt_str_trim(line);
			if (vt_str_istarts(line, VT_STR("multiple")))
				facts->multiple = seen = true;
			else if (vt_str_istarts(line, VT_STR("single")))
				seen = true;
			else
				vt_reader_skip(&r);
		} else if (!vt_str_istarts(line, VT_STR("The flash mode is"))) {
			vt_reader_skip(&r);
		}
	}
	return seen ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
