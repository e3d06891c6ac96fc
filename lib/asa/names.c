/* SPDX-License-Identifier: MIT
 * show names · show running-config names: "name 10.1.1.1 fra-lan description the office"
 */
#include "asa/names.h"
#include "asa/reader.h"

static const struct vt_field name_fields[] = {
	VT_F(STR, vt_name, addr), /* never itself a name */
	VT_F(STR, vt_name, name),
	VT_F(STR, vt_name, description),
};
static const struct vt_shape name_shape = VT_SHAPE(vt_name, name_fields);

static const struct vt_field names_fields[] = {
	VT_F(FLAG, vt_names, on),
	VT_FA(ARRAY, vt_names, names, &name_shape),
};
const struct vt_shape vt_names_shape = VT_SHAPE(vt_names, names_fields);

static bool read_name(struct vt_str line, struct vt_name *found)
{
	if (!vt_scan_lit(&line, VT_STR("name ")) || !vt_next_word(&line, &found->addr) ||
	    !vt_next_word(&line, &found->name))
		return false;
	if (vt_next_lit(&line, VT_STR("description ")))
		found->description = vt_str_trim(line);
	return true;
}

enum vt_status vt_names_parse(struct vt_str text, struct vt_arena *arena, struct vt_names *facts,
			      struct vt_parse_report *report)
{
	size_t cap = 0;
	vt_shape_clear(&vt_names_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_name found = { 0 };
		if (read_name(r.line, &found))
			*VT_PUSH(arena, facts->names, facts->names_len, cap) = found;
		else if (vt_str_eq(r.line, VT_STR("names")))
			facts->on = 1;
		else if (vt_str_eq(r.line, VT_STR("no names")))
			facts->on = 0;
		else
			vt_reader_skip(&r);
	}
	return facts->names_len || facts->on >= 0 ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
