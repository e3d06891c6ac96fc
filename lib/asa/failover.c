/* SPDX-License-Identifier: MIT
 * show failover · show failover interface
 *
 * Settings, then one block for each host, then the stateful table. Indentation differs between releases and
 * collectors, so a line belongs to the host whose heading came last. Three families:
 *   active/standby   "This host: Primary - Active", "Active time:" behind it
 *   active/active    "This host: Primary", then "Group 1 State: Active" with an "Active time:" each; interfaces
 *                    carry the name of their context in front
 *   inside a context "This context: Active", "Peer context: Standby Ready"; no unit names
 * A page that says "Failover On" but never comes to the other host, or begins the stateful table and never comes to
 * its last queue, was cut. Source: formats.md section 12.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"

static const struct vt_field interface_fields[] = {
	VT_F(STR, vt_failover_interface, context), VT_F(STR, vt_failover_interface, name),
	VT_F(ADDR, vt_failover_interface, addr),   VT_F(ADDR, vt_failover_interface, addr6),
	VT_F(STR, vt_failover_interface, status),  VT_F(STR, vt_failover_interface, monitored),
};
static const struct vt_shape interface_shape = VT_SHAPE(vt_failover_interface, interface_fields);

static const struct vt_field slot_fields[] = {
	VT_F(U64, vt_failover_slot, slot),
	VT_F(STR, vt_failover_slot, model),
	VT_F(STR, vt_failover_slot, revision),
	VT_F(STR, vt_failover_slot, status),
};
static const struct vt_shape slot_shape = VT_SHAPE(vt_failover_slot, slot_fields);

static const struct vt_field module_fields[] = {
	VT_F(STR, vt_failover_module, name),
	VT_F(STR, vt_failover_module, version),
	VT_F(STR, vt_failover_module, status),
	VT_F(STR, vt_failover_module, monitored),
};
static const struct vt_shape module_shape = VT_SHAPE(vt_failover_module, module_fields);

static const struct vt_field group_fields[] = {
	VT_F(U64, vt_failover_group, group),
	VT_F(STR, vt_failover_group, state),
	VT_F(U64, vt_failover_group, active_s),
};
static const struct vt_shape group_shape = VT_SHAPE(vt_failover_group, group_fields);

static const struct vt_field host_fields[] = {
	VT_F(STR, vt_failover_host, unit),
	VT_F(STR, vt_failover_host, state),
	VT_F(U64, vt_failover_host, active_s),
	VT_FA(SOME, vt_failover_host, groups, &group_shape),
	VT_FA(SOME, vt_failover_host, interfaces, &interface_shape),
	VT_FA(SOME, vt_failover_host, slots, &slot_shape),
	VT_FA(SOME, vt_failover_host, modules, &module_shape),
};
static const struct vt_shape host_shape = VT_SHAPE(vt_failover_host, host_fields);

static const struct vt_field object_fields[] = {
	VT_F(STR, vt_failover_object, name), VT_F(U64, vt_failover_object, xmit), VT_F(U64, vt_failover_object, xerr),
	VT_F(U64, vt_failover_object, rcv),  VT_F(U64, vt_failover_object, rerr),
};
static const struct vt_shape object_shape = VT_SHAPE(vt_failover_object, object_fields);

static const struct vt_field queue_fields[] = {
	VT_F(STR, vt_failover_queue, name),
	VT_F(U64, vt_failover_queue, cur),
	VT_F(U64, vt_failover_queue, max),
	VT_F(U64, vt_failover_queue, total),
};
static const struct vt_shape queue_shape = VT_SHAPE(vt_failover_queue, queue_fields);

static const struct vt_field link_fields[] = {
	VT_F(STR, vt_failover_link, name),     VT_F(STR, vt_failover_link, interface),
	VT_F(STR, vt_failover_link, status),   VT_F(ADDR, vt_failover_link, system_addr),
	VT_F(ADDR, vt_failover_link, my_addr), VT_F(ADDR, vt_failover_link, other_addr),
};
static const struct vt_shape link_shape = VT_SHAPE(vt_failover_link, link_fields);

static const struct vt_field group_switch_fields[] = {
	VT_F(U64, vt_failover_group_switch, group),
	VT_F(STR, vt_failover_group_switch, at),
};
static const struct vt_shape group_switch_shape = VT_SHAPE(vt_failover_group_switch, group_switch_fields);

static const struct vt_field failover_fields[] = {
	VT_F(FLAG, vt_failover, on),
	VT_F(STR, vt_failover, unit),
	VT_FO(vt_failover, lan_link, &link_shape),
	VT_FO(vt_failover, state_link, &link_shape),
	VT_F(STR, vt_failover, reconnect_timeout),
	VT_F(U64, vt_failover, unit_poll_ms),
	VT_F(U64, vt_failover, unit_hold_ms),
	VT_F(U64, vt_failover, interface_poll_ms),
	VT_F(U64, vt_failover, interface_hold_ms),
	VT_F(STR, vt_failover, interface_policy),
	VT_F(U64, vt_failover, monitored_interfaces),
	VT_F(U64, vt_failover, monitored_interfaces_max),
	VT_F(STR, vt_failover, mac_move_interval),
	VT_F(IS, vt_failover, replicates_http),
	VT_F(STR, vt_failover, software),
	VT_F(STR, vt_failover, mate_software),
	VT_F(STR, vt_failover, serial),
	VT_F(STR, vt_failover, mate_serial),
	VT_F(STR, vt_failover, last_failover_at),
	VT_FA(SOME, vt_failover, group_switches, &group_switch_shape),
	VT_FO(vt_failover, this_host, &host_shape),
	VT_FO(vt_failover, other_host, &host_shape),
	VT_FA(SOME, vt_failover, objects, &object_shape),
	VT_FA(SOME, vt_failover, queues, &queue_shape),
	VT_FA(SOME, vt_failover, links, &link_shape),
};
const struct vt_shape vt_failover_shape = VT_SHAPE(vt_failover, failover_fields);

struct page {
	struct vt_failover *facts;
	struct vt_arena *arena;
	struct vt_failover_host *host; /* whose block this is */
	size_t group_switches_cap, objects_cap, queues_cap, links_cap;
	size_t groups_cap, interfaces_cap, slots_cap, modules_cap; /* of `host` */
	bool other_host_seen, in_objects, objects_seen, xmit_seen;
};

