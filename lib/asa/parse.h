/* SPDX-License-Identifier: MIT
 * From a command to its parser: the table of every listing this library reads.
 *
 * A listing is recognised by the command that was echoed, by a name given (`-c`), or by its shape. Reading one:
 *     struct vt_listing *l = vt_listing_parse(kind, text, arena);   facts + report, in the arena
 * The typed functions (vt_ipsec_sa_parse and its like) are the same parsers for callers who know what they hold.
 */
#ifndef VT_ASA_PARSE_H
#define VT_ASA_PARSE_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

enum vt_listing_kind {
	VT_LISTING_UNKNOWN,
	VT_LISTING_IKE_SA,
	VT_LISTING_IPSEC_SA,
	VT_LISTING_IPSEC_STATS,
	VT_LISTING_VPN_SESSIONDB,
	VT_LISTING_VPN_SESSIONDB_SUMMARY,
	VT_LISTING_PACKET_TRACER,
	VT_LISTING_VERSION,
	VT_LISTING_FAILOVER,
	VT_LISTING_CONTEXT,
	VT_LISTING_MODE,
	VT_LISTING_CLOCK,
	VT_LISTING_CPU_USAGE,
	VT_LISTING_ROUTE,
	VT_LISTING_ASP_DROP,
	VT_LISTING_ASP_VPN_CONTEXT,
	VT_LISTING_NAT_DETAIL,
	VT_LISTING_ACCESS_LIST,
	VT_LISTING_LOGGING,
	VT_LISTING_NAMES,
	VT_LISTING_INTERFACE_IP_BRIEF,
	VT_LISTING_PING,
	VT_LISTING_CERTIFICATES,
	VT_LISTING_KINDS, /* how many */
};

struct vt_listing {
	enum vt_listing_kind kind;
	struct vt_str command; /* as typed where it was echoed or given, else the canonical name */
	struct vt_str prompt;  /* before the echo, "act/Lab2/FWasa1#"; absent where there was none */
	struct vt_str text;    /* the output itself; lines are counted from its beginning */
	enum vt_status status; /* VT_OK; VT_E_DENIED, VT_E_REJECTED … when the device refused; VT_E_NOT_THIS_COMMAND */
	void *facts;           /* struct vt_ipsec_sa and its like, by kind; NULL unless status is VT_OK */
	struct vt_parse_report report;
};

/* The canonical command of a kind: "show crypto ipsec sa"; "" for VT_LISTING_UNKNOWN. Static. */
const char *vt_listing_command(enum vt_listing_kind kind);
/* The fields of its facts; NULL for a kind without a parser. Static. */
const struct vt_shape *vt_listing_shape(enum vt_listing_kind kind);
/* A command as a person types it, abbreviations included ("sh cry isa sa | b 90.1.1.1"), to its kind. */
enum vt_listing_kind vt_listing_of_command(struct vt_str command);
/* Judged by the first line that only one listing prints; VT_LISTING_UNKNOWN when there is none. */
enum vt_listing_kind vt_listing_of_shape(struct vt_str text);

/* `text` is the cleaned output of one command, without echo and prompt; facts are views into it. A kind without a
 * parser, VT_LISTING_UNKNOWN too, is a listing with VT_E_UNKNOWN_COMMAND and all of its lines skipped. */
struct vt_listing *vt_listing_parse(enum vt_listing_kind kind, struct vt_str text, struct vt_arena *arena);

/* Puts addresses in the place of names, wherever facts of that shape hold one. The addresses are views into the text
 * of `names`. */
struct vt_names;
void vt_facts_resolve(const struct vt_shape *shape, void *facts, const struct vt_names *names, struct vt_arena *arena);

/* A pasted transcript: prompts, echoes and several commands in any order, from one device or more. Splits it,
 * recognises and parses each output, then puts addresses in the place of names by the `show names` of the same
 * device. `command` (may be absent) says what an output without an echo is. `text` must have been through
 * vt_clean(). Answers the listings in order.
 *
 * Left out: the greeting before the first prompt, commands that print nothing, and those that only steer the session
 * (terminal, enable, exit and their like). A command that no parser knows is a listing of kind VT_LISTING_UNKNOWN
 * with VT_E_UNKNOWN_COMMAND, all of its lines skipped. */
struct vt_listing **vt_transcript_parse(struct vt_str text, struct vt_str command, struct vt_arena *arena, size_t *len);

#endif
