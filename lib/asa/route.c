/* SPDX-License-Identifier: MIT
 * show route [ADDRESS] · show ipv6 route
 *
 *     Codes: …                                                        a legend of five to nine lines
 *     Gateway of last resort is 192.0.2.1 to network 0.0.0.0
 *     O E2     10.20.58.64 255.255.255.192
 *                 [110/11] via 172.20.192.3, 3w6d, wan1               the end of a row may stand on lines of its own
 *                 [110/11] via 172.20.192.4, 3w6d, wan1               and there may be several
 *     V        10.1.24.0 255.255.255.0 connected by VPN (advertised), outside
 *
 * A row is known by its code letters and by a mask or a prefix length behind the network; what follows is read by
 * the same function whether it stands on the row or below it. Source: formats.md section 8.
 */
#include "asa/route.h"
#include "asa/reader.h"
#include "base/addr.h"

static const struct vt_field hop_fields[] = {
	VT_F(ADDR, vt_next_hop, gateway),
	VT_F(STR, vt_next_hop, interface),
	VT_F(STR, vt_next_hop, age),
};
static const struct vt_shape hop_shape = VT_SHAPE(vt_next_hop, hop_fields);

static const struct vt_field row_fields[] = {
	VT_F(STR, vt_route, table),    VT_F(STR, vt_route, code),
	VT_F(STR, vt_route, subcode),  VT_F(STR, vt_route, protocol),
	VT_F(ADDR, vt_route, network), VT_F(STR, vt_route, mask),
	VT_F(U64, vt_route, prefix),   VT_F(U64, vt_route, distance),
	VT_F(U64, vt_route, metric),   VT_F(IS, vt_route, candidate_default),
	VT_F(IS, vt_route, connected), VT_F(IS, vt_route, vpn),
	VT_F(IS, vt_route, tunneled),  VT_FA(ARRAY, vt_route, next_hops, &hop_shape),
};
static const struct vt_shape row_shape = VT_SHAPE(vt_route, row_fields);

static const struct vt_field table_fields[] = {
	VT_F(FLAG, vt_route_table, last_resort),          VT_F(ADDR, vt_route_table, last_resort_gateway),
	VT_F(STR, vt_route_table, last_resort_network),   VT_F(FLAG, vt_route_table, in_table),
	VT_FA(ARRAY, vt_route_table, routes, &row_shape),
};
const struct vt_shape vt_route_shape = VT_SHAPE(vt_route_table, table_fields);

struct table {
	struct vt_route_table *facts;
	struct vt_arena *arena;
	struct vt_route *route; /* the row whose lines these are */
	struct vt_str name;
	size_t routes_cap, hops_cap;
	bool in_legend, in_block;
	uint64_t entries; /* what an IPv6 table says of itself */
};

static const struct {
	const char *code, *protocol;
} codes[] = {
	{ "C", "connected" }, { "L", "local" },  { "S", "static" }, { "SI", "static" }, { "R", "rip" },
	{ "M", "mobile" },    { "B", "bgp" },    { "BI", "bgp" },   { "D", "eigrp" },   { "EX", "eigrp" },
	{ "O", "ospf" },      { "OI", "ospf" },  { "OE1", "ospf" }, { "OE2", "ospf" },  { "ON1", "ospf" },
	{ "ON2", "ospf" },    { "I", "igrp" },   { "E", "egp" },    { "i", "isis" },    { "I1", "isis" },
	{ "I2", "isis" },     { "IA", "isis" },  { "IS", "isis" },  { "V", "vpn" },     { "U", "static" },
	{ "o", "odr" },       { "P", "static" },
};

static const char *protocol_of(struct vt_str code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (vt_str_eq(code, vt_str_of(codes[i].code)))
			return codes[i].protocol;
	return NULL;
}

static bool is_subcode(struct vt_str word)
{
	static const char *const subcodes[] = { "EX", "IA", "N1", "N2", "E1", "E2", "L1", "L2", "ia", "su" };
	for (size_t i = 0; i < sizeof subcodes / sizeof *subcodes; i++)
		if (vt_str_eq(word, vt_str_of(subcodes[i])))
			return true;
	return false;
}