/* "300 milliseconds", "1 seconds" */
static uint64_t next_ms(struct vt_str *c)
{
	uint64_t number;
	struct vt_str unit;
	if (!vt_next_u64(c, &number) || !vt_next_word(c, &unit))
		return VT_ABSENT;
	if (vt_str_starts(unit, VT_STR("msec")) || vt_str_starts(unit, VT_STR("milli")))
		return number;
	return number <= UINT64_MAX / 1000 - 1 ? number * 1000 : VT_ABSENT;
}

static void read_on_off(struct page *page, struct vt_str rest)
{
	page->facts->on = vt_str_starts(rest, VT_STR("On")) ? 1 : 0;
}

static void read_unit(struct page *page, struct vt_str rest)
{
	page->facts->unit = rest;
}

/* "folink GigabitEthernet0/2 (up)", "not Configured", "Unconfigured." */
static struct vt_failover_link link_of(struct vt_str rest)
{
	struct vt_failover_link link = { 0 };
	struct vt_str name, interface;
	if (vt_str_find_char(rest, '(') < 0) {
		link.status = rest;
	} else if (vt_next_word(&rest, &name) && vt_next_word(&rest, &interface) && vt_next_lit(&rest, VT_STR("("))) {
		link.name = name;
		link.interface = interface;
		if (!vt_scan_until(&rest, ')', &link.status))
			link.status = rest;
	}
	return link;
}

