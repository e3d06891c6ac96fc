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

/* A syslog message that the terminal monitor put between the lines of a listing. Only `show logging` takes such
 * lines for data; to every other parser they are noise: recognised, and no fact. */
static inline bool vt_is_async_line(struct vt_str line)
{
	line = vt_str_ltrim(line);
	return line.len > 7 && line.p[0] == '%' && vt_str_starts(line, VT_STR("%ASA-"));
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