/* "S", "S*", "O E2", "O*E2", "S +", each with what belongs to it behind. */
static bool read_codes(struct vt_str *c, struct vt_route *route)
{
	struct vt_str in = *c, word, after;
	if (!vt_next_word(&in, &word) || word.len > 5)
		return false;
	ptrdiff_t star = vt_str_find_char(word, '*');
	if (star >= 0) {
		route->candidate_default = true;
		after = vt_str_from(word, (size_t)star + 1);
		word = vt_str_first(word, (size_t)star);
		if (after.len && !is_subcode(after))
			return false;
		if (after.len)
			route->subcode = after;
	}
	if (vt_str_ends(word, VT_STR("+")))
		word.len--;
	route->code = word;
	route->protocol = vt_str_of(protocol_of(word));
	if (!route->protocol.p)
		return false;
	for (struct vt_str next = in; vt_next_word(&next, &word); in = next) {
		if (vt_str_eq(word, VT_STR("*")))
			route->candidate_default = true;
		else if (!route->subcode.p && is_subcode(word))
			route->subcode = word;
		else if (!vt_str_eq(word, VT_STR("+")))
			break;
	}
	*c = in;
	return true;
}

/* Four dotted numbers: cheap, and enough to tell a mask from a name. */
static bool is_dotted(struct vt_str s)
{
	unsigned dots = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.')
			dots++;
		else if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return dots == 3 && s.len >= 7;
}

/* "10.1.0.0 255.255.0.0", "fra-lan 255.255.255.0", "2001:db8::/64" */
static bool read_network(struct vt_str *c, struct vt_route *route)
{
	struct vt_str in = *c, word;
	unsigned prefix;
	if (!vt_next_word(&in, &word))
		return false;
	route->network = word;
	struct vt_str length = word;
	if (vt_scan_until(&length, '/', &word) && vt_prefix_parse(vt_str_from(length, 1), &prefix)) {
		route->network = word;
		route->prefix = prefix;
	} else {
		if (!vt_next_word(&in, &word) || !is_dotted(word))
			return false;
		route->mask = word;
		if (vt_prefix_parse(word, &prefix))
			route->prefix = prefix;
	}
	*c = in;
	return true;
}

/* "3w6d", "2d03h", "0:19:52", "00:00:12 ago" begins with a digit and has nothing but digits and units in it. */
static bool is_age(struct vt_str s)
{
	bool unit = false;
	if (!s.len || *s.p < '0' || *s.p > '9')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			continue;
		if (!memchr("ywdhms:", s.p[i], 7))
			return false;
		unit = true;
	}
	return unit;
}

/* Nearly every route has one next hop, so the array begins with room for one. */
static struct vt_next_hop *add_hop(struct table *table)
{
	if (!table->hops_cap) {
		table->route->next_hops = VT_NEW(table->arena, struct vt_next_hop);
		table->hops_cap = 1;
	}
	return VT_PUSH(table->arena, table->route->next_hops, table->route->next_hops_len, table->hops_cap);
}

/* One item up to the next comma, or to the end. */
static bool next_item(struct vt_str *c, struct vt_str *item)
{
	if (c->len == 0)
		return false;
	*item = *c;
	*c = vt_scan_until(c, ',', item) ? vt_str_from(*c, 1) : VT_STR_NONE;
	*item = vt_str_trim(*item);
	return true;
}

/* "3w6d, wan1", "outside tunneled" */
static void read_hop_items(struct table *table, struct vt_next_hop *hop, struct vt_str rest)
{
	struct vt_str item;
	while (next_item(&rest, &item)) {
		struct vt_str word;
		if (is_age(item))
			hop->age = item;
		else if (vt_next_word(&item, &word)) {
			hop->interface = word;
			if (vt_next_lit(&item, VT_STR("tunneled")))
				table->route->tunneled = true;
		}
	}
}

/* "[110/11]", "[10]" */
static void read_metric(struct vt_str *c, struct vt_route *route)
{
	struct vt_str in = *c, inside;
	uint64_t distance, metric;
	if (!vt_next_lit(&in, VT_STR("[")) || !vt_scan_until(&in, ']', &inside))
		return;
	if (vt_scan_u64(&inside, &distance)) {
		if (route->distance == VT_ABSENT)
			route->distance = distance;
		if (vt_scan_char(&inside, '/') && vt_scan_u64(&inside, &metric) && route->metric == VT_ABSENT)
			route->metric = metric;
	}
	*c = vt_str_from(in, 1);
}

