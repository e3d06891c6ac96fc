/* SPDX-License-Identifier: MIT
 * FNV-1a, 64 bits, with a final mix: identifiers that need no coordination, and keys of hash tables.
 *
 * A tunnel's id is the hash of (device, context, peer), a selector's the hash of (tunnel id, both idents): the
 * same thing gets the same id after a restart, in a new database, and in a second daemon. At 100,000
 * selectors the chance of two sharing an id is below one in a thousand million. Not for secrets.
 */
#ifndef VT_BASE_HASH_H
#define VT_BASE_HASH_H

#include "base/str.h"

#define VT_HASH_START UINT64_C(0xcbf29ce484222325)

/* Adds one part and its end, so ("ab","c") and ("a","bc") differ. */
static inline uint64_t vt_hash_add(uint64_t h, struct vt_str part)
{
	for (size_t i = 0; i < part.len; i++)
		h = (h ^ (unsigned char)part.p[i]) * UINT64_C(0x100000001b3);
	return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static inline uint64_t vt_hash_end(uint64_t h)
{
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	h ^= h >> 32;
	return h;
}

#endif
