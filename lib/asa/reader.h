/* SPDX-License-Identifier: MIT
 * The loop that the parsers of line-shaped listings share: gives one line after another, trimmed, and keeps the
 * report. A line counts as recognised until the parser says that it knows nothing of it.
 *
 *     struct vt_reader r = vt_reader_of(text, report);
 *     while (vt_reader_next(&r))
 *             if (!one_of_ours(r.line))
 *                     vt_reader_skip(&r);
 */
#ifndef VT_ASA_READER_H
#define VT_ASA_READER_H

#include "asa/report.h"
#include "base/lines.h"

struct vt_reader {
	struct vt_lines lines;
	struct vt_parse_report *report;
	struct vt_str line; /* without the blanks around it; never empty */
	size_t indent;      /* how many blanks stood before it */
	bool after_blank;   /* an empty line stood before it */
	bool skipped;
};

static inline struct vt_reader vt_reader_of(struct vt_str text, struct vt_parse_report *report)
{
	return (struct vt_reader){ .lines = vt_lines_of(text), .report = report };
}

/* The next line that is not empty. Behind the last one: a line that nobody knew and that ends without LF is half
 * of something, so the listing was cut. */
static inline bool vt_reader_next(struct vt_reader *r)
{
	struct vt_str raw;
	r->after_blank = false;
	while (vt_lines_next(&r->lines, &raw)) {
		r->report->lines++;
		r->report->recognised++;
		struct vt_str line = vt_str_ltrim(raw);
		r->indent = raw.len - line.len;
		r->line = vt_str_rtrim(line);
		r->skipped = false;
		if (r->line.len)
			return true;
		r->after_blank = true;
	}
	if (r->skipped && !r->lines.terminated)
		r->report->truncated = true;
	return false;
}

/* A message of the terminal monitor between the lines is noise, not something unknown. */
static inline void vt_reader_skip(struct vt_reader *r)
{
	if (r->skipped || vt_is_async_line(r->line))
		return;
	r->skipped = true;
	r->report->recognised--;
	vt_report_skip(r->report, r->lines.number, r->line);
}

/* How many rows a listing can have at most when each takes a line and at least `least` bytes: room for an array that
 * then never moves. Pages of it that are never written cost nothing. */
static inline size_t vt_rows_at_most(struct vt_str text, size_t least)
{
	size_t lines = 1, bound = text.len / least + 1;
	for (struct vt_str rest = text; lines < bound; lines++) {
		ptrdiff_t lf = vt_str_find_char(rest, '\n');
		if (lf < 0)
			break;
		rest = vt_str_from(rest, (size_t)lf + 1);
	}
	return lines < bound ? lines : bound;
}

/* "Label : value" at the first colon, both trimmed; false when there is none. */
static inline bool vt_split_label(struct vt_str line, struct vt_str *label, struct vt_str *value)
{
	ptrdiff_t colon = vt_str_find_char(line, ':');
	if (colon <= 0)
		return false;
	*label = vt_str_rtrim(vt_str_first(line, (size_t)colon));
	*value = vt_str_ltrim(vt_str_from(line, (size_t)colon + 1));
	return true;
}

/* The next blank-separated word of a cursor, blanks before it skipped. */
static inline bool vt_next_word(struct vt_str *c, struct vt_str *word)
{
	struct vt_str in = *c;
	vt_skip_blanks(&in);
	if (!vt_scan_word(&in, word))
		return false;
	*c = in;
	return true;
}

/* A decimal number as the next word, or at its beginning. */
static inline bool vt_next_u64(struct vt_str *c, uint64_t *value)
{
	struct vt_str in = *c;
	vt_skip_blanks(&in);
	if (!vt_scan_u64(&in, value))
		return false;
	*c = in;
	return true;
}

/* The literal as the next thing behind blanks. */
static inline bool vt_next_lit(struct vt_str *c, struct vt_str want)
{
	struct vt_str in = *c;
	vt_skip_blanks(&in);
	if (!vt_scan_lit(&in, want))
		return false;
	*c = in;
	return true;
}

#endif