static void read_lan_link(struct page *page, struct vt_str rest)
{
	page->facts->lan_link = link_of(rest);
}

static void read_state_link(struct page *page, struct vt_str rest)
{
	page->facts->state_link = link_of(rest);
}

static void read_reconnect(struct page *page, struct vt_str rest)
{
	page->facts->reconnect_timeout = rest;
}

/* "1 seconds, holdtime 15 seconds"; the hold time is missing on 7.0 */
static void read_poll(struct vt_str rest, uint64_t *poll_ms, uint64_t *hold_ms)
{
	*poll_ms = next_ms(&rest);
	if (vt_next_lit(&rest, VT_STR("holdtime")))
		*hold_ms = next_ms(&rest);
}

static void read_unit_poll(struct page *page, struct vt_str rest)
{
	read_poll(rest, &page->facts->unit_poll_ms, &page->facts->unit_hold_ms);
}

static void read_interface_poll(struct page *page, struct vt_str rest)
{
	read_poll(rest, &page->facts->interface_poll_ms, &page->facts->interface_hold_ms);
}

static void read_policy(struct page *page, struct vt_str rest)
{
	page->facts->interface_policy = rest;
}

/* "3 of 1049 maximum" */
static void read_monitored(struct page *page, struct vt_str rest)
{
	vt_next_u64(&rest, &page->facts->monitored_interfaces);
	if (vt_next_lit(&rest, VT_STR("of")))
		vt_next_u64(&rest, &page->facts->monitored_interfaces_max);
}

static void read_mac_move(struct page *page, struct vt_str rest)
{
	page->facts->mac_move_interval = rest;
}

static void read_http(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->facts->replicates_http = true;
}

/* "Ours 9.12(2), Mate Unknown" */
static void read_pair(struct vt_str rest, struct vt_str *ours, struct vt_str *mate)
{
	struct vt_str text;
	if (vt_next_lit(&rest, VT_STR("Ours")) && vt_scan_until(&rest, ',', &text)) {
		*ours = vt_str_trim(text);
		rest = vt_str_from(rest, 1);
		if (vt_next_lit(&rest, VT_STR("Mate")))
			*mate = vt_str_trim(rest);
	}
}

static void read_software(struct page *page, struct vt_str rest)
{
	read_pair(rest, &page->facts->software, &page->facts->mate_software);
}

static void read_serial(struct page *page, struct vt_str rest)
{
	read_pair(rest, &page->facts->serial, &page->facts->mate_serial);
}

static void read_last_failover(struct page *page, struct vt_str rest)
{
	page->facts->last_failover_at = rest;
}

static void begin_host(struct page *page, struct vt_failover_host *host, struct vt_str unit, struct vt_str state)
{
	/* A heading that comes twice (an echoed filter) begins the block anew rather than adding to it. */
	*host = (struct vt_failover_host){ .active_s = VT_ABSENT };
	page->groups_cap = page->interfaces_cap = page->slots_cap = page->modules_cap = 0;
	page->host = host;
	if (unit.len)
		host->unit = unit;
	if (state.len)
		host->state = state;
}

/* "Primary - Standby Ready", "Primary" */
static void read_host(struct page *page, struct vt_failover_host *host, struct vt_str rest)
{
	ptrdiff_t dash = vt_str_find(rest, VT_STR(" - "));
	if (dash < 0)
		begin_host(page, host, rest, VT_STR_NONE);
	else
		begin_host(page, host, vt_str_rtrim(vt_str_first(rest, (size_t)dash)),
			   vt_str_ltrim(vt_str_from(rest, (size_t)dash + 3)));
}

static void read_this_host(struct page *page, struct vt_str rest)
{
	read_host(page, &page->facts->this_host, rest);
}

static void read_other_host(struct page *page, struct vt_str rest)
{
	page->other_host_seen = true;
	read_host(page, &page->facts->other_host, rest);
}

