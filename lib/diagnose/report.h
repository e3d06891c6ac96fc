/* SPDX-License-Identifier: MIT
 * The verdict about one tunnel: the object of design.md section 7.
 *
 *     vt_diagnose(facts, case, arena)     facts.h → a report; everything in it lives in the arena
 *
 * Rules of one layer each (rules_*.c) say which faults fit and what they exclude, with the lines that say so. Caps are
 * put on in one place (diagnose.c), whatever a rule claims: from one end alone what lies elsewhere is at most likely
 * unless a device states it, one look at something that changes is at most likely, keys are at most strong.
 */
#ifndef VT_DIAGNOSE_REPORT_H
#define VT_DIAGNOSE_REPORT_H

#include "diagnose/catalogue.h"
#include "diagnose/facts.h"

enum {
	VT_EVIDENCE_MAX = 24,
	VT_NOTES_MAX = 8,
	VT_CANDIDATES_MAX = 16,
	VT_RULED_OUT_MAX = 24,
	VT_CHANGES_MAX = 4,
};

enum vt_tunnel_state {
	VT_TUNNEL_UP,
	VT_TUNNEL_IDLE,
	VT_TUNNEL_NEGOTIATING,
	VT_TUNNEL_PHASE1_FAILING,
	VT_TUNNEL_PHASE2_FAILING,
	VT_TUNNEL_NO_TRAFFIC,
	VT_TUNNEL_DOWN,
	VT_TUNNEL_ORPHAN,
	VT_TUNNEL_UNKNOWN,
	VT_TUNNEL_STATES,
};
/* "phase1-failing" …; static. */
const char *vt_tunnel_state_name(enum vt_tunnel_state state);

/* What a claim stands on. */
enum vt_basis {
	VT_BASIS_OBSERVED, /* states and counters */
	VT_BASIS_STATED,   /* a device names the cause, or quotes the other end naming it */
	VT_BASIS_STATIC,   /* a line of a configuration, a route, a trace */
};

struct vt_candidate {
	const struct vt_fault *fault;
	enum vt_confidence confidence;
	enum vt_basis basis;
	unsigned at;   /* 0, 1: the end where the cause lies, as far as it is known */
	unsigned rank; /* among equals: the smaller comes first */
	const char *because;
};

struct vt_evidence {
	struct vt_quote quote;
	const char *says;
};

struct vt_excluded {
	const struct vt_fault *fault;
	const char *because;
};

struct vt_report {
	const struct vt_tunnel_facts *facts;
	enum vt_tunnel_state state;
	bool flapping;
	bool one_sided;
	char own_address[VT_ADDR_TEXT]; /* the first that the first end is known to have; "" for none */
	/* The verdict: `fault` is NULL when nothing is wrong and when nothing is decided; `class` tells which. */
	const struct vt_fault *fault;
	enum vt_fault_class class;
	enum vt_layer layer;
	enum vt_confidence confidence; /* 0 without a fault, unless it is known that nothing is wrong */
	const char *title, *summary;
	unsigned at;                                       /* the end where the cause lies */
	struct vt_candidate candidates[VT_CANDIDATES_MAX]; /* best first */
	size_t candidates_len;
	struct vt_excluded ruled_out[VT_RULED_OUT_MAX];
	size_t ruled_out_len;
	struct vt_evidence evidence[VT_EVIDENCE_MAX];
	size_t evidence_len;
	const char *notes[VT_NOTES_MAX]; /* what is not known, and what limits the verdict */
	size_t notes_len;
	struct vt_evidence changes[VT_CHANGES_MAX];
	size_t changes_len;
	const char *separate; /* the one observation that would decide; NULL when nothing is left to decide */
};

const struct vt_report *vt_diagnose(const struct vt_case *c, const struct vt_tunnel_facts *facts,
				    struct vt_arena *arena);

/* Names for the texts of the catalogue, as the end `at` sees it. */
struct vt_fault_names vt_report_names(const struct vt_report *report, unsigned at);
/* The name of an end: its box, or the address the other one knows it by. */
struct vt_str vt_report_end_name(const struct vt_report *report, unsigned end);

/* What a person does: "On fra-fw1: look …", and the end whose names its command has. */
void vt_report_step(const struct vt_report *report, const struct vt_candidate *candidate,
		    const struct vt_fault_step *step, struct vt_buf *out);
/* Whether each end has a command of its own, because it names the peer. */
bool vt_report_step_is_for_each(const struct vt_fault_step *step);
/* How many of the candidates are worth steps: one when it is sure, else the best two. */
size_t vt_report_advised(const struct vt_report *report);
unsigned vt_report_step_at(const struct vt_candidate *candidate, const struct vt_fault_step *step);

/* For a person: plain, or Markdown for a ticket. */
void vt_report_text(const struct vt_report *report, bool markdown, struct vt_buf *out);
/* One line of a table: "DEVICE PEER STATUS WHY". */
void vt_report_row(const struct vt_report *report, bool markdown, struct vt_buf *out);
/* "likely P1-PSK: the pre-shared keys differ". */
void vt_report_why(const struct vt_report *report, struct vt_buf *out);
/* Worse is larger: for sorting. */
int vt_report_badness(const struct vt_report *report);

#endif
