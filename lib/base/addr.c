/* SPDX-License-Identifier: MIT
 * IPv4 and IPv6 addresses as values.
 */
#include "base/addr.h"

#include "base/scan.h"

#include <arpa/inet.h>
#include <stdio.h>

bool vt_addr_parse(struct vt_str text, struct vt_addr *addr)
{
	char terminated[VT_ADDR_TEXT];
	struct vt_addr parsed = { 0 };
	if (text.len == 0 || text.len >= sizeof terminated)
		return false;
	memcpy(terminated, text.p, text.len);
	terminated[text.len] = '\0';
	if (strlen(terminated) != text.len)
		return false;
	if (inet_pton(AF_INET, terminated, parsed.bytes) == 1)
		parsed.family = 4;
	else if (inet_pton(AF_INET6, terminated, parsed.bytes) == 1)
		parsed.family = 6;
	else
		return false;
	*addr = parsed;
	return true;
}

size_t vt_addr_format(const struct vt_addr *addr, char text[VT_ADDR_TEXT])
{
	text[0] = '\0';
	if (addr->family)
		inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->bytes, text, VT_ADDR_TEXT);
	return strlen(text);
}

int vt_addr_cmp(const struct vt_addr *a, const struct vt_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool vt_prefix_parse(struct vt_str text, unsigned *prefix)
{
	uint64_t number;
	if (vt_str_to_u64(text, &number)) {
		if (number > 128)
			return false;
		*prefix = (unsigned)number;
		return true;
	}
	struct vt_addr mask;
	if (!vt_addr_parse(text, &mask))
		return false;
	unsigned bits = mask.family == 4 ? 32 : 128, ones = 0;
	while (ones < bits && mask.bytes[ones / 8] & (0x80 >> ones % 8))
		ones++;
	for (unsigned i = ones; i < bits; i++)
		if (mask.bytes[i / 8] & (0x80 >> i % 8))
			return false;
	*prefix = ones;
	return true;
}
