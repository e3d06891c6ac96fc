/* SPDX-License-Identifier: MIT
 * Reads `show vpn-sessiondb` without a type: tables of rows `Type : active : cumulative : peak : inactive`.
 *
 * New releases print "VPN Session Summary" and "Tunnels Summary"; 8.x printed "Sessions:", "License Information:" and
 * "Tunnels:". The licence table holds nothing that is kept. Source: formats.md section 5.
 */
#include "asa/vpn_sessiondb.h"

#include "asa/reader.h"

static const struct vt_field row_fields[] = {
	VT_F(STR, vt_sessiondb_row, type),   VT_F(STR, vt_sessiondb_row, parent),
	VT_F(U64, vt_sessiondb_row, active), VT_F(U64, vt_sessiondb_row, cumulative),
	VT_F(U64, vt_sessiondb_row, peak),   VT_F(U64, vt_sessiondb_row, inactive),
};
static const struct vt_shape row_shape = VT_SHAPE(vt_sessiondb_row, row_fields);

#define SUMMARY(kind, member) VT_F(kind, vt_vpn_sessiondb_summary, member)
static const struct vt_field summary_fields[] = {
	VT_FA(ARRAY, vt_vpn_sessiondb_summary, rows, &row_shape),
	SUMMARY(U64, total_active),
	SUMMARY(U64, total_cumulative),
	SUMMARY(U64, total_inactive),
	SUMMARY(U64, capacity),
	SUMMARY(U64, load_percent),
	VT_FA(ARRAY, vt_vpn_sessiondb_summary, tunnels, &row_shape),
	SUMMARY(U64, tunnels_active),
	SUMMARY(U64, tunnels_cumulative),
};
const struct vt_shape vt_vpn_sessiondb_summary_shape = VT_SHAPE(vt_vpn_sessiondb_summary, summary_fields);

enum table { NO_TABLE, SESSIONS, LICENSES, TUNNELS };

struct summary {
	struct vt_arena *arena;
	struct vt_vpn_sessiondb_summary *facts;
	enum table table;
	size_t rows_cap, tunnels_cap, indent; /* indent: of the first row of the table */
	struct vt_str parent;
	bool known, open; /* open: a table whose totals have not come */
};

static bool is_one_of(struct vt_str text, const struct vt_str *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (vt_str_starts(text, words[i]))
			return true;
	}
	return false;
}

/* A collector may have dropped the indentation that makes a sub-row; these types are never anything else. */
static bool is_sub_type(struct vt_str type)
{
	static const struct vt_str types[] = {
		VT_STR("SSL/TLS/DTLS"), VT_STR("IKEv1 IPsec"),     VT_STR("IKEv2 IPsec"),
		VT_STR("Browser"),      VT_STR("Clientless only"), VT_STR("With client")
	};
	return is_one_of(type, types, sizeof types / sizeof *types);
}

static bool on_heading(struct summary *s, struct vt_str line)
{
	static const struct {
		struct vt_str begins;
		enum table table;
	} headings[] = { { VT_STR("VPN Session Summary"), SESSIONS }, { VT_STR("Active Session Summary"), SESSIONS },
			 { VT_STR("Sessions:"), SESSIONS },           { VT_STR("License Information:"), LICENSES },
			 { VT_STR("Tunnels Summary"), TUNNELS },      { VT_STR("Tunnels:"), TUNNELS } };
	for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
		if (!vt_str_starts(line, headings[i].begins))
			continue;
		s->table = headings[i].table;
		s->open = s->table != LICENSES;
		s->indent = SIZE_MAX;
		s->parent = VT_STR_NONE;
		s->known = true;
		return true;
	}
	return false;
}

/* Rules of dashes, column heads, and what 8.x prints below its tables. */
static bool is_decoration(struct vt_str line)
{
	size_t dashes = 0;
	while (dashes < line.len && line.p[dashes] == '-')
		dashes++;
	return dashes == line.len || vt_str_starts(line, VT_STR("Active :")) ||
	       vt_str_starts(line, VT_STR("Active NAC Sessions")) || vt_str_starts(line, VT_STR("No NAC sessions")) ||
	       vt_str_starts(line, VT_STR("Active VLAN Mapping")) || vt_str_starts(line, VT_STR("No VLAN Mapping"));
}