static void read_this_context(struct page *page, struct vt_str rest)
{
	begin_host(page, &page->facts->this_host, VT_STR_NONE, rest);
}

static void read_peer_context(struct page *page, struct vt_str rest)
{
	page->other_host_seen = true;
	begin_host(page, &page->facts->other_host, VT_STR_NONE, rest);
}

/* "Active time: 2896 (sec)": of the group named last, else of the host. */
static void read_active_time(struct page *page, struct vt_str rest)
{
	struct vt_failover_host *host = page->host;
	if (host && host->groups_len)
		vt_next_u64(&rest, &host->groups[host->groups_len - 1].active_s);
	else if (host)
		vt_next_u64(&rest, &host->active_s);
}

static void begin_objects(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->in_objects = page->objects_seen = true;
	page->host = NULL;
}

static void begin_queues(struct page *page, struct vt_str rest)
{
	(void)rest;
	page->in_objects = false;
}

static void read_queue(struct page *page, const char *name, struct vt_str rest)
{
	struct vt_failover_queue queue = {
		.name = vt_str_of(name), .cur = VT_ABSENT, .max = VT_ABSENT, .total = VT_ABSENT
	};
	if (vt_next_u64(&rest, &queue.cur) && vt_next_u64(&rest, &queue.max))
		vt_next_u64(&rest, &queue.total);
	*VT_PUSH(page->arena, page->facts->queues, page->facts->queues_len, page->queues_cap) = queue;
}

static void read_recv_queue(struct page *page, struct vt_str rest)
{
	read_queue(page, "Recv Q", rest);
}

static void read_xmit_queue(struct page *page, struct vt_str rest)
{
	page->xmit_seen = true;
	read_queue(page, "Xmit Q", rest);
}

static void nothing(struct page *page, struct vt_str rest)
{
	(void)page;
	(void)rest;
}

static const struct {
	const char *begin;
	void (*read)(struct page *, struct vt_str rest);
} lines[] = {
	{ "Failover On", NULL }, /* read from the word on: see read_known_line() */
	{ "Failover Off", NULL },
	{ "Failover unit", read_unit },
	{ "Failover LAN Interface:", read_lan_link },
	{ "Reconnect timeout", read_reconnect },
	{ "Unit Poll frequency", read_unit_poll },
	{ "Interface Poll frequency", read_interface_poll },
	{ "Interface Policy", read_policy },
	{ "Monitored Interfaces", read_monitored },
	{ "MAC Address Move Notification Interval", read_mac_move },
	{ "failover replication http", read_http },
	{ "Version:", read_software },
	{ "Serial Number:", read_serial },
	{ "Last Failover at:", read_last_failover },
	{ "This host:", read_this_host },
	{ "Other host:", read_other_host },
	{ "This context:", read_this_context },
	{ "Peer context:", read_peer_context },
	{ "Active time:", read_active_time },
	{ "Stateful Failover Logical Update Statistics", nothing },
	{ "Link :", read_state_link },
	{ "Stateful Obj", begin_objects },
	{ "Logical Update Queue Information", begin_queues },
	{ "Recv Q:", read_recv_queue },
	{ "Xmit Q:", read_xmit_queue },
	{ "Status:", nothing },
};

static bool read_known_line(struct page *page, struct vt_str line)
{
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct vt_str rest = line;
		if (!vt_scan_lit(&rest, vt_str_of(lines[i].begin)))
			continue;
		if (lines[i].read)
			lines[i].read(page, vt_str_ltrim(rest));
		else
			read_on_off(page, vt_str_from(line, sizeof "Failover " - 1));
		return true;
	}
	return false;
}

