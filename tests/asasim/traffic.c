/* SPDX-License-Identifier: MIT
 * Traffic as arithmetic: how many packets a profile has sent by a moment, and when the next one comes. Also the
 * seeded draw and the prefix arithmetic that everything else stands on.
 */
#include "model.h"

#include <stdlib.h>

uint64_t sim_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t x = seed ^ a * UINT64_C(0x9e3779b97f4a7c15) ^ b * UINT64_C(0xc2b2ae3d27d4eb4f) ^
		     c * UINT64_C(0x165667b19e3779f9);
	for (int i = 0; i < 2; i++) {
		x += UINT64_C(0x9e3779b97f4a7c15);
		x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

/* Milliseconds of "on" before `at_ms`. */
static int64_t on_time(const struct traffic *t, int64_t at_ms)
{
	int64_t since = at_ms - t->phase_ms;
	if (since <= 0)
		return 0;
	if (t->off_ms <= 0)
		return since;
	int64_t period = t->on_ms + t->off_ms, rest = since % period;
	return since / period * t->on_ms + (rest < t->on_ms ? rest : t->on_ms);
}

/* The earliest moment that has `on` milliseconds of "on" before it. */
static int64_t moment_of(const struct traffic *t, int64_t on)
{
	if (t->off_ms <= 0 || on <= 0)
		return t->phase_ms + on;
	int64_t periods = (on - 1) / t->on_ms;
	return t->phase_ms + periods * (t->on_ms + t->off_ms) + (on - periods * t->on_ms);
}

uint64_t traffic_count(const struct traffic *t, int64_t at_ms)
{
	return (uint64_t)((unsigned __int128)on_time(t, at_ms) * t->pps_milli / 1000000);
}

/* When the n-th packet (from 1) has been sent. */
static int64_t moment_of_packet(const struct traffic *t, uint64_t n)
{
	unsigned __int128 scaled = (unsigned __int128)n * 1000000 + t->pps_milli - 1;
	return moment_of(t, (int64_t)(scaled / t->pps_milli));
}

int64_t traffic_next(const struct traffic *t, int64_t after_ms)
{
	if (t->pps_milli == 0)
		return INT64_MAX;
	return moment_of_packet(t, traffic_count(t, after_ms) + 1);
}

int64_t traffic_last(const struct traffic *t, int64_t before_ms)
{
	uint64_t n = t->pps_milli ? traffic_count(t, before_ms) : 0;
	return n ? moment_of_packet(t, n) : INT64_MIN;
}

bool prefix_parse(const char *text, struct prefix *out)
{
	struct vt_str s = vt_str_of(text), bits = VT_STR_NONE;
	ptrdiff_t slash = vt_str_find_char(s, '/');
	if (slash >= 0) {
		bits = vt_str_from(s, (size_t)slash + 1);
		s = vt_str_first(s, (size_t)slash);
	}
	struct prefix p;
	if (!vt_addr_parse(s, &p.addr))
		return false;
	p.bits = p.addr.family == 4 ? 32 : 128;
	if (slash >= 0 && !vt_prefix_parse(bits, &p.bits))
		return false;
	if (p.bits > (p.addr.family == 4 ? 32u : 128u))
		return false;
	*out = p;
	return true;
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;
	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

bool prefix_has(const struct prefix *p, const struct vt_addr *addr)
{
	return p->addr.family == addr->family && bits_equal(p->addr.bytes, addr->bytes, p->bits);
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	return outer->bits <= inner->bits && prefix_has(outer, &inner->addr);
}
