/* SPDX-License-Identifier: MIT
 * show access-list [NAME] [brief]
 *
 * One struct vt_ace a line, expanded lines (of objects and groups) included and marked. vt_ace_parse() reads the
 * grammar behind the line number alone; a configuration has the same.
 */
#ifndef VT_ASA_ACCESS_LIST_H
#define VT_ASA_ACCESS_LIST_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_ace_addr {
	/* "any", "any4", "any6", "host", "network", "range", "object", "object-group", "fqdn", "interface" */
	struct vt_str kind;
	struct vt_str value; /* address, "2001:db8::/64", or the name of the object, interface or host */
	struct vt_str mask;  /* network */
	struct vt_str end;   /* range */
	bool unresolved;     /* fqdn */
};

struct vt_ace_ports {
	struct vt_str op; /* "eq", "neq", "gt", "lt", "range", "object-group" */
	struct vt_str value, end;
};

struct vt_ace {
	uint64_t line;
	bool expanded;        /* one of the lines that the entry before it stands for */
	struct vt_str type;   /* "extended", "standard", "webtype", "ethertype"; absent before 7.0 and for IPv6 lists */
	struct vt_str action; /* "permit", "deny" */
	struct vt_str protocol; /* "tcp", "57"; absent when a service object or group stands in its place */
	struct vt_str service_object, service_group;
	struct vt_ace_addr source, destination;
	struct vt_ace_ports source_ports, destination_ports;
	struct vt_str icmp_type, icmp_code;
	bool log;
	struct vt_str log_level; /* "informational", "disable", "default" */
	uint64_t log_interval_s;
	struct vt_str time_range;
	bool inactive;
	uint64_t hitcnt;
	struct vt_str hash;   /* "0x3f0331e6" */
	struct vt_str remark; /* a remark has nothing else */
	struct vt_str text;   /* as printed, from the type on, without counters and hash */
	uint64_t at_line;     /* of the listing */
};

struct vt_acl_brief { /* a row of `show access-list NAME brief`: four numbers in hexadecimal */
	struct vt_str hash, group_hash;
	uint64_t hitcnt;
	uint64_t last_hit_s; /* since 1970 */
};

struct vt_access_list {
	struct vt_str name;
	bool ipv6;         /* "ipv6 access-list", before 9.0 */
	uint64_t elements; /* what the heading says; absent when it was filtered away */
	struct vt_str name_hash;
	struct vt_ace *aces;
	size_t aces_len, aces_cap;
	struct vt_acl_brief *brief;
	size_t brief_len, brief_cap;
};

struct vt_access_lists {
	/* "cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)", "alert-interval 300" */
	uint64_t cached_flows, denied_flows, deny_flow_max, alert_interval_s;
	struct vt_access_list *lists;
	size_t lists_len;
};

extern const struct vt_shape vt_access_list_shape, vt_ace_shape;

enum vt_status vt_access_list_parse(struct vt_str text, struct vt_arena *arena, struct vt_access_lists *facts,
				    struct vt_parse_report *report);

/* "extended permit tcp host 10.1.1.1 any eq www inactive (hitcnt=3) 0x3f0331e6". True when every word was known;
 * what was read stands in `ace` either way. `ace` is cleared first. */
bool vt_ace_parse(struct vt_str text, struct vt_ace *ace);

#endif