/* What follows a network, on its row or below it. True also for an empty rest. */
static bool read_way(struct table *table, struct vt_str rest)
{
	struct vt_route *route = table->route;
	struct vt_str gateway;
	read_metric(&rest, route);
	rest = vt_str_trim(rest);
	if (rest.len == 0)
		return true;
	if (vt_scan_lit(&rest, VT_STR("via "))) {
		if (!next_item(&rest, &gateway))
			return false;
		struct vt_next_hop *hop = add_hop(table);
		if (vt_str_eq(gateway, VT_STR("::")))
			route->connected = true;
		else
			hop->gateway = gateway;
		read_hop_items(table, hop, rest);
	} else if (vt_scan_lit(&rest, VT_STR("is directly connected,")) ||
		   vt_scan_lit(&rest, VT_STR("directly connected,"))) {
		route->connected = true;
		read_hop_items(table, add_hop(table), rest);
	} else if (vt_scan_lit(&rest, VT_STR("connected by VPN"))) {
		struct vt_str how;
		route->vpn = true;
		next_item(&rest, &how); /* "(advertised)" */
		read_hop_items(table, add_hop(table), rest);
	} else if (vt_scan_lit(&rest, VT_STR("is a summary,"))) {
		read_hop_items(table, add_hop(table), rest);
	} else {
		return false;
	}
	return true;
}

/* As vt_shape_clear() would, at the price of a table of fifty thousand. */
static const struct vt_route no_route = { .prefix = VT_ABSENT, .distance = VT_ABSENT, .metric = VT_ABSENT };

static struct vt_route *push_route(struct table *table, const struct vt_route *route)
{
	table->route = VT_PUSH(table->arena, table->facts->routes, table->facts->routes_len, table->routes_cap);
	*table->route = *route;
	table->hops_cap = 0;
	return table->route;
}

static bool read_row(struct table *table, struct vt_reader *r)
{
	struct vt_route route = no_route;
	struct vt_str rest = r->line;
	route.first_line = route.last_line = r->lines.number;
	route.table = table->name;
	if (!read_codes(&rest, &route) || !read_network(&rest, &route))
		return false;
	push_route(table, &route);
	table->in_block = false;
	return read_way(table, rest);
}

static bool read_continuation(struct table *table, struct vt_reader *r)
{
	static const char *const begins[] = { "[", "via ", "is directly connected", "connected by VPN",
					      "is a summary" };
	for (size_t i = 0; table->route && i < sizeof begins / sizeof *begins; i++) {
		if (vt_str_starts(r->line, vt_str_of(begins[i]))) {
			table->route->last_line = r->lines.number;
			return read_way(table, r->line);
		}
	}
	return false;
}

/* ---- the block of `show route ADDRESS` ---- */

/* "static", distance 1, metric 0 (connected, via interface), candidate default path */
static void read_known_via(struct vt_route *route, struct vt_str rest)
{
	struct vt_str item;
	if (vt_next_lit(&rest, VT_STR("\"")) && vt_scan_until(&rest, '"', &route->protocol))
		rest = vt_str_from(rest, 1);
	while (next_item(&rest, &item)) {
		if (vt_scan_lit(&item, VT_STR("distance")))
			vt_next_u64(&item, &route->distance);
		else if (vt_scan_lit(&item, VT_STR("metric")))
			vt_next_u64(&item, &route->metric);
		else if (vt_str_starts(item, VT_STR("candidate default")))
			route->candidate_default = true;
	}
}

/* "* 10.1.1.1, from 10.1.1.1, 0:05:41 ago, via outside", "* directly connected, via inside" */
static bool read_descriptor(struct table *table, struct vt_str line)
{
	struct vt_str item, word;
	vt_scan_char(&line, '*');
	struct vt_str rest = vt_str_ltrim(line);
	if (!next_item(&rest, &item) || vt_str_find(line, VT_STR("via ")) < 0)
		return false;
	struct vt_next_hop *hop = add_hop(table);
	if (vt_str_eq(item, VT_STR("directly connected")))
		table->route->connected = true;
	else
		hop->gateway = item;
	while (next_item(&rest, &item)) {
		if (vt_scan_lit(&item, VT_STR("via ")))
			hop->interface = vt_str_trim(item);
		else if (vt_next_word(&item, &word) && is_age(word))
			hop->age = word;
	}
	return true;
}

