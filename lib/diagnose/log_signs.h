/* SPDX-License-Identifier: MIT
 * What a log message says about a tunnel: the table of diagnosis.md section K, as data.
 *
 * A row is an id (or a run of ids), a piece of text that has to stand in it, and the fault it speaks for. 713902 to
 * 713906 carry free text: there the text decides alone. The first row that fits wins.
 */
#ifndef VT_DIAGNOSE_LOG_SIGNS_H
#define VT_DIAGNOSE_LOG_SIGNS_H

#include "asa/logging.h"
#include "config/finding.h"

enum vt_sign_kind {
	VT_SIGN_CAUSE,  /* the device names a cause, or quotes the other end naming it */
	VT_SIGN_HINT,   /* fits a cause, and others */
	VT_SIGN_DEMAND, /* somebody asks for the tunnel */
	VT_SIGN_PHASE1_UP,
	VT_SIGN_PHASE2_UP,
	VT_SIGN_DOWN,    /* a session ended; the reason says why */
	VT_SIGN_NAT,     /* 713172 */
	VT_SIGN_TIMEOUT, /* 713136: the state it ended in stands in it */
};

struct vt_log_sign {
	unsigned from, to;
	const char *text; /* NULL: any; case does not matter */
	enum vt_sign_kind kind;
	const char *fault; /* NULL for the kinds that have none */
	enum vt_confidence confidence;
	const char *says;
};

extern const struct vt_log_sign vt_log_signs[];
extern const size_t vt_log_signs_len;

/* NULL: nothing about a tunnel. */
const struct vt_log_sign *vt_log_sign_of(const struct vt_syslog *message);
/* The cause that the reason of a teardown speaks for ("Idle Timeout"): a fault id, or NULL. */
const char *vt_teardown_fault(struct vt_str reason);
/* Whether `word` stands in the text; case does not matter. */
bool vt_text_has(struct vt_str text, const char *word);

#endif
