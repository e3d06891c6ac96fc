/* SPDX-License-Identifier: MIT
 * A finding: a fault or a weakness that a configuration shows by itself, with the lines that show it.
 */
#ifndef VT_CONFIG_FINDING_H
#define VT_CONFIG_FINDING_H

#include "config/config.h"

/* The four classes of the fault catalogue. */
enum vt_confidence { VT_POSSIBLE = 1, VT_LIKELY, VT_STRONG, VT_CERTAIN };
/* "possible", "likely", "strong", "certain"; static. */
const char *vt_confidence_name(enum vt_confidence confidence);

enum vt_severity {
	VT_ADVICE,  /* good practice; nothing is broken by it */
	VT_WARNING, /* it works now, or may; something will break it */
	VT_FAULT,   /* what it is about cannot work */
};
const char *vt_severity_name(enum vt_severity severity);

enum {
	VT_FINDING_PLACES = 4,
};

struct vt_finding {
	const char *rule;  /* "L3" of the lint, a row of the pair table ("transform") */
	const char *fault; /* id of the catalogue, "P1-MAPINC" */
	enum vt_severity severity;
	enum vt_confidence confidence;
	struct vt_str subject; /* what it is about: "crypto map outside_map 20" */
	struct vt_str peer;    /* of the tunnel concerned, canonical; absent when it is about more than one */
	struct vt_str says;    /* one sentence: the fact and its consequence */
	const char *advice;    /* what a person does about it */
	struct vt_finding_line {
		unsigned side; /* 0: the first configuration, 1: the second of a pair */
		struct vt_place place;
	} lines[VT_FINDING_PLACES];
	size_t lines_len;
};

struct vt_findings {
	struct vt_finding *items;
	size_t len, cap;
	uint64_t left_out; /* more of the same rule than are worth listing */
};

#endif