static bool read_block_line(struct table *table, struct vt_str line)
{
	static const char *const noise[] = { "Routing Descriptor Blocks:",
					     "Route metric is",
					     "Tag ",
					     "Redistributing via",
					     "Last update from",
					     "Loading ",
					     "Total delay",
					     "Reliability",
					     "Minimum bandwidth",
					     "AS Hops",
					     "Route tag",
					     "Advertised by",
					     "Hops ",
					     "MPLS label" };
	struct vt_str rest = line;
	if (!table->in_block)
		return false;
	if (vt_scan_lit(&rest, VT_STR("Known via"))) {
		read_known_via(table->route, rest);
		return true;
	}
	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
		if (vt_str_starts(line, vt_str_of(noise[i])))
			return true;
	return read_descriptor(table, line);
}

static bool read_heading(struct table *table, struct vt_reader *r)
{
	struct vt_route_table *facts = table->facts;
	struct vt_str line = r->line, word;
	if (vt_scan_lit(&line, VT_STR("Codes:"))) {
		table->in_legend = true;
	} else if (vt_scan_lit(&line, VT_STR("Gateway of last resort is "))) {
		table->in_legend = false;
		facts->last_resort = !vt_str_starts(line, VT_STR("not set"));
		if (facts->last_resort && vt_next_word(&line, &facts->last_resort_gateway) &&
		    vt_next_lit(&line, VT_STR("to network")) && vt_next_word(&line, &word))
			facts->last_resort_network = word;
	} else if (vt_scan_lit(&line, VT_STR("Routing Table:"))) {
		table->name = vt_str_trim(line);
	} else if (vt_scan_lit(&line, VT_STR("IPv6 Routing Table"))) {
		for (struct vt_str entries = line; vt_next_word(&entries, &word);)
			vt_str_to_u64(word, &table->entries);
	} else if (vt_scan_lit(&line, VT_STR("Routing entry for "))) {
		struct vt_route route = no_route;
		route.first_line = r->lines.number;
		struct vt_str network = line; /* "0.0.0.0 0.0.0.0, supernet": wider than the class of its address */
		vt_scan_until(&line, ',', &network);
		table->in_block = read_network(&network, &route);
		if (table->in_block)
			push_route(table, &route);
		return table->in_block;
	} else if (vt_str_ends(line, VT_STR("not in table"))) {
		facts->in_table = 0;
	} else {
		return table->in_legend && vt_str_find(line, VT_STR(" - ")) > 0;
	}
	return true;
}

static bool read_line(struct table *table, struct vt_reader *r)
{
	if (table->in_block && table->route)
		table->route->last_line = r->lines.number;
	return read_row(table, r) || read_continuation(table, r) || read_block_line(table, r->line) ||
	       read_heading(table, r);
}

enum vt_status vt_route_parse(struct vt_str text, struct vt_arena *arena, struct vt_route_table *facts,
			      struct vt_parse_report *report)
{
	struct table table = { .facts = facts, .arena = arena, .entries = VT_ABSENT };
	vt_shape_clear(&vt_route_shape, facts);
	table.routes_cap = vt_rows_at_most(text, sizeof "S 1.0.0.0 255.0.0.0" - 1);
	facts->routes = VT_NEW_ARRAY(arena, struct vt_route, table.routes_cap);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&table, &r))
			vt_reader_skip(&r);
	if (!facts->routes_len && facts->last_resort < 0 && facts->in_table < 0 && !table.in_legend &&
	    table.entries == VT_ABSENT)
		return VT_E_NOT_THIS_COMMAND;
	bool half = table.route && table.route->next_hops_len == 0;
	bool missing = table.entries != VT_ABSENT && table.entries > facts->routes_len;
	if (half || missing || (table.in_legend && facts->last_resort < 0 && table.entries == VT_ABSENT))
		report->truncated = true;
	return VT_OK;
}
