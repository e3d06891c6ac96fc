/* SPDX-License-Identifier: MIT
 * The catalogue of faults: the table, its enums in words, and names into its texts.
 */
#include "diagnose/catalogue.h"

#define SYSLOG_GUIDE "Cisco ASA syslog messages"

/* One row: what it is, where, how sure one may be, how it shows, what separates it, what to do. */
const struct vt_fault vt_faults[] = {
#include "diagnose/catalogue_rows.h"
};
const size_t vt_faults_len = sizeof vt_faults / sizeof *vt_faults;

const char *vt_layer_name(enum vt_layer layer)
{
	static const char *const names[] = {
		[VT_LAYER_DEVICE] = "device",
		[VT_LAYER_ROUTE] = "egress/route",
		[VT_LAYER_IKE_TRANSPORT] = "ike-transport",
		[VT_LAYER_IKE_POLICY] = "ike-policy",
		[VT_LAYER_IKE_AUTH] = "ike-auth",
		[VT_LAYER_IPSEC_POLICY] = "ipsec-policy",
		[VT_LAYER_SELECTORS] = "selectors",
		[VT_LAYER_INSIDE] = "nat/acl/routing inside",
		[VT_LAYER_ESP_PATH] = "esp-path",
		[VT_LAYER_NONE] = "none",
	};
	_Static_assert(sizeof names / sizeof *names == VT_LAYERS, "a layer has no name");
	return names[layer];
}

const char *vt_class_name(enum vt_fault_class class)
{
	static const char *const names[] = {
		[VT_CLASS_PHASE1] = "phase1",
		[VT_CLASS_PHASE2] = "phase2",
		[VT_CLASS_NO_TRAFFIC] = "no-traffic",
		[VT_CLASS_FLAPPING] = "flapping",
		[VT_CLASS_NONE] = "none",
		[VT_CLASS_UNDETERMINED] = "undetermined",
	};
	_Static_assert(sizeof names / sizeof *names == VT_CLASSES, "a class has no name");
	return names[class];
}

const char *vt_lies_name(enum vt_lies lies)
{
	static const char *const names[] = { "the box itself", "either end", "the other end", "the path" };
	_Static_assert(sizeof names / sizeof *names == VT_LIES_PLACES, "a place has no name");
	return names[lies];
}

const char *vt_where_name(enum vt_where where)
{
	static const char *const names[] = { "here", "there", "both ends", "path" };
	_Static_assert(sizeof names / sizeof *names == VT_WHERES, "a place has no name");
	return names[where];
}

const struct vt_fault *vt_fault_of(const char *id)
{
	for (size_t i = 0; id && i < vt_faults_len; i++)
		if (!strcmp(vt_faults[i].id, id))
			return &vt_faults[i];
	return NULL;
}

void vt_fault_text(struct vt_buf *out, const char *text, const struct vt_fault_names *names)
{
	const struct {
		struct vt_str mark, name, otherwise;
	} marks[] = {
		{ VT_STR("{here}"), names->here, VT_STR("this firewall") },
		{ VT_STR("{there}"), names->there, VT_STR("the other end") },
		{ VT_STR("{peer}"), names->peer, VT_STR("PEER") },
		{ VT_STR("{ifc}"), names->interface, VT_STR("IFC") },
	};
	struct vt_str rest = vt_str_of(text);
	while (rest.len) {
		size_t i = 0;
		while (i < sizeof marks / sizeof *marks && !vt_str_starts(rest, marks[i].mark))
			i++;
		if (i == sizeof marks / sizeof *marks) {
			vt_buf_char(out, *rest.p);
			rest = vt_str_from(rest, 1);
			continue;
		}
		vt_buf_str(out, marks[i].name.len ? marks[i].name : marks[i].otherwise);
		rest = vt_str_from(rest, marks[i].mark.len);
	}
}
