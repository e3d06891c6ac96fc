/* SPDX-License-Identifier: MIT
 * A piece of text that somebody else owns.
 *
 * Parsed facts are views into the text a firewall printed: no copy, no terminator. A view lives as long as
 * that text does. `p == NULL` means "absent", which is not the same as empty; most functions treat both alike.
 */
#ifndef VT_BASE_STR_H
#define VT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct vt_str {
	const char *p;
	size_t len;
};

/* A view of a string literal, or of a terminated string. */
#define VT_STR(literal) ((struct vt_str){ ("" literal), sizeof(literal) - 1 })
#define VT_STR_NONE ((struct vt_str){ NULL, 0 })
/* For printf: printf("peer " VT_FMT, VT_ARG(peer)) */
#define VT_FMT "%.*s"
#define VT_ARG(s) (int)(s).len, ((s).p ? (s).p : "")

static inline struct vt_str vt_str_of(const char *terminated)
{
	return (struct vt_str){ terminated, terminated ? strlen(terminated) : 0 };
}

static inline struct vt_str vt_str_between(const char *begin, const char *end)
{
	return (struct vt_str){ begin, (size_t)(end - begin) };
}

static inline bool vt_str_eq(struct vt_str a, struct vt_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* ASCII case does not matter: an ASA prints AM_Active and AM_ACTIVE. */
static inline bool vt_str_ieq(struct vt_str a, struct vt_str b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.p, b.p, a.len) == 0);
}

/* memcmp() == 0 without the call: most of what parsers compare is a few words long, and a call costs more than it. */
static inline bool vt_same_bytes(const char *a, const char *b, size_t n)
{
	uint64_t x, y;
	if (n < sizeof x) {
		while (n && a[n - 1] == b[n - 1])
			n--;
		return n == 0;
	}
	for (size_t i = 0; i + sizeof x < n; i += sizeof x) {
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		if (x != y)
			return false;
	}
	/* The last word overlaps the one before, so that nothing behind either end is read. */
	memcpy(&x, a + n - sizeof x, sizeof x);
	memcpy(&y, b + n - sizeof y, sizeof y);
	return x == y;
}

static inline bool vt_str_starts(struct vt_str s, struct vt_str prefix)
{
	return s.len >= prefix.len && vt_same_bytes(s.p, prefix.p, prefix.len);
}

static inline bool vt_str_istarts(struct vt_str s, struct vt_str prefix)
{
	return s.len >= prefix.len && (prefix.len == 0 || strncasecmp(s.p, prefix.p, prefix.len) == 0);
}

static inline bool vt_str_ends(struct vt_str s, struct vt_str suffix)
{
	return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len) == 0);
}

/* Offset of the first `needle`, or -1. */
static inline ptrdiff_t vt_str_find(struct vt_str s, struct vt_str needle)
{
	if (s.len == 0 || needle.len == 0)
		return needle.len == 0 ? 0 : -1;
	const char *hit = memmem(s.p, s.len, needle.p, needle.len);
	return hit ? hit - s.p : -1;
}

static inline ptrdiff_t vt_str_find_char(struct vt_str s, char c)
{
	const char *hit = s.len ? memchr(s.p, c, s.len) : NULL;
	return hit ? hit - s.p : -1;
}

/* What follows the first `n` bytes; all of it is gone when n is larger. */
static inline struct vt_str vt_str_from(struct vt_str s, size_t n)
{
	return n >= s.len ? (struct vt_str){ s.p ? s.p + s.len : NULL, 0 } : (struct vt_str){ s.p + n, s.len - n };
}

static inline struct vt_str vt_str_first(struct vt_str s, size_t n)
{
	return (struct vt_str){ s.p, n < s.len ? n : s.len };
}

static inline bool vt_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static inline struct vt_str vt_str_ltrim(struct vt_str s)
{
	while (s.len && vt_is_blank(*s.p))
		s.p++, s.len--;
	return s;
}

static inline struct vt_str vt_str_rtrim(struct vt_str s)
{
	while (s.len && vt_is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static inline struct vt_str vt_str_trim(struct vt_str s)
{
	return vt_str_ltrim(vt_str_rtrim(s));
}

/* <0, 0, >0 in byte order; absent sorts first. */
static inline int vt_str_cmp(struct vt_str a, struct vt_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int order = n ? memcmp(a.p, b.p, n) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

#endif
