/* SPDX-License-Identifier: MIT
 * show context
 *
 *     Context Name      Class                Interfaces           Mode         URL
 *     *admin            default              Vlan1000,Vlan1001,   Routed       disk0:/pod-context/admin.cfg
 *                                            Vlan1030,Vlan1083...
 *     Total active Security Contexts: 1
 * The columns are as wide as the release liked, so words are told by what they are: a mode is one of two words, a
 * URL has a colon or brackets, "(not entered)", and a word alone on its line goes on with the list of interfaces,
 * whether a comma announced it or not. 7.x has no Mode column.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field one_fields[] = {
	VT_F(STR, vt_context, name),        VT_F_AS("class", STR, vt_context, class_name),
	VT_F(STR, vt_context, mode),        VT_F(STR, vt_context, url),
	VT_F(STRS, vt_context, interfaces), VT_F(IS, vt_context, interfaces_cut),
	VT_F(IS, vt_context, admin),
};
static const struct vt_shape one_shape = VT_SHAPE(vt_context, one_fields);

static const struct vt_field context_fields[] = {
	VT_FA(ARRAY, vt_contexts, contexts, &one_shape),
	VT_F(U64, vt_contexts, total),
};
const struct vt_shape vt_context_shape = VT_SHAPE(vt_contexts, context_fields);

struct page {
	struct vt_contexts *facts;
	struct vt_arena *arena;
	size_t contexts_cap, interfaces_cap;
	bool heading_seen, list_open;
};

/* "Vlan1082,Vlan1083..." into the context named last; a comma at the end keeps the list open. */
static void read_interfaces(struct page *page, struct vt_str list)
{
	struct vt_context *context = &page->facts->contexts[page->facts->contexts_len - 1];
	if (vt_str_ends(list, VT_STR("..."))) {
		context->interfaces_cut = true;
		list.len -= 3;
	}
	page->list_open = vt_str_ends(list, VT_STR(","));
	while (list.len) {
		struct vt_str item = list;
		list = vt_scan_until(&list, ',', &item) ? vt_str_from(list, 1) : VT_STR_NONE;
		if (item.len)
			*VT_PUSH(page->arena, context->interfaces.items, context->interfaces.len,
				 page->interfaces_cap) = item;
	}
}

static bool is_mode(struct vt_str word)
{
	return vt_str_ieq(word, VT_STR("Routed")) || vt_str_ieq(word, VT_STR("Transparent"));
}

static bool read_context(struct page *page, struct vt_str line)
{
	struct vt_context found = { 0 };
	struct vt_str word, list = VT_STR_NONE;
	found.admin = vt_scan_char(&line, '*');
	if (!vt_next_word(&line, &found.name) || !vt_next_word(&line, &found.class_name))
		return false;
	while (vt_next_word(&line, &word)) {
		if (!found.mode.p && is_mode(word))
			found.mode = word;
		else if (vt_str_find_char(word, ':') > 0)
			found.url = word;
		else if (*word.p == '(')
			break;
		else if (!list.p)
			list = word;
		else
			return false;
	}
	/* A row of interfaces that went on in the next line is not the name of a context. */
	if ((!found.mode.p && !found.url.p) || vt_str_find_char(found.name, ',') >= 0)
		return false;
	page->interfaces_cap = 0;
	*VT_PUSH(page->arena, page->facts->contexts, page->facts->contexts_len, page->contexts_cap) = found;
	read_interfaces(page, list);
	return true;
}

static bool read_line(struct page *page, struct vt_reader *r)
{
	struct vt_str line = r->line, word;
	if (vt_scan_lit(&line, VT_STR("Context Name"))) {
		page->heading_seen = true;
		return true;
	}
	if (vt_scan_lit(&line, VT_STR("Total active Security Contexts:")) ||
	    vt_scan_lit(&line, VT_STR("Total active contexts:"))) {
		page->list_open = false;
		return vt_next_u64(&line, &page->facts->total);
	}
	if (page->facts->contexts_len && vt_next_word(&line, &word) && vt_str_trim(line).len == 0) {
		read_interfaces(page, word);
		return true;
	}
	return page->heading_seen && read_context(page, r->line);
}

enum vt_status vt_context_parse(struct vt_str text, struct vt_arena *arena, struct vt_contexts *facts,
				struct vt_parse_report *report)
{
	struct page page = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_context_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&page, &r))
			vt_reader_skip(&r);
	if (!page.heading_seen && facts->total == VT_ABSENT)
		return VT_E_NOT_THIS_COMMAND;
	/* The total stands under the list of the system space and of the admin context; it is of the whole device, so
	 * a list that is shorter lost rows. */
	if (page.heading_seen && (page.list_open || facts->total == VT_ABSENT || facts->total > facts->contexts_len))
		report->truncated = true;
	return VT_OK;
}
