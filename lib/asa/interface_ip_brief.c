/* SPDX-License-Identifier: MIT
 * show interface ip brief
 *
 *     Interface          IP-Address      OK? Method Status                Protocol
 *     GigabitEthernet1/4 unassigned      YES unset  administratively down down
 *     Management0/0      10.10.1.1       YES CONFIG up
 * The status is one or two words and the protocol may be missing, so the columns are read by meaning.
 */
#include "asa/interface_ip_brief.h"
#include "asa/reader.h"

static const struct vt_field interface_fields[] = {
	VT_F(STR, vt_interface_brief, interface), VT_F(ADDR, vt_interface_brief, addr),
	VT_F(STR, vt_interface_brief, ok),        VT_F(STR, vt_interface_brief, method),
	VT_F(STR, vt_interface_brief, status),    VT_F(STR, vt_interface_brief, protocol),
};
static const struct vt_shape interface_shape = VT_SHAPE(vt_interface_brief, interface_fields);

static const struct vt_field brief_fields[] = {
	VT_FA(ARRAY, vt_interfaces_brief, interfaces, &interface_shape),
};
const struct vt_shape vt_interface_ip_brief_shape = VT_SHAPE(vt_interfaces_brief, brief_fields);

static bool read_interface(struct vt_str line, struct vt_interface_brief *found)
{
	struct vt_str word;
	if (!vt_next_word(&line, &found->interface) || !vt_next_word(&line, &found->addr) ||
	    !vt_next_word(&line, &found->ok) || !vt_next_word(&line, &found->method) || !vt_next_word(&line, &word))
		return false;
	if (!vt_str_ieq(found->ok, VT_STR("YES")) && !vt_str_ieq(found->ok, VT_STR("NO")))
		return false;
	if (vt_str_eq(found->addr, VT_STR("unassigned")))
		found->addr = VT_STR_NONE;
	found->status = word;
	if (vt_str_starts(word, VT_STR("admin")) && vt_next_word(&line, &word))
		found->status = vt_str_between(found->status.p, word.p + word.len);
	if (vt_next_word(&line, &word))
		found->protocol = word;
	return true;
}

enum vt_status vt_interface_ip_brief_parse(struct vt_str text, struct vt_arena *arena,
					   struct vt_interfaces_brief *facts, struct vt_parse_report *report)
{
	size_t cap = 0;
	bool heading = false;
	*facts = (struct vt_interfaces_brief){ 0 };
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_interface_brief found = { 0 };
		if (vt_str_starts(r.line, VT_STR("Interface ")) && vt_str_find(r.line, VT_STR("IP-Address")) > 0)
			heading = true;
		else if (read_interface(r.line, &found))
			*VT_PUSH(arena, facts->interfaces, facts->interfaces_len, cap) = found;
		else
			vt_reader_skip(&r);
	}
	if (heading && !facts->interfaces_len)
		report->truncated = true;
	return heading || facts->interfaces_len ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
