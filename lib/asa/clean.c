/* SPDX-License-Identifier: MIT
 * The cleaner. Spans without anything suspicious are moved as they are; a line with something in it is written
 * again as a terminal would show it. What is written never overtakes what is read.
 */
#include "asa/clean.h"

typedef unsigned char v16 __attribute__((vector_size(16)));

enum { BACKSPACE = 8, ESCAPE = 27, DELETE = 127, BELL = 7 };

/* Whether `b` behind `a` makes `a` worth a closer look: a control byte, a CR that ends no line, "<-", a no-break
 * space. */
static bool is_suspicious(unsigned char a, unsigned char b)
{
	if (a == '\r')
		return b != '\n' && b != '\r';
	return (a < ' ' && a != '\n' && a != '\t') || a == DELETE || (a == '<' && b == '-') || (a == 0xc2 && b == 0xa0);
}

static bool any_suspicious(const char *p)
{
	v16 a, b;
	memcpy(&a, p, sizeof a);
	memcpy(&b, p + 1, sizeof b);
	v16 hit = (v16)(a == '\r') & (v16)(b != '\n') & (v16)(b != '\r');
	hit |= (v16)(a < ' ') & (v16)(a != '\n') & (v16)(a != '\t') & (v16)(a != '\r');
	hit |= (v16)(a == DELETE) | ((v16)(a == '<') & (v16)(b == '-')) | ((v16)(a == 0xc2) & (v16)(b == 0xa0));
	uint64_t halves[2];
	memcpy(halves, &hit, sizeof halves);
	return (halves[0] | halves[1]) != 0;
}

/* The first suspicious byte, or `end`. */
static const char *find_suspicious(const char *p, const char *end)
{
	while (end - p > 16 && !any_suspicious(p))
		p += 16;
	while (p < end && !is_suspicious((unsigned char)p[0], p + 1 < end ? (unsigned char)p[1] : '\0'))
		p++;
	return p;
}

/* Length of "<--- More --->" at p, 0 when it is none. */
static size_t pager_at(const char *p, const char *end)
{
	const char *q = p;
	size_t dashes = 0;
	if (q == end || *q++ != '<')
		return 0;
	while (q < end && *q == '-')
		q++, dashes++;
	if (q < end && *q == ' ')
		q++;
	if (dashes == 0 || end - q < 4 || memcmp(q, "More", 4) != 0)
		return 0;
	q += 4;
	if (q < end && *q == ' ')
		q++;
	if (q == end || *q != '-')
		return 0;
	while (q < end && *q == '-')
		q++;
	return q < end && *q == '>' ? (size_t)(q + 1 - p) : 0;
}

/* Behind an escape: what it is followed by. CSI ends with a letter, OSC with BEL or ESC \, others are one byte. */
static const char *skip_escape(const char *p, const char *end, char *command)
{
	*command = '\0';
	if (p == end)
		return p;
	if (*p == '[') {
		for (p++; p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x40; p++)
			;
		if (p < end && (unsigned char)*p >= 0x40)
			*command = *p++;
		return p;
	}
	if (*p == ']') {
		for (p++; p < end && *p != BELL && *p != ESCAPE && *p != '\n'; p++)
			;
		if (p < end && *p == BELL)
			return p + 1;
		return end - p >= 2 && p[0] == ESCAPE && p[1] == '\\' ? p + 2 : p;
	}
	return *p == '\n' || *p == '\r' ? p : p + 1;
}

/* A line as a terminal holds it while it is being written. */
struct screen {
	char *begin;     /* of the line */
	size_t len, col; /* col: where the next byte goes */
	struct vt_clean_report *report;
};

static void put(struct screen *s, char c)
{
	if (s->col < s->len)
		s->report->erased_bytes++;
	s->begin[s->col++] = c;
	if (s->col > s->len)
		s->len = s->col;
}

static void erase_to_end(struct screen *s)
{
	s->report->erased_bytes += s->len - s->col;
	s->len = s->col;
}

static bool is_blank_so_far(const struct screen *s)
{
	return vt_str_trim((struct vt_str){ s->begin, s->len }).len == 0;
}

/* Behind a pager prompt: the device blanks it with blanks between CRs, or takes it back with backspaces. Where a
 * collector dropped those, the blanks alone are left. */
static const char *skip_blanking(const char *p, const char *end)
{
	const char *last = NULL, *q = p;
	for (; q < end && (*q == ' ' || *q == '\r' || *q == BACKSPACE); q++) {
		if (*q != ' ')
			last = q + 1;
	}
	return last ? last : q;
}

static const char *put_next(struct screen *s, const char *p, const char *end)
{
	char command;
	size_t pager = *p == '<' && is_blank_so_far(s) ? pager_at(p, end) : 0;
	if (pager) {
		s->report->pagers++;
		s->len = s->col = 0;
		return skip_blanking(p + pager, end);
	}
	unsigned char c = (unsigned char)*p++;
	if (c == ESCAPE) {
		s->report->escapes++;
		p = skip_escape(p, end, &command);
		if (command == 'K')
			erase_to_end(s);
	} else if (c == '\r') {
		s->col = 0;
	} else if (c == BACKSPACE || c == DELETE) {
		s->col -= s->col > 0;
	} else if (c == 0xc2 && p < end && (unsigned char)*p == 0xa0) {
		put(s, ' ');
		p++;
	} else if (c >= ' ' || c == '\t') {
		put(s, (char)c);
	} else {
		s->report->nul_bytes += c == '\0';
	}
	return p;
}

/* Writes the line [p, end) as a terminal would show it to `to`; answers behind the last byte written. `*gone` when
 * nothing but a pager prompt was on it. */
static char *rewrite(char *to, const char *p, const char *end, struct vt_clean_report *report, bool *gone)
{
	struct screen s = { .begin = to, .report = report };
	uint64_t pagers = report->pagers;
	while (end > p && end[-1] == '\r')
		end--;
	while (p < end)
		p = put_next(&s, p, end);
	*gone = report->pagers > pagers && is_blank_so_far(&s);
	return to + s.len;
}

static void lines_from_returns(char *text, size_t len)
{
	if (memchr(text, '\n', len) != NULL)
		return;
	for (char *p = text; (p = memchr(p, '\r', len - (size_t)(p - text))) != NULL;)
		*p = '\n';
}

void vt_clean(char *text, size_t *len, struct vt_clean_report *report)
{
	struct vt_clean_report own = { 0 };
	report = report ? report : &own;
	*report = (struct vt_clean_report){ 0 };
	if (*len == 0)
		return;
	lines_from_returns(text, *len);
	const char *p = text, *end = text + *len;
	if (*len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	char *to = text;
	while (p < end) {
		const char *hit = find_suspicious(p, end);
		const char *line = hit < end ? memrchr(p, '\n', (size_t)(hit - p)) : end;
		line = line == end ? end : line ? line + 1 : p;
		memmove(to, p, (size_t)(line - p));
		to += line - p;
		if (line == end)
			break;
		const char *lf = memchr(hit, '\n', (size_t)(end - hit));
		bool gone;
		to = rewrite(to, line, lf ? lf : end, report, &gone);
		if (lf && !gone)
			*to++ = '\n';
		p = lf ? lf + 1 : end;
	}
	*len = (size_t)(to - text);
}
