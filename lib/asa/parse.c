/* SPDX-License-Identifier: MIT
 * The table of every listing: its command, what people type for it, what its lines look like, who reads it.
 *
 * To add a listing: its parser and its shape table in a file of its own, one READER line, one row.
 */
#include "asa/parse.h"

#include "asa/access_list.h"
#include "asa/asp_drop.h"
#include "asa/asp_vpn_context.h"
#include "asa/certificates.h"
#include "asa/device_facts.h"
#include "asa/ike_sa.h"
#include "asa/interface_ip_brief.h"
#include "asa/ipsec_sa.h"
#include "asa/ipsec_stats.h"
#include "asa/logging.h"
#include "asa/names.h"
#include "asa/nat_detail.h"
#include "asa/packet_tracer.h"
#include "asa/ping.h"
#include "asa/route.h"
#include "asa/terminal.h"
#include "asa/vpn_sessiondb.h"
#include "base/lines.h"

/* The typed parser behind one type for all of them. */
typedef enum vt_status parse_fn(struct vt_str text, struct vt_arena *arena, void *facts,
				struct vt_parse_report *report);
#define READER(name, type)                                                                                             \
	static enum vt_status read_##name(struct vt_str text, struct vt_arena *arena, void *facts,                     \
					  struct vt_parse_report *report)                                              \
	{                                                                                                              \
		return vt_##name##_parse(text, arena, (struct type *)facts, report);                                   \
	}

enum { MAX_FORMS = 4, MAX_MARKS = 8 };

READER(ike_sa, vt_ike_sa)
READER(ipsec_sa, vt_ipsec_sa)
READER(vpn_sessiondb, vt_vpn_sessiondb)
READER(packet_tracer, vt_packet_tracer)
READER(version, vt_version)
READER(failover, vt_failover)
READER(context, vt_contexts)
READER(mode, vt_mode)
READER(clock, vt_clock)
READER(cpu_usage, vt_cpu_usage)
READER(route, vt_route_table)
READER(asp_drop, vt_asp_drop)
READER(nat_detail, vt_nat_detail)
READER(access_list, vt_access_lists)
READER(logging, vt_logging)
READER(names, vt_names)
READER(interface_ip_brief, vt_interfaces_brief)
READER(ping, vt_ping)
READER(certificates, vt_certificates)

/* "interface folink GigabitEthernet0/2" of `show failover interface` stands alone; the address below it does not. */
static bool looks_like_failover_interface(struct vt_str line)
{
	return vt_str_starts(line, VT_STR("System IP Address:"));
}

static bool looks_like_clock(struct vt_str line)
{
	int64_t local_ms;
	return line.len > 20 && line.len < 48 && (*line.p == '*' || (*line.p >= '0' && *line.p <= '9')) &&
	       vt_device_time_parse(*line.p == '*' ? vt_str_from(line, 1) : line, NULL, &local_ms);
}

/* A line of a configuration begins the same way; only the listing numbers and counts. */
static bool looks_like_access_list(struct vt_str line)
{
	struct vt_str name;
	vt_scan_lit(&line, VT_STR("ipv6 "));
	if (!vt_scan_lit(&line, VT_STR("access-list ")) || !vt_scan_word(&line, &name))
		return false;
	return vt_str_starts(line, VT_STR(" line ")) || vt_str_ends(name, VT_STR(";")) ||
	       vt_str_find(line, VT_STR("ACL log flows")) >= 0;
}

static bool looks_like_syslog(struct vt_str line)
{
	struct vt_syslog message;
	struct vt_syslog_vpn vpn;
	bool about_vpn;
	return vt_syslog_parse(line, &message, &vpn, &about_vpn);
}

static bool looks_like_interface_ip_brief(struct vt_str line)
{
	return vt_str_starts(line, VT_STR("Interface ")) && vt_str_find(line, VT_STR("IP-Address")) > 0;
}
READER(vpn_sessiondb_summary, vt_vpn_sessiondb_summary)
READER(ipsec_stats, vt_ipsec_stats)
READER(asp_vpn_context, vt_asp_vpn_contexts)

