/* SPDX-License-Identifier: MIT
 * show route [ADDRESS] · show ipv6 route
 *
 * `show route ADDRESS` of new releases prints a "Routing entry for" block instead of a row; it gives the same facts
 * with the protocol in words and without code letters.
 */
#ifndef VT_ASA_ROUTE_H
#define VT_ASA_ROUTE_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_next_hop {
	struct vt_str gateway; /* absent for a connected or VPN route */
	struct vt_str interface;
	struct vt_str age; /* "3w6d", "0:19:52" as printed */
};

struct vt_route {
	struct vt_str table;         /* "mgmt-only", a VRF; absent for the main table */
	struct vt_str code, subcode; /* "S"; "O" and "E2" */
	struct vt_str protocol;      /* "static", "connected", "vpn", "ospf" … */
	struct vt_str network, mask; /* network may be a name; mask dotted, or absent for IPv6 */
	uint64_t prefix;             /* length, of either family; absent when the mask is none */
	uint64_t distance, metric;
	bool candidate_default; /* '*' */
	bool connected;         /* "is directly connected" */
	bool vpn;               /* "connected by VPN": reverse route of a tunnel or a client */
	bool tunneled;          /* default route for decrypted traffic only */
	struct vt_next_hop *next_hops;
	size_t next_hops_len;
	uint64_t first_line, last_line;
};

struct vt_route_table {
	int8_t last_resort; /* 1 set, 0 "is not set", -1 not printed */
	struct vt_str last_resort_gateway, last_resort_network;
	int8_t in_table; /* `show route ADDRESS`: 0 "not in table", else -1 */
	struct vt_route *routes;
	size_t routes_len;
};

extern const struct vt_shape vt_route_shape;

enum vt_status vt_route_parse(struct vt_str text, struct vt_arena *arena, struct vt_route_table *facts,
			      struct vt_parse_report *report);

#endif
