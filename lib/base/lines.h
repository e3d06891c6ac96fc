/* SPDX-License-Identifier: MIT
 * Walks the lines of a listing in place.
 *
 * A line ends at LF; any run of CR before it belongs to the end of the line, not to the line. A last line
 * without LF is given too (`terminated` false): it may be a prompt, or half of something.
 */
#ifndef VT_BASE_LINES_H
#define VT_BASE_LINES_H

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* One look at the line that begins at `p`: where it ends (its LF, or NULL) and where the blanks before its text end.
 * `*text` may lie behind a blank that is not the last one, or on the line end: it only saves most of the way.
 *
 * Sixty-four bytes are looked at together, which is more than most lines have. Lines differ in length at random; a
 * loop would end at a place that the processor guesses wrongly every time, and that costs more than the work. */
static inline const char *vt_look_at_line(const char *p, const char *end, const char **text)
{
	*text = p;
#ifdef __SSE2__
	if (end - p >= 64) {
		const __m128i lf = _mm_set1_epi8('\n'), visible = _mm_set1_epi8(' ' + 1);
		const __m128i *at = (const __m128i *)(const void *)p;
		uint64_t hits = 0;
		for (int i = 0; i < 4; i++) {
			__m128i bytes = _mm_loadu_si128(at + i);
			hits |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, lf)) << 16 * i;
		}
		__m128i first = _mm_loadu_si128(at);
		int words = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(first, visible), first));
		*text = p + __builtin_ctz((unsigned)words | 1 << 16);
		if (hits) {
			const char *found = p + __builtin_ctzll(hits);
			*text = *text < found ? *text : found;
			return found;
		}
		p += 64;
	}
#endif
	return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
}

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
	const char *text, *lf = vt_look_at_line(begin, begin + lines->rest.len, &text);
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
