/* SPDX-License-Identifier: MIT
 * The opaque `cursor` of a list.
 *
 *     byte 0      version (1)
 *     byte 1      list
 *     bytes 2-5   filters, folded to 32 bits
 *     bytes 6-13  position
 *     bytes 14-17 check over the bytes before
 *
 * All numbers big-endian. 18 bytes are 24 digits of base64url, with no padding. The check tells a mistyped cursor
 * from a good one; it is no protection, and needs to be none: a cursor opens nothing its owner could not see.
 */
#include "config.h"

#include "web/cursor.h"

#include "base/hash.h"

enum { FORMAT = 1, BYTES = 18, CHECKED = 14, DIGITS = BYTES / 3 * 4 };

_Static_assert((int)DIGITS < (int)CURSOR_TEXT, "a cursor fits its text");

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put(unsigned char *to, size_t bytes, uint64_t value)
{
	for (size_t i = bytes; i-- > 0; value >>= 8)
		to[i] = (unsigned char)value;
}

static uint64_t get(const unsigned char *from, size_t bytes)
{
	uint64_t value = 0;
	for (size_t i = 0; i < bytes; i++)
		value = value << 8 | from[i];
	return value;
}

static uint32_t fold(uint64_t value)
{
	return (uint32_t)(value ^ value >> 32);
}

static uint32_t check(const unsigned char *bytes)
{
	return fold(vt_hash_end(vt_hash_add(VT_HASH_START, (struct vt_str){ (const char *)bytes, CHECKED })));
}

void cursor_write(const struct cursor *cursor, char text[CURSOR_TEXT])
{
	unsigned char bytes[BYTES] = { FORMAT, (unsigned char)cursor->list };
	put(bytes + 2, 4, fold(cursor->filters));
	put(bytes + 6, 8, cursor->position);
	put(bytes + CHECKED, 4, check(bytes));
	for (size_t i = 0; i < BYTES; i += 3) {
		uint64_t three = get(bytes + i, 3);
		for (int shift = 18; shift >= 0; shift -= 6)
			*text++ = digits[three >> shift & 63];
	}
	*text = '\0';
}

static bool decode(struct vt_str text, unsigned char bytes[BYTES])
{
	if (text.len != DIGITS)
		return false;
	for (size_t i = 0; i < DIGITS; i += 4) {
		uint64_t three = 0;
		for (size_t k = 0; k < 4; k++) {
			const char *digit = text.p[i + k] ? strchr(digits, text.p[i + k]) : NULL;
			if (!digit)
				return false;
			three = three << 6 | (uint64_t)(digit - digits);
		}
		put(bytes + i / 4 * 3, 3, three);
	}
	return true;
}

enum vt_status cursor_read(struct vt_str text, const struct cursor *expected, uint64_t *position,
			   struct vt_error *error)
{
	unsigned char bytes[BYTES];
	if (!decode(text, bytes) || get(bytes + CHECKED, 4) != check(bytes) || bytes[0] != FORMAT)
		return vt_fail(error, VT_E_ARGUMENT, "cursor is not one that this server gave; ask again without it");
	if (bytes[1] != expected->list || get(bytes + 2, 4) != fold(expected->filters))
		return vt_fail(
			error, VT_E_ARGUMENT,
			"cursor belongs to another list or to other filters; keep them the same from page to page");
	*position = get(bytes + 6, 8);
	return VT_OK;
}
