/* SPDX-License-Identifier: MIT
 * show vpn-sessiondb detail l2l [filter …] · show vpn-sessiondb l2l · show vpn-sessiondb [summary]
 *
 * Shapes of 7.x to 9.2x: formats.md section 5. Login Time is kept as text only; Duration is the robust key
 * (established_at = time of the command minus duration).
 */
#ifndef VT_ASA_VPN_SESSIONDB_H
#define VT_ASA_VPN_SESSIONDB_H

#include "asa/ipsec_sa.h"

struct vt_session_ike {
	struct vt_str version;   /* "IKE", "IKEv1", "IKEv2": the heading */
	struct vt_str tunnel_id; /* "48142.1" */
	uint64_t udp_src_port, udp_dst_port;
	struct vt_str neg_mode, auth_mode;          /* IKEv1 */
	struct vt_str rem_auth_mode, loc_auth_mode; /* IKEv2 */
	struct vt_str encryption, hashing, prf;
	uint64_t rekey_int_s, rekey_left_s, dh_group;
	struct vt_str filter_name;
};

struct vt_session_ipsec {
	struct vt_str heading; /* "IPsec", "IPsecOverNatT" */
	struct vt_str tunnel_id;
	struct vt_ident local, remote;
	struct vt_str encryption, hashing, encapsulation;
	uint64_t pfs_group;
	uint64_t rekey_int_s, rekey_left_s, rekey_int_kb, rekey_left_kb;
	uint64_t idle_timeout_min, idle_left_min, conn_timeout_min, conn_left_min;
	uint64_t bytes_tx, bytes_rx, pkts_tx, pkts_rx;
};

struct vt_session {
	struct vt_str connection; /* the tunnel-group; may be empty */
	uint64_t index;
	struct vt_str ip, protocol, encryption, hashing;
	struct vt_str group_policy, tunnel_group;
	uint64_t bytes_tx, bytes_rx;
	struct vt_str login_time;
	uint64_t duration_s;
	struct vt_str filter_name;
	uint64_t ike_tunnels, ipsec_tunnels; /* as counted by the device; more than are listed when ends were cut */
	struct vt_session_ike *ike;
	struct vt_session_ipsec *ipsec;
	size_t ike_len, ipsec_len;
	uint64_t first_line, last_line;
};

struct vt_vpn_sessiondb {
	struct vt_session *sessions;
	size_t sessions_len;
	bool none; /* "There are presently no active sessions" */
};

extern const struct vt_shape vt_vpn_sessiondb_shape, vt_vpn_sessiondb_summary_shape;

/* Truncated: the last session has no Duration, or fewer tunnels than it counts, or its last tunnel stops before its
 * packet counters. Only the last one is judged: a session that another one follows was not cut. */
enum vt_status vt_vpn_sessiondb_parse(struct vt_str text, struct vt_arena *arena, struct vt_vpn_sessiondb *facts,
				      struct vt_parse_report *report);

/* One row of the summary; VT_ABSENT for a column the device left empty. */
struct vt_sessiondb_row {
	struct vt_str type;   /* "Site-to-Site VPN", "IKEv1 IPsec", "AnyConnect Client" … as printed */
	struct vt_str parent; /* of a sub-row: the type of the row above that it is a part of */
	uint64_t active, cumulative, peak, inactive;
};

struct vt_vpn_sessiondb_summary {
	struct vt_sessiondb_row *rows; /* sessions, sub-rows after their parent */
	size_t rows_len;
	uint64_t total_active, total_cumulative, total_inactive, capacity, load_percent;
	struct vt_sessiondb_row *tunnels; /* "Tunnels Summary" */
	size_t tunnels_len;
	uint64_t tunnels_active, tunnels_cumulative; /* its totals */
};

/* Truncated: a table without the totals that end it. */
enum vt_status vt_vpn_sessiondb_summary_parse(struct vt_str text, struct vt_arena *arena,
					      struct vt_vpn_sessiondb_summary *facts, struct vt_parse_report *report);

#endif