/* A form is the words of a command. "a|b" are alternatives, "[a]" may be missing, "..." at the end lets anything
 * follow. Each word may be typed abbreviated. A `| include …` behind a command is not part of it.
 *
 * A mark is how a line begins (blanks before it aside) that no other listing has. `looks` says the same of lines
 * that need more than a beginning; it is asked when no mark of any row fits. */
static const struct row {
	const char *command;
	const char *forms[MAX_FORMS];
	const char *marks[MAX_MARKS];
	parse_fn *parse;
	const struct vt_shape *shape;
	bool (*looks)(struct vt_str line);
} rows[VT_LISTING_KINDS] = {
	[VT_LISTING_UNKNOWN] = { "" },
	[VT_LISTING_IKE_SA] = {
		"show crypto isakmp sa",
		{ "show crypto isakmp|ikev1|ikev2 sa ...", "show isakmp sa ..." },
		{ "IKEv1 SAs:", "IKEv2 SAs:", "There are no IKE", "Session-id:", "IKE Peer ", "Total IKE SA:", "Tunnel-id " },
		read_ike_sa,
		&vt_ike_sa_shape,
	},
	[VT_LISTING_IPSEC_SA] = {
		"show crypto ipsec sa",
		{ "show crypto ipsec sa ...", "show ipsec sa ..." },
		{ "interface: ", "peer address: ", "Crypto map tag:", "There are no ipsec sas", "local ident (" },
		read_ipsec_sa,
		&vt_ipsec_sa_shape,
	},
	[VT_LISTING_IPSEC_STATS] = {
		"show crypto ipsec stats",
		{ "show crypto ipsec stats ...", "show ipsec stats ..." },
		{ "IPsec Global Statistics" },
		read_ipsec_stats,
		&vt_ipsec_stats_shape,
	},
	[VT_LISTING_VPN_SESSIONDB] = {
		"show vpn-sessiondb detail l2l",
		{ "show vpn-sessiondb [detail] l2l ..." },
		{ "Session Type: LAN-to-LAN", "INFO: There are presently no active sessions" },
		read_vpn_sessiondb,
		&vt_vpn_sessiondb_shape,
	},
	[VT_LISTING_VPN_SESSIONDB_SUMMARY] = {
		"show vpn-sessiondb summary",
		{ "show vpn-sessiondb [summary]" },
		{ "VPN Session Summary", "Active Session Summary" },
		read_vpn_sessiondb_summary,
		&vt_vpn_sessiondb_summary_shape,
	},
	[VT_LISTING_PACKET_TRACER] = {
		"packet-tracer",
		{ "packet-tracer input ..." },
		{ "Phase: ", "<Phase>", "input-interface:" },
		read_packet_tracer,
		&vt_packet_tracer_shape,
	},
	[VT_LISTING_VERSION] = {
		"show version",
		{ "show version" },
		{ "Cisco Adaptive Security Appliance Software", "Cisco PIX Security Appliance Software", "Cisco PIX Firewall Version" },
		read_version,
		&vt_version_shape,
	},
	[VT_LISTING_FAILOVER] = {
		"show failover",
		{ "show failover [interface]" },
		{ "Failover On", "Failover Off", "This host: ", "Other host: ", "This context: " },
		read_failover,
		&vt_failover_shape,
		looks_like_failover_interface,
	},
	[VT_LISTING_CONTEXT] = {
		"show context",
		{ "show context ..." },
		{ "Context Name" },
		read_context,
		&vt_context_shape,
	},
	[VT_LISTING_MODE] = {
		"show mode",
		{ "show mode" },
		{ "Security context mode:" },
		read_mode,
		&vt_mode_shape,
	},
	[VT_LISTING_CLOCK] = {
		"show clock",
		{ "show clock [detail]" },
		{ "Time source is" },
		read_clock,
		&vt_clock_shape,
		looks_like_clock,
	},
	[VT_LISTING_CPU_USAGE] = {
		"show cpu usage",
		{ "show cpu [usage]" },
		{ "CPU utilization for" },
		read_cpu_usage,
		&vt_cpu_usage_shape,
	},
	[VT_LISTING_ROUTE] = {
		"show route",
		{ "show route ...", "show ipv6 route ..." },
		{ "Codes: ", "Gateway of last resort", "Routing entry for", "IPv6 Routing Table", "Routing Table: " },
		read_route,
		&vt_route_shape,
	},
	[VT_LISTING_ASP_DROP] = {
		"show asp drop",
		{ "show asp drop ..." },
		{ "Frame drop:", "Flow drop:" },
		read_asp_drop,
		&vt_asp_drop_shape,
	},
	[VT_LISTING_ASP_VPN_CONTEXT] = {
		"show asp table vpn-context detail",
		{ "show asp table vpn-context detail" },
		{ "VPN CTX " },
		read_asp_vpn_context,
		&vt_asp_vpn_contexts_shape,
	},
	[VT_LISTING_NAT_DETAIL] = {
		"show nat detail",
		{ "show nat ..." },
		{ "Manual NAT Policies", "Auto NAT Policies" },
		read_nat_detail,
		&vt_nat_detail_shape,
	},
	[VT_LISTING_ACCESS_LIST] = {
		"show access-list",
		{ "show access-list ...", "show ipv6 access-list ..." },
		{ NULL },
		read_access_list,
		&vt_access_list_shape,
		looks_like_access_list,
	},
	[VT_LISTING_LOGGING] = {
		"show logging",
		{ "show logging ..." },
		{ "Syslog logging:" },
		read_logging,
		&vt_logging_shape,
		looks_like_syslog,
	},
	[VT_LISTING_NAMES] = {
		"show names",
		{ "show names", "show running-config [all] names|name" },
		{ "name " },
		read_names,
		&vt_names_shape,
	},
	[VT_LISTING_INTERFACE_IP_BRIEF] = {
		"show interface ip brief",
		{ "show interface ip brief" },
		{ NULL },
		read_interface_ip_brief,
		&vt_interface_ip_brief_shape,
		looks_like_interface_ip_brief,
	},
	[VT_LISTING_PING] = {
		"ping",
		{ "ping ..." },
		{ "Type escape sequence to abort", "Sending ", "Success rate is " },
		read_ping,
		&vt_ping_shape,
	},
	[VT_LISTING_CERTIFICATES] = {
		"show crypto ca certificates",
		{ "show crypto ca certificates ..." },
		{ "CA Certificate", "Certificate Serial Number:" },
		read_certificates,
		&vt_certificates_shape,
	},
};