/* "Group 1 State: Active"; "Group 1 last failover at: 13:40:18 UTC Dec 9 2004" */
static bool read_group(struct page *page, struct vt_str line)
{
	struct vt_failover *facts = page->facts;
	struct vt_failover_host *host = page->host;
	uint64_t number;
	if (!vt_scan_lit(&line, VT_STR("Group ")) || !vt_next_u64(&line, &number))
		return false;
	if (vt_next_lit(&line, VT_STR("last failover at:"))) {
		struct vt_failover_group_switch *at = VT_PUSH(page->arena, facts->group_switches,
							      facts->group_switches_len, page->group_switches_cap);
		*at = (struct vt_failover_group_switch){ number, vt_str_trim(line) };
	} else if (host && vt_next_lit(&line, VT_STR("State:"))) {
		struct vt_failover_group *group = VT_PUSH(page->arena, host->groups, host->groups_len,
							  page->groups_cap);
		*group = (struct vt_failover_group){ number, vt_str_trim(line), VT_ABSENT };
	} else {
		return false;
	}
	return true;
}

/* "ctx1 Interface outside (10.1.1.1/fe80::1): No Link (Waiting)" */
static bool read_interface(struct page *page, struct vt_str line)
{
	struct vt_failover_host *host = page->host;
	struct vt_failover_interface found = { 0 };
	if (!host)
		return false;
	if (!vt_scan_lit(&line, VT_STR("Interface "))) {
		if (!vt_next_word(&line, &found.context) || !vt_next_lit(&line, VT_STR("Interface ")))
			return false;
	}
	struct vt_str addrs;
	if (!vt_next_word(&line, &found.name) || !vt_next_lit(&line, VT_STR("(")) ||
	    !vt_scan_until(&line, ')', &addrs) || !vt_scan_lit(&line, VT_STR("):")))
		return false;
	found.addr = addrs;
	if (vt_scan_until(&addrs, '/', &found.addr))
		found.addr6 = vt_str_from(addrs, 1);
	line = vt_str_trim(line);
	found.status = line;
	if (vt_scan_until(&line, '(', &found.status)) {
		found.status = vt_str_rtrim(found.status);
		found.monitored = vt_str_from(line, 1);
		if (vt_str_ends(found.monitored, VT_STR(")")))
			found.monitored.len--;
	}
	*VT_PUSH(page->arena, host->interfaces, host->interfaces_len, page->interfaces_cap) = found;
	return true;
}

/* "slot 0: ASA5585-SSP-10 hw/sw rev (2.0/98.1(1)86) status (Up Sys)", "slot 1: empty" */
static bool read_slot(struct page *page, struct vt_str line)
{
	struct vt_failover_host *host = page->host;
	struct vt_failover_slot found = { 0 };
	if (!host || !vt_scan_lit(&line, VT_STR("slot ")) || !vt_scan_u64(&line, &found.slot) ||
	    !vt_scan_char(&line, ':'))
		return false;
	line = vt_str_trim(line);
	ptrdiff_t revision = vt_str_find(line, VT_STR(" hw/sw rev (")),
		  status = vt_str_find(line, VT_STR(") status ("));
	if (revision < 0 || status < revision + 12) {
		found.status = line;
	} else {
		found.model = vt_str_rtrim(vt_str_first(line, (size_t)revision));
		found.revision = vt_str_between(line.p + revision + 12, line.p + status);
		found.status = vt_str_from(line, (size_t)status + 10);
		if (vt_str_ends(found.status, VT_STR(")")))
			found.status.len--;
	}
	*VT_PUSH(page->arena, host->slots, host->slots_len, page->slots_cap) = found;
	return true;
}

