/* SPDX-License-Identifier: MIT
 * The ways in which an ASA prints a time and an age.
 */
#include "asa/device_facts.h"
#include "asa/reader.h"
#include "base/timefmt.h"

uint64_t vt_uptime_s(struct vt_str c)
{
	static const struct {
		const char *name; /* the plural starts with it too */
		uint64_t s;
	} units[] = {
		{ "year", 365 * 86400 }, { "week", 7 * 86400 }, { "day", 86400 },
		{ "hour", 3600 },        { "min", 60 },         { "sec", 1 },
	};
	uint64_t total = 0, number;
	struct vt_str unit;
	bool any = false;
	while (vt_next_u64(&c, &number)) {
		size_t i = 0, n = sizeof units / sizeof *units;
		if (!vt_next_word(&c, &unit))
			return VT_ABSENT;
		while (i < n && !vt_str_starts(unit, vt_str_of(units[i].name)))
			i++;
		uint64_t part;
		if (i == n || __builtin_mul_overflow(number, units[i].s, &part) ||
		    __builtin_add_overflow(total, part, &total))
			return VT_ABSENT;
		any = true;
	}
	vt_skip_blanks(&c);
	return any && c.len == 0 && total != VT_ABSENT ? total : VT_ABSENT;
}

static unsigned month_of(struct vt_str word)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (unsigned m = 0; m < 12; m++)
		if (word.len == 3 && memcmp(word.p, names + 3 * (size_t)m, 3) == 0)
			return m + 1;
	return 0;
}

static void put_digits(char *to, size_t n, unsigned value)
{
	for (; n; value /= 10)
		to[--n] = (char)('0' + value % 10);
}

static bool is_weekday(struct vt_str word)
{
	static const char names[] = "MonTueWedThuFriSatSun";
	for (size_t d = 0; d < 7 && word.len == 3; d++)
		if (memcmp(word.p, names + 3 * d, 3) == 0)
			return true;
	return false;
}

/* The words come in either order, and the weekday may be there or not: a word with a colon behind its digits is the
 * time, a month name begins "Mon d yyyy", the rest before the date is the zone. */
bool vt_device_time_parse(struct vt_str c, struct vt_str *zone, int64_t *local_ms)
{
	struct vt_str word, hms = VT_STR_NONE, token = VT_STR_NONE;
	unsigned month = 0;
	uint64_t day = 0, year = 0;
	while (vt_next_word(&c, &word)) {
		if (!month && (month = month_of(word))) {
			if (!vt_next_u64(&c, &day) || !vt_next_u64(&c, &year))
				return false;
		} else if (!hms.p && vt_str_find_char(word, ':') > 0 && *word.p >= '0' && *word.p <= '9') {
			hms = word;
		} else if (hms.p && !token.p && !month && !is_weekday(word)) {
			token = word;
		}
	}
	if (hms.p && hms.len && hms.p[hms.len - 1] == ':') /* of a syslog line */
		hms.len--;
	if (!month || !hms.p || hms.len > 12 || day > 31 || year > 9999)
		return false;
	/* Written by hand: every line of a log comes through here. */
	char iso[32] = "yyyy-mm-ddT";
	size_t len = 11;
	put_digits(iso, 4, (unsigned)year);
	put_digits(iso + 5, 2, month);
	put_digits(iso + 8, 2, (unsigned)day);
	if (hms.len > 1 && hms.p[1] == ':')
		iso[len++] = '0';
	memcpy(iso + len, hms.p, hms.len);
	len += hms.len;
	iso[len++] = 'Z';
	if (!vt_time_parse((struct vt_str){ iso, len }, local_ms))
		return false;
	if (zone)
		*zone = token;
	return true;
}
