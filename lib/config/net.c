/* SPDX-License-Identifier: MIT
 * Networks as values: containment, overlap, order.
 */
#include "config/resolve.h"

#include <stdio.h>

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	if (memcmp(a, b, bits / 8) != 0)
		return false;
	unsigned rest = bits % 8;
	return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

void vt_net_mask(struct vt_net *net)
{
	unsigned bytes = net->addr.family == 4 ? 4 : 16;
	for (unsigned i = 0; i < bytes; i++) {
		unsigned keep = net->prefix > i * 8 ? net->prefix - i * 8u : 0;
		if (keep < 8)
			net->addr.bytes[i] &= (uint8_t)(0xff00u >> keep);
	}
}

bool vt_net_contains(const struct vt_net *outer, const struct vt_net *inner)
{
	return outer->addr.family == inner->addr.family && outer->prefix <= inner->prefix &&
	       same_bits(outer->addr.bytes, inner->addr.bytes, outer->prefix);
}

bool vt_net_overlap(const struct vt_net *a, const struct vt_net *b)
{
	return vt_net_contains(a, b) || vt_net_contains(b, a);
}

int vt_net_cmp(const struct vt_net *a, const struct vt_net *b)
{
	int order = vt_addr_cmp(&a->addr, &b->addr);
	return order ? order : (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

size_t vt_net_format(const struct vt_net *net, char text[VT_NET_TEXT])
{
	size_t len = vt_addr_format(&net->addr, text);
	return len + (size_t)snprintf(text + len, VT_NET_TEXT - len, "/%u", net->prefix);
}