/* "IPS, 7.3(5)E4, Up, (Monitored)", "ASA FirePOWER, 6.0.1-29, Up" */
static bool read_module(struct page *page, struct vt_str line)
{
	struct vt_failover_host *host = page->host;
	struct vt_failover_module found = { 0 };
	if (!host || !host->slots_len || !vt_scan_until(&line, ',', &found.name))
		return false;
	line = vt_str_from(line, 1);
	if (!vt_scan_until(&line, ',', &found.version))
		return false;
	found.version = vt_str_trim(found.version);
	found.status = line = vt_str_ltrim(vt_str_from(line, 1));
	if (vt_scan_until(&line, ',', &found.status)) {
		found.monitored = vt_str_trim(vt_str_from(line, 1));
		if (vt_str_starts(found.monitored, VT_STR("(")) && vt_str_ends(found.monitored, VT_STR(")")))
			found.monitored = vt_str_between(found.monitored.p + 1,
							 found.monitored.p + found.monitored.len - 1);
	}
	*VT_PUSH(page->arena, host->modules, host->modules_len, page->modules_cap) = found;
	return true;
}

/* "VPN IKEv2 P2    121119     0          0          0": the name may hold blanks and digits, the last four words
 * are the numbers. */
static bool read_object(struct page *page, struct vt_str line)
{
	struct vt_failover_object found = { 0 };
	uint64_t *const numbers[] = { &found.rerr, &found.rcv, &found.xerr, &found.xmit };
	if (!page->in_objects)
		return false;
	for (size_t i = 0; i < 4; i++) {
		size_t len = line.len;
		while (len && !vt_is_blank(line.p[len - 1]))
			len--;
		if (!vt_str_to_u64(vt_str_from(line, len), numbers[i]))
			return false;
		line = vt_str_rtrim(vt_str_first(line, len));
	}
	if (line.len == 0)
		return false;
	found.name = line;
	*VT_PUSH(page->arena, page->facts->objects, page->facts->objects_len, page->objects_cap) = found;
	return true;
}

/* `show failover interface`: "interface folink GigabitEthernet0/2", then three addresses. */
static bool read_link(struct page *page, struct vt_str line)
{
	struct vt_failover *facts = page->facts;
	struct vt_failover_link found = { 0 };
	struct vt_str label, value;
	if (vt_scan_lit(&line, VT_STR("interface ")) && vt_next_word(&line, &found.name)) {
		if (vt_next_word(&line, &label))
			found.interface = label;
		*VT_PUSH(page->arena, facts->links, facts->links_len, page->links_cap) = found;
		return true;
	}
	if (!facts->links_len || !vt_split_label(line, &label, &value))
		return false;
	struct vt_failover_link *link = &facts->links[facts->links_len - 1];
	if (vt_str_eq(label, VT_STR("System IP Address")))
		link->system_addr = value;
	else if (vt_str_eq(label, VT_STR("My IP Address")))
		link->my_addr = value;
	else if (vt_str_eq(label, VT_STR("Other IP Address")))
		link->other_addr = value;
	else
		return false;
	return true;
}

/* "Cur     Max     Total" over the queues. */
static bool is_queue_heading(struct vt_str line)
{
	struct vt_str word;
	return vt_next_word(&line, &word) && vt_str_eq(word, VT_STR("Cur")) && vt_next_word(&line, &word) &&
	       vt_str_eq(word, VT_STR("Max"));
}

static bool read_line(struct page *page, struct vt_str line)
{
	return read_object(page, line) || read_known_line(page, line) || read_group(page, line) ||
	       read_interface(page, line) || read_slot(page, line) || read_module(page, line) ||
	       is_queue_heading(line) || read_link(page, line);
}

enum vt_status vt_failover_parse(struct vt_str text, struct vt_arena *arena, struct vt_failover *facts,
				 struct vt_parse_report *report)
{
	struct page page = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_failover_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&page, r.line))
			vt_reader_skip(&r);
	bool host_seen = facts->this_host.unit.p || facts->this_host.state.p;
	if (facts->on < 0 && !host_seen && !page.other_host_seen && !facts->links_len)
		return VT_E_NOT_THIS_COMMAND;
	/* Inside a context the table comes without the queues. */
	bool queues_missing = page.objects_seen && !page.xmit_seen && facts->this_host.unit.p;
	if ((facts->on == 1 && !page.other_host_seen) || queues_missing)
		report->truncated = true;
	return VT_OK;
}
