/* SPDX-License-Identifier: MIT
 * What a parser made of the text it was given. Silence is never a result: every line is counted as
 * recognised (a fact, a heading, a blank, or noise known to carry none) or as skipped.
 */
#ifndef VT_ASA_REPORT_H
#define VT_ASA_REPORT_H

#include "base/scan.h"

struct vt_parse_report {
	uint64_t lines, recognised, skipped;
	uint64_t first_skipped_line; /* from 1; 0 when nothing was skipped */
	struct vt_str first_skipped; /* view into the text */
	/* The listing was cut short: no terminating prompt where one was promised, fewer rows than a header
	 * declared, or an entry that ends in its middle. What is missing is then not known to be gone. */
	bool truncated;
};

/* What the device says between the lines of a listing, to whoever sits at the terminal: a syslog message ("%ASA-…", a
 * time and a host name may stand before it), a word about failover. Only `show logging` takes such lines for data; to
 * every other parser they are noise: recognised, and no fact. Ask it of lines that no rule took. */
static inline bool vt_is_async_line(struct vt_str line)
{
	static const struct vt_str notices[] = { VT_STR("Beginning configuration replication"),
						 VT_STR("End Configuration Replication"),
						 VT_STR("End configuration replication"), VT_STR("Switching to Active"),
						 VT_STR("Switching to Standby") };
	line = vt_str_trim(line);
	for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
		if (vt_str_starts(line, notices[i]))
			return true;
	}
	/* "Nov 23 2026 16:00:00 fw1 : %ASA-6-302013: " */
	ptrdiff_t at = vt_str_find_char(line, '%');
	return at >= 0 && at < 100 && vt_str_starts(vt_str_from(line, (size_t)at), VT_STR("%ASA-"));
}

/* Counts a line no rule took. Not for lines vt_is_async_line() is true for. */
static inline void vt_report_skip(struct vt_parse_report *report, uint64_t number, struct vt_str line)
{
	if (report->skipped++ == 0) {
		report->first_skipped_line = number;
		report->first_skipped = line;
	}
}

#endif
