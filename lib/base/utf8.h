/* SPDX-License-Identifier: MIT
 * UTF-8, as far as telling it from other bytes: what a device or a client sends may be neither.
 */
#ifndef VT_BASE_UTF8_H
#define VT_BASE_UTF8_H

#include "base/str.h"

/* Length of the sequence at `p`, 0 when it is none (overlong, surrogate, cut, beyond U+10FFFF). */
static inline size_t vt_utf8_sequence(const char *p, size_t left)
{
	const unsigned char *u = (const unsigned char *)p;
	if (left && u[0] < 0x80)
		return 1;
	size_t n = !left || u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : u[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf0 && u[1] < 0x90) ||
	    (u[0] == 0xf4 && u[1] >= 0x90))
		return 0;
	return n;
}

static inline bool vt_utf8_valid(struct vt_str s)
{
	for (size_t i = 0, n; i < s.len; i += n) {
		n = vt_utf8_sequence(s.p + i, s.len - i);
		if (n == 0)
			return false;
	}
	return true;
}

#endif