const char *vt_listing_command(enum vt_listing_kind kind)
{
	return rows[kind].command;
}

const struct vt_shape *vt_listing_shape(enum vt_listing_kind kind)
{
	return rows[kind].shape;
}

/* One word of a form without its brackets; false at the end of the form. */
static bool next_form_word(const char **form, struct vt_str *word, bool *optional)
{
	const char *p = *form + strspn(*form, " ");
	if (*p == '\0')
		return false;
	size_t len = strcspn(p, " ");
	*form = p + len;
	*optional = *p == '[';
	*word = *optional ? (struct vt_str){ p + 1, len - 2 } : (struct vt_str){ p, len };
	return true;
}

/* An ASA takes any unambiguous abbreviation. Which one is depends on the release, so two letters are enough here:
 * the device has answered the command, and in doubt the first row of the table wins. */
static bool is_abbreviation(struct vt_str typed, struct vt_str word)
{
	size_t least = word.len < 3 ? word.len : 2;
	return typed.len >= least && vt_str_istarts(word, typed);
}

static bool word_matches(struct vt_str typed, struct vt_str alternatives)
{
	for (;;) {
		ptrdiff_t bar = vt_str_find_char(alternatives, '|');
		struct vt_str word = bar < 0 ? alternatives : vt_str_first(alternatives, (size_t)bar);
		if (is_abbreviation(typed, word))
			return true;
		if (bar < 0)
			return false;
		alternatives = vt_str_from(alternatives, (size_t)bar + 1);
	}
}

