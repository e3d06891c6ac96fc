/* SPDX-License-Identifier: MIT
 * Walks the lines of a listing in place.
 *
 * A line ends at LF; any run of CR before it belongs to the end of the line, not to the line. A last line
 * without LF is given too (`terminated` false): it may be a prompt, or half of something.
 */
#ifndef VT_BASE_LINES_H
#define VT_BASE_LINES_H

#include "base/str.h"

struct vt_lines {
	struct vt_str rest;
	uint64_t number; /* of the line given last, from 1 */
	bool terminated; /* that line had its LF */
};

static inline struct vt_lines vt_lines_of(struct vt_str text)
{
	return (struct vt_lines){ .rest = text };
}

static inline bool vt_lines_next(struct vt_lines *lines, struct vt_str *line)
{
	if (lines->rest.len == 0)
		return false;
	const char *begin = lines->rest.p;
	const char *lf = memchr(begin, '\n', lines->rest.len);
	const char *end = lf ? lf : begin + lines->rest.len;
	lines->terminated = lf != NULL;
	lines->rest = vt_str_from(lines->rest, (size_t)(end - begin) + (lf ? 1 : 0));
	lines->number++;
	while (end > begin && end[-1] == '\r')
		end--;
	*line = vt_str_between(begin, end);
	return true;
}

#endif
