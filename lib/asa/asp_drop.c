/* SPDX-License-Identifier: MIT
 * show asp drop [frame|flow]
 *
 *     Frame drop:
 *       Flow is denied by configured rule (acl-drop)                              2077
 *       Dropped pending packets due to a failed attempt to get an internal socket lock (np-socket-lock-failu         61
 *     Last clearing: Never
 * The number is the last word and the keyword stands in the last brackets, which may have lost their end.
 */
#include "asa/asp_drop.h"
#include "asa/reader.h"

static const struct vt_field counter_fields[] = {
	VT_F(STR, vt_asp_counter, keyword),
	VT_F(IS, vt_asp_counter, keyword_cut),
	VT_F(STR, vt_asp_counter, description),
	VT_F(U64, vt_asp_counter, count),
};
static const struct vt_shape counter_shape = VT_SHAPE(vt_asp_counter, counter_fields);

static const struct vt_field section_fields[] = {
	VT_FA(ARRAY, vt_asp_section, drops, &counter_shape),
	VT_F(STR, vt_asp_section, last_clearing),
};
static const struct vt_shape section_shape = VT_SHAPE(vt_asp_section, section_fields);

static const struct vt_field asp_fields[] = {
	{ "frame", VT_FIELD_OBJECT, offsetof(struct vt_asp_drop, frame), 0, &section_shape,
	  offsetof(struct vt_asp_section, seen) + 1 },
	{ "flow", VT_FIELD_OBJECT, offsetof(struct vt_asp_drop, flow), 0, &section_shape,
	  offsetof(struct vt_asp_section, seen) + 1 },
};
const struct vt_shape vt_asp_drop_shape = VT_SHAPE(vt_asp_drop, asp_fields);

static bool read_counter(struct vt_str line, struct vt_asp_counter *found)
{
	size_t at = line.len;
	while (at && !vt_is_blank(line.p[at - 1]))
		at--;
	if (!at || !vt_str_to_u64(vt_str_from(line, at), &found->count))
		return false;
	found->description = line = vt_str_rtrim(vt_str_first(line, at));
	const char *open = line.len ? memrchr(line.p, '(', line.len) : NULL;
	if (open) {
		found->keyword = vt_str_between(open + 1, line.p + line.len);
		found->description = vt_str_rtrim(vt_str_between(line.p, open));
		found->keyword_cut = !vt_str_ends(found->keyword, VT_STR(")"));
		if (!found->keyword_cut)
			found->keyword.len--;
	}
	return found->description.len > 0;
}

enum vt_status vt_asp_drop_parse(struct vt_str text, struct vt_arena *arena, struct vt_asp_drop *facts,
				 struct vt_parse_report *report)
{
	struct vt_asp_section *section = NULL;
	size_t cap = 0;
	*facts = (struct vt_asp_drop){ 0 };
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_str line = r.line;
		struct vt_asp_counter found = { 0 };
		bool frame = vt_str_starts(line, VT_STR("Frame drop:"));
		if (frame || vt_str_starts(line, VT_STR("Flow drop:"))) {
			section = frame ? &facts->frame : &facts->flow;
			*section = (struct vt_asp_section){ .seen = true };
			cap = 0;
		} else if (section && vt_scan_lit(&line, VT_STR("Last clearing:"))) {
			section->last_clearing = vt_str_trim(line);
		} else if (section && read_counter(line, &found)) {
			*VT_PUSH(arena, section->drops, section->drops_len, cap) = found;
		} else {
			vt_reader_skip(&r);
		}
	}
	if (!section)
		return VT_E_NOT_THIS_COMMAND;
	if (!section->last_clearing.p)
		report->truncated = true;
	return VT_OK;
}
