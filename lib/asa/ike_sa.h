/* SPDX-License-Identifier: MIT
 * show crypto isakmp sa [detail] · show crypto ikev1 sa [detail] · show crypto ikev2 sa [detail]
 *
 * One parser for the three: `show crypto isakmp sa` of 8.4 and later prints both families, 8.3 and earlier only
 * the first and without a heading; the two others print one. Shapes and states: formats.md sections 1 to 3.
 */
#ifndef VT_ASA_IKE_SA_H
#define VT_ASA_IKE_SA_H

#include "asa/ipsec_sa.h"

struct vt_ikev1_sa {
	struct vt_str peer;
	struct vt_str type, role; /* "L2L" or "user"; "initiator" or "responder", in either shape */
	int8_t rekey;             /* 1 yes, 0 no, -1 not printed */
	struct vt_str state;      /* as printed */
	struct vt_str encryption, hash, auth;
	uint64_t lifetime_s, lifetime_remaining_s;
	uint64_t first_line, last_line;
};

/* An inclusive range of a traffic selector. */
struct vt_ts_range {
	struct vt_str start, end;
	uint64_t port_start, port_end;
};

struct vt_ikev2_child {
	struct vt_ts_range local_selector, remote_selector;
	uint64_t spi_in, spi_out;
	struct vt_str encryption, hash; /* `detail` */
	uint64_t key_bits;
};

struct vt_ikev2_sa {
	uint64_t session_id;
	struct vt_str status; /* "UP-ACTIVE" */
	uint64_t ike_count, child_count;
	uint64_t tunnel_id;
	struct vt_endpoint local, remote;
	struct vt_str state, role; /* "READY"; "INITIATOR" or "RESPONDER" */
	struct vt_str encryption;
	uint64_t key_bits;
	struct vt_str hash;
	uint64_t dh_group;
	struct vt_str auth_sign, auth_verify;
	uint64_t lifetime_s, active_s;
	/* `detail` */
	struct vt_str status_description, local_spi, remote_spi, local_id, remote_id;
	uint64_t dpd_s, dpd_retry;
	int8_t nat_t; /* 1 detected, 0 not, -1 not printed */
	struct vt_ikev2_child *children;
	size_t children_len;
	uint64_t first_line, last_line;
};

/* A family that was neither listed nor declared empty is not known: seen is false. */
struct vt_ike_family1 {
	bool seen;
	uint64_t active, rekey, total; /* VT_ABSENT when not printed */
	struct vt_ikev1_sa *sas;
	size_t sas_len;
};

struct vt_ike_family2 {
	bool seen;
	struct vt_ikev2_sa *sas;
	size_t sas_len;
};

struct vt_ike_sa {
	struct vt_ike_family1 ikev1;
	struct vt_ike_family2 ikev2;
};

extern const struct vt_shape vt_ike_sa_shape;

/* Truncated: fewer rows than "Total IKE SA", fewer children than "CHILD count", a heading without what it heads, an
 * SA without its state. A listing edited by hand, so that its totals exceed its rows, counts as truncated as well:
 * nothing tells it from one that was cut. */
enum vt_status vt_ike_sa_parse(struct vt_str text, struct vt_arena *arena, struct vt_ike_sa *facts,
			       struct vt_parse_report *report);

/* What a state as printed says, for either version: "MM_ACTIVE", "MM_WAIT_MSG6", "READY", "IN-NEG"…
 * Unknown names are judged by their suffix (formats.md section 2). */
enum vt_ike_phase {
	VT_IKE_NONE,        /* absent */
	VT_IKE_UP,          /* ACTIVE, REKEY, READY */
	VT_IKE_WAITING,     /* WAIT_MSGn: `message` is n */
	VT_IKE_GOING,       /* FREE, DONE, DELETE */
	VT_IKE_NEGOTIATING, /* anything else */
};
enum vt_ike_phase vt_ike_phase_of(struct vt_str state, unsigned *message);

/* Remote-access clients show up in the same listing. An L2L peer that has not matched a tunnel-group yet is listed as
 * "user" too, but only while it negotiates, and in Main Mode where clients use Aggressive Mode (formats.md section 1). */
bool vt_ikev1_may_be_l2l(const struct vt_ikev1_sa *sa);

#endif
