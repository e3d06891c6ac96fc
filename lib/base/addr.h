/* SPDX-License-Identifier: MIT
 * IPv4 and IPv6 addresses as values.
 *
 * Facts keep an address as the text the device printed (it may be a name). Where two of them are compared,
 * sorted or used as a key, they go through here once and come out in one canonical spelling.
 */
#ifndef VT_BASE_ADDR_H
#define VT_BASE_ADDR_H

#include "base/str.h"

struct vt_addr {
	uint8_t family;    /* 4, 6, or 0 for "none" */
	uint8_t bytes[16]; /* network order; 4 of them for IPv4 */
};

/* Room for any address and its terminator. */
#define VT_ADDR_TEXT 46

/* False for anything but exactly one address; a zone ("%outside") is refused. */
bool vt_addr_parse(struct vt_str text, struct vt_addr *addr);
/* Canonical text (RFC 5952 for IPv6); "" for none. Answers its length. */
size_t vt_addr_format(const struct vt_addr *addr, char text[VT_ADDR_TEXT]);
int vt_addr_cmp(const struct vt_addr *a, const struct vt_addr *b);

static inline bool vt_addr_eq(const struct vt_addr *a, const struct vt_addr *b)
{
	return vt_addr_cmp(a, b) == 0;
}

/* A dotted mask or a prefix length ("255.255.252.0", "22", "64") to a prefix length.
 * False for a mask with holes: an ASA takes netmasks, not wildcards. */
bool vt_prefix_parse(struct vt_str text, unsigned *prefix);

#endif