static bool form_matches(const char *form, struct vt_str command)
{
	struct vt_str want, typed;
	bool optional;
	while (next_form_word(&form, &want, &optional)) {
		if (vt_str_eq(want, VT_STR("...")))
			return true;
		struct vt_str rest = command;
		vt_skip_blanks(&rest);
		if (vt_scan_word(&rest, &typed) && word_matches(typed, want))
			command = rest;
		else if (!optional)
			return false;
	}
	vt_skip_blanks(&command);
	return command.len == 0;
}

static struct vt_str without_filter(struct vt_str command)
{
	ptrdiff_t bar = vt_str_find_char(command, '|');
	return bar < 0 ? command : vt_str_first(command, (size_t)bar);
}

enum vt_listing_kind vt_listing_of_command(struct vt_str command)
{
	command = without_filter(command);
	for (int kind = VT_LISTING_UNKNOWN + 1; kind < VT_LISTING_KINDS; kind++) {
		for (size_t i = 0; i < MAX_FORMS && rows[kind].forms[i]; i++) {
			if (form_matches(rows[kind].forms[i], command))
				return (enum vt_listing_kind)kind;
		}
	}
	return VT_LISTING_UNKNOWN;
}

static enum vt_listing_kind kind_of_line(struct vt_str line)
{
	line = vt_str_trim(line);
	for (int kind = VT_LISTING_UNKNOWN + 1; line.len && kind < VT_LISTING_KINDS; kind++) {
		for (size_t i = 0; i < MAX_MARKS && rows[kind].marks[i]; i++) {
			if (vt_str_starts(line, vt_str_of(rows[kind].marks[i])))
				return (enum vt_listing_kind)kind;
		}
	}
	for (int kind = VT_LISTING_UNKNOWN + 1; line.len && kind < VT_LISTING_KINDS; kind++) {
		if (rows[kind].looks && rows[kind].looks(line))
			return (enum vt_listing_kind)kind;
	}
	return VT_LISTING_UNKNOWN;
}

enum vt_listing_kind vt_listing_of_shape(struct vt_str text)
{
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	enum vt_listing_kind kind = VT_LISTING_UNKNOWN;
	while (kind == VT_LISTING_UNKNOWN && vt_lines_next(&lines, &line))
		kind = kind_of_line(line);
	return kind;
}

/* A refusal is understood line by line; what no parser reads is not. */
static void count_lines(struct vt_str text, bool skip, struct vt_parse_report *report)
{
	struct vt_lines lines = vt_lines_of(text);
	for (struct vt_str line; vt_lines_next(&lines, &line);) {
		if (skip && vt_str_trim(line).len && !vt_is_async_line(line))
			vt_report_skip(report, lines.number, line);
		else
			report->recognised++;
	}
	report->lines = lines.number;
}

struct vt_listing *vt_listing_parse(enum vt_listing_kind kind, struct vt_str text, struct vt_arena *arena)
{
	const struct row *row = &rows[kind];
	struct vt_listing *listing = VT_NEW(arena, struct vt_listing);
	listing->kind = kind;
	listing->command = vt_str_of(row->command);
	listing->text = text;
	struct vt_str refusal;
	listing->status = vt_answer_refusal(text, &refusal);
	if (listing->status == VT_OK && !row->parse)
		listing->status = VT_E_UNKNOWN_COMMAND;
	if (listing->status != VT_OK) {
		count_lines(text, listing->status == VT_E_UNKNOWN_COMMAND, &listing->report);
		return listing;
	}
	void *facts = vt_arena_alloc(arena, row->shape->size);
	listing->status = row->parse(text, arena, facts, &listing->report);
	listing->facts = listing->status == VT_OK ? facts : NULL;
	return listing;
}
