/* SPDX-License-Identifier: MIT
 * The catalogue of faults: everything this program can say about a tunnel, in one table.
 *
 * The API's list of faults, the man page vpntriage-faults(7) and the texts of a report are all made from it. An id
 * never changes its meaning. Source of every row: diagnosis.md sections D to H.
 *
 * Texts may hold {here} (the box where the cause lies), {there} (the other one), {peer} (the address of the other
 * one as {here} configures it) and {ifc}; vt_fault_text() puts names in their place.
 */
#ifndef VT_DIAGNOSE_CATALOGUE_H
#define VT_DIAGNOSE_CATALOGUE_H

#include "base/buf.h"
#include "config/finding.h"

/* The first layer that fails, outermost first. */
enum vt_layer {
	VT_LAYER_DEVICE,
	VT_LAYER_ROUTE,
	VT_LAYER_IKE_TRANSPORT,
	VT_LAYER_IKE_POLICY,
	VT_LAYER_IKE_AUTH,
	VT_LAYER_IPSEC_POLICY,
	VT_LAYER_SELECTORS,
	VT_LAYER_INSIDE,
	VT_LAYER_ESP_PATH,
	VT_LAYER_NONE,
	VT_LAYERS,
};
/* "ike-transport" …; static. */
const char *vt_layer_name(enum vt_layer layer);

enum vt_fault_class {
	VT_CLASS_PHASE1,
	VT_CLASS_PHASE2,
	VT_CLASS_NO_TRAFFIC,
	VT_CLASS_FLAPPING,
	VT_CLASS_NONE,
	VT_CLASS_UNDETERMINED,
	VT_CLASSES,
};
const char *vt_class_name(enum vt_fault_class class);

/* Where a cause can lie: what is not on a box in view cannot be known for sure. */
enum vt_lies { VT_LIES_HERE, VT_LIES_EITHER, VT_LIES_THERE, VT_LIES_PATH, VT_LIES_PLACES };
const char *vt_lies_name(enum vt_lies lies);

/* Who has to do a step. */
enum vt_where { VT_AT_HERE, VT_AT_THERE, VT_AT_BOTH, VT_AT_PATH, VT_WHERES };
const char *vt_where_name(enum vt_where where);

struct vt_fault_step {
	enum vt_where where;
	const char *text;    /* NULL ends the steps */
	const char *command; /* exact, or NULL */
};

enum { VT_FAULT_STEPS = 3 };

struct vt_fault {
	const char *id;
	const char *title; /* a few words for a person, no full stop */
	enum vt_layer layer;
	enum vt_fault_class class;
	enum vt_lies lies;
	/* The most that may be said of it: from what one end shows, from what both ends show, and where a device states
	 * the cause itself (a configuration line, a message with its reason, a trace). */
	enum vt_confidence cap_one, cap_both, cap_stated;
	const char *symptoms;
	const char *separate; /* the one observation that tells it from what looks like it */
	struct vt_fault_step steps[VT_FAULT_STEPS];
	const char *source;
};

extern const struct vt_fault vt_faults[];
extern const size_t vt_faults_len;

/* By id; NULL when there is none. */
const struct vt_fault *vt_fault_of(const char *id);

struct vt_fault_names {
	struct vt_str here, there, peer, interface;
};
/* Appends a text of the catalogue with names in it; an absent name stays a word ("PEER", "this firewall"). */
void vt_fault_text(struct vt_buf *out, const char *text, const struct vt_fault_names *names);

#endif