/* "127             Total Cumulative :    432" */
static bool on_totals(struct summary *s, struct vt_str rest)
{
	struct vt_str label, value;
	if (!vt_next_u64(&rest, &s->facts->total_active))
		return false;
	while (vt_split_label(vt_str_ltrim(rest), &label, &value)) {
		rest = value;
		uint64_t *to = vt_str_eq(label, VT_STR("Total Cumulative")) ? &s->facts->total_cumulative
			       : vt_str_eq(label, VT_STR("Total Inactive")) ? &s->facts->total_inactive
									    : NULL;
		if (!to || !vt_next_u64(&rest, to))
			return false;
	}
	return true;
}

/* "127 : 432 : 205 : 0"; a column that is empty stays absent. */
static bool columns(struct vt_str rest, struct vt_sessiondb_row *row)
{
	uint64_t *to[] = { &row->active, &row->cumulative, &row->peak, &row->inactive };
	for (size_t i = 0; i < 4; i++) {
		vt_next_u64(&rest, to[i]);
		vt_skip_blanks(&rest);
		if (rest.len == 0)
			return row->active != VT_ABSENT;
		if (!vt_scan_char(&rest, ':'))
			return false;
	}
	return false;
}

static bool on_row(struct summary *s, struct vt_str type, struct vt_str rest, size_t indent)
{
	struct vt_sessiondb_row row;
	vt_shape_clear(&row_shape, &row);
	row.type = type;
	if (s->table == LICENSES)
		return true;
	if (s->table == NO_TABLE || !columns(rest, &row))
		return false;
	if (vt_str_eq(type, VT_STR("Totals"))) {
		bool tunnels = s->table == TUNNELS;
		*(tunnels ? &s->facts->tunnels_active : &s->facts->total_active) = row.active;
		*(tunnels ? &s->facts->tunnels_cumulative : &s->facts->total_cumulative) = row.cumulative;
		s->open = false;
		return true;
	}
	if (s->indent == SIZE_MAX)
		s->indent = indent;
	if (s->table == TUNNELS) {
		*VT_PUSH(s->arena, s->facts->tunnels, s->facts->tunnels_len, s->tunnels_cap) = row;
		return true;
	}
	if (indent > s->indent || is_sub_type(type))
		row.parent = s->parent;
	else
		s->parent = type;
	*VT_PUSH(s->arena, s->facts->rows, s->facts->rows_len, s->rows_cap) = row;
	return true;
}

static bool on_line(struct summary *s, struct vt_str line, size_t indent)
{
	struct vt_str label, rest;
	if (on_heading(s, line) || is_decoration(line))
		return true;
	if (!vt_split_label(line, &label, &rest))
		return false;
	if (vt_str_eq(label, VT_STR("Total Active and Inactive")))
		return on_totals(s, rest);
	if (vt_str_eq(label, VT_STR("Device Total VPN Capacity")))
		return vt_next_u64(&rest, &s->facts->capacity);
	if (vt_str_eq(label, VT_STR("Device Load"))) {
		s->open = false;
		return vt_next_u64(&rest, &s->facts->load_percent);
	}
	return on_row(s, label, rest, indent);
}

enum vt_status vt_vpn_sessiondb_summary_parse(struct vt_str text, struct vt_arena *arena,
					      struct vt_vpn_sessiondb_summary *facts, struct vt_parse_report *report)
{
	struct summary s = { .arena = arena, .facts = facts };
	*report = (struct vt_parse_report){ 0 };
	vt_shape_clear(&vt_vpn_sessiondb_summary_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		if (!on_line(&s, r.line, r.indent) && !vt_is_async_line(r.line))
			vt_reader_skip(&r);
	}
	report->truncated |= s.open;
	return s.known ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
