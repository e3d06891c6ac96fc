/* SPDX-License-Identifier: MIT
 * Times and durations as text.
 */
#include "base/timefmt.h"

#include "base/scan.h"

#include <inttypes.h>
#include <stdio.h>

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back: the well-known computation
 * over 400-year eras that starts the year in March. It is here because timegm() and gmtime_r() depend on
 * nothing we want but accept less than we need to refuse. */
static int64_t days_of_date(int64_t y, unsigned m, unsigned d)
{
	y -= m <= 2;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	unsigned yoe = (unsigned)(y - era * 400);
	unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

static void date_of_days(int64_t days, int64_t *y, unsigned *m, unsigned *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp < 10 ? mp + 3 : mp - 9;
	*y = (int64_t)yoe + era * 400 + (*m <= 2);
}

size_t vt_time_format(int64_t at_ms, char text[VT_TIME_TEXT])
{
	int64_t days = at_ms / 86400000, ms = at_ms % 86400000, year;
	unsigned month, day;
	if (ms < 0)
		days--, ms += 86400000;
	date_of_days(days, &year, &month, &day);
	int len = snprintf(text, VT_TIME_TEXT, "%04" PRId64 "-%02u-%02uT%02u:%02u:%02u.%03uZ", year, month, day,
			   (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60), (unsigned)(ms / 1000 % 60),
			   (unsigned)(ms % 1000));
	return len > 0 ? (size_t)len : 0;
}

/* Exactly `n` digits. */
static bool scan_digits(struct vt_str *c, size_t n, unsigned *value)
{
	struct vt_str digits = vt_str_first(*c, n);
	uint64_t v;
	if (digits.len != n || !vt_scan_u64(&digits, &v) || digits.len)
		return false;
	*value = (unsigned)v;
	*c = vt_str_from(*c, n);
	return true;
}

/* Four digits write the years 0000 to 9999, and an offset must not lead out of them. */
static const int64_t FIRST_SECOND = -62167219200, LAST_SECOND = 253402300799;

bool vt_time_parse(struct vt_str c, int64_t *at_ms)
{
	unsigned y, mo, d, h, mi, s, ms = 0, oh = 0, om = 0;
	int64_t sign = 0;
	if (!scan_digits(&c, 4, &y) || !vt_scan_char(&c, '-') || !scan_digits(&c, 2, &mo) || !vt_scan_char(&c, '-') ||
	    !scan_digits(&c, 2, &d) || !(vt_scan_char(&c, 'T') || vt_scan_char(&c, 't') || vt_scan_char(&c, ' ')) ||
	    !scan_digits(&c, 2, &h) || !vt_scan_char(&c, ':') || !scan_digits(&c, 2, &mi) || !vt_scan_char(&c, ':') ||
	    !scan_digits(&c, 2, &s))
		return false;
	if (vt_scan_char(&c, '.')) {
		unsigned scale = 100, digit;
		if (!scan_digits(&c, 1, &digit))
			return false;
		do {
			ms += digit * scale;
			scale /= 10;
		} while (scan_digits(&c, 1, &digit));
	}
	if (!vt_scan_char(&c, 'Z') && !vt_scan_char(&c, 'z')) {
		sign = vt_scan_char(&c, '+') ? 1 : vt_scan_char(&c, '-') ? -1 : 0;
		if (!sign || !scan_digits(&c, 2, &oh) || !vt_scan_char(&c, ':') || !scan_digits(&c, 2, &om))
			return false;
	}
	if (c.len || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 60 || oh > 23 || om > 59)
		return false;
	int64_t days = days_of_date(y, mo, d), year;
	unsigned month, day;
	date_of_days(days, &year, &month, &day);
	int64_t seconds = days * 86400 + h * 3600 + mi * 60 + s - sign * (int64_t)(oh * 3600 + om * 60);
	if (day != d || seconds < FIRST_SECOND || seconds > LAST_SECOND)
		return false;
	*at_ms = seconds * 1000 + ms;
	return true;
}

bool vt_duration_parse(struct vt_str c, int64_t *ms)
{
	static const struct {
		struct vt_str unit;
		int64_t ms;
	} units[] = {
		{ { "ms", 2 }, 1 },      { { "s", 1 }, 1000 },     { { "m", 1 }, 60000 },
		{ { "h", 1 }, 3600000 }, { { "d", 1 }, 86400000 },
	};
	uint64_t number;
	if (!vt_scan_u64(&c, &number) || number > 1000000000)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (vt_str_eq(c, units[i].unit)) {
			*ms = (int64_t)number * units[i].ms;
			return true;
		}
	return false;
}

size_t vt_duration_format(int64_t ms, char text[VT_TIME_TEXT])
{
	int64_t s = ms < 0 ? 0 : ms / 1000;
	int len;
	if (s >= 86400)
		len = snprintf(text, VT_TIME_TEXT, s % 86400 / 3600 ? "%" PRId64 "d %" PRId64 "h" : "%" PRId64 "d",
			       s / 86400, s % 86400 / 3600);
	else if (s >= 3600)
		len = snprintf(text, VT_TIME_TEXT, s % 3600 / 60 ? "%" PRId64 "h %" PRId64 "m" : "%" PRId64 "h",
			       s / 3600, s % 3600 / 60);
	else if (s >= 60)
		len = snprintf(text, VT_TIME_TEXT, "%" PRId64 "m", s / 60);
	else
		len = snprintf(text, VT_TIME_TEXT, "%" PRId64 "s", s);
	return len > 0 ? (size_t)len : 0;
}
