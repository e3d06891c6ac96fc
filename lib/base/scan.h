/* SPDX-License-Identifier: MIT
 * A small vocabulary for reading one line.
 *
 * A cursor is a view that shrinks from the left. Every scanner either reads what it names, moves the cursor
 * behind it and answers true, or answers false and leaves cursor and result as they were.
 */
#ifndef VT_BASE_SCAN_H
#define VT_BASE_SCAN_H

#include "base/str.h"

/* "The device did not print this number." Zero is a number. */
#define VT_ABSENT UINT64_MAX

static inline void vt_skip_blanks(struct vt_str *c)
{
	while (c->len && vt_is_blank(*c->p))
		c->p++, c->len--;
}

static inline bool vt_scan_char(struct vt_str *c, char want)
{
	if (c->len == 0 || *c->p != want)
		return false;
	c->p++, c->len--;
	return true;
}

/* `want` exactly, case included. */
static inline bool vt_scan_lit(struct vt_str *c, struct vt_str want)
{
	if (!vt_str_starts(*c, want))
		return false;
	*c = vt_str_from(*c, want.len);
	return true;
}

static inline bool vt_scan_ilit(struct vt_str *c, struct vt_str want)
{
	if (!vt_str_istarts(*c, want))
		return false;
	*c = vt_str_from(*c, want.len);
	return true;
}

/* Up to eight digits at once, read from eight bytes at `p`; answers how many there were. No branch depends on how long
 * the number is: in a listing of counters that is random, and a branch predicted wrongly costs more than the rest. */
static inline unsigned vt_scan_8_digits(const char *p, uint64_t *value)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t x;
	memcpy(&x, p, sizeof x);
	x ^= UINT64_C(0x3030303030303030);
	uint64_t others = (x | (x + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
	unsigned n = others ? (unsigned)__builtin_ctzll(others) / 8 : 8;
	if (n == 0)
		return 0;
	x <<= 64 - 8 * n; /* the digits to the end, zeros before them */
	x = (x * 10 + (x >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
	x = (x * 100 + (x >> 16)) & UINT64_C(0x0000ffff0000ffff);
	*value = (x * 10000 + (x >> 32)) & UINT64_C(0xffffffff);
	return n;
#else
	(void)p, (void)value;
	return 0;
#endif
}

/* Unsigned decimal. Fails on no digit and on more than 64 bits (UINT64_MAX itself is kept for VT_ABSENT). */
static inline bool vt_scan_u64(struct vt_str *c, uint64_t *value)
{
	uint64_t v = 0;
	size_t i = c->len >= 8 ? vt_scan_8_digits(c->p, &v) : 0;
	for (; i < c->len; i++) {
		unsigned digit = (unsigned)(unsigned char)c->p[i] - '0';
		if (digit > 9)
			break;
		if (i >= 19 && (v > (VT_ABSENT - digit) / 10))
			return false;
		v = v * 10 + digit;
	}
	if (i == 0 || v == VT_ABSENT)
		return false;
	*value = v;
	*c = vt_str_from(*c, i);
	return true;
}

/* Hexadecimal digits, with or without 0x in front, at most 64 bits. */
static inline bool vt_scan_hex(struct vt_str *c, uint64_t *value)
{
	struct vt_str in = *c;
	if (in.len > 2 && in.p[0] == '0' && (in.p[1] == 'x' || in.p[1] == 'X'))
		in = vt_str_from(in, 2);
	uint64_t v = 0;
	size_t i = 0;
	for (; i < in.len; i++) {
		unsigned char ch = (unsigned char)in.p[i];
		unsigned digit;
		if (ch >= '0' && ch <= '9')
			digit = ch - '0';
		else if ((ch | 32) >= 'a' && (ch | 32) <= 'f')
			digit = (unsigned)(ch | 32) - 'a' + 10;
		else
			break;
		if (v >> 60)
			return false;
		v = v << 4 | digit;
	}
	if (i == 0 || v == VT_ABSENT)
		return false;
	*value = v;
	*c = vt_str_from(in, i);
	return true;
}

/* Everything up to the next blank; at least one byte. */
static inline bool vt_scan_word(struct vt_str *c, struct vt_str *word)
{
	size_t i = 0;
	while (i < c->len && !vt_is_blank(c->p[i]))
		i++;
	if (i == 0)
		return false;
	*word = vt_str_first(*c, i);
	*c = vt_str_from(*c, i);
	return true;
}

/* Everything before `stop` (which stays); fails when `stop` does not come. */
static inline bool vt_scan_until(struct vt_str *c, char stop, struct vt_str *text)
{
	ptrdiff_t at = vt_str_find_char(*c, stop);
	if (at < 0)
		return false;
	*text = vt_str_first(*c, (size_t)at);
	*c = vt_str_from(*c, (size_t)at);
	return true;
}

/* The whole view is one number, blanks around it allowed. */
static inline bool vt_str_to_u64(struct vt_str s, uint64_t *value)
{
	uint64_t v;
	s = vt_str_trim(s);
	if (!vt_scan_u64(&s, &v) || s.len)
		return false;
	*value = v;
	return true;
}

#endif
