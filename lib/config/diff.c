/* SPDX-License-Identifier: MIT
 * What changed between two texts of a configuration, line by line.
 */
#include "config/diff.h"

#include "base/hash.h"
#include "base/lines.h"

#include <stdlib.h>

enum {
	EDITS_MAX = 400,   /* more are not looked for in order: memory and time grow with their square */
	LINES_MAX = 1000,  /* that are listed */
	SHOWN_BYTES = 300, /* of one line */
};

struct line {
	struct vt_str text;
	uint64_t hash;
	bool changed;
};

struct side {
	struct line *lines;
	size_t len;
};

static struct side split(struct vt_str text, struct vt_arena *arena)
{
	struct side side = { 0 };
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	size_t cap = 0;
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_rtrim(line);
		*VT_PUSH(arena, side.lines, side.len,
			 cap) = (struct line){ .text = line, .hash = vt_hash_end(vt_hash_add(VT_HASH_START, line)) };
	}
	return side;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->hash == b->hash && vt_str_eq(a->text, b->text);
}

/* ---- few changes: the shortest way from one to the other ---- */

/* furthest[d][k + d]: how far into `a` the best way with d edits gets on diagonal k. */
struct search {
	const struct line *a, *b;
	ptrdiff_t a_len, b_len;
	int32_t *furthest[EDITS_MAX + 1];
};

static ptrdiff_t reached(const struct search *s, ptrdiff_t d, ptrdiff_t k)
{
	return k < -d || k > d ? -1 : s->furthest[d][k + d];
}

/* The way with d edits to diagonal k comes from the one above: a line of `b` was added. */
static bool came_by_adding(const struct search *s, ptrdiff_t d, ptrdiff_t k)
{
	return k == -d || (k != d && reached(s, d - 1, k - 1) < reached(s, d - 1, k + 1));
}

static ptrdiff_t step(const struct search *s, ptrdiff_t d, ptrdiff_t k)
{
	ptrdiff_t x = 0;
	if (d > 0)
		x = came_by_adding(s, d, k) ? reached(s, d - 1, k + 1) : reached(s, d - 1, k - 1) + 1;
	while (x < s->a_len && x - k < s->b_len && x >= k && same(&s->a[x], &s->b[x - k]))
		x++;
	return x;
}

/* How many edits it takes; -1: too many. */
static ptrdiff_t find_way(struct search *s, struct vt_arena *arena)
{
	for (ptrdiff_t d = 0; d <= EDITS_MAX; d++) {
		s->furthest[d] = VT_NEW_ARRAY(arena, int32_t, (size_t)(2 * d + 1));
		for (ptrdiff_t k = -d; k <= d; k += 2) {
			ptrdiff_t x = step(s, d, k);
			s->furthest[d][k + d] = (int32_t)x;
			if (x >= s->a_len && x - k >= s->b_len)
				return d;
		}
	}
	return -1;
}

static bool mark_shortest(struct line *a, size_t a_len, struct line *b, size_t b_len, struct vt_arena *arena)
{
	struct search *s = VT_NEW(arena, struct search);
	*s = (struct search){ .a = a, .b = b, .a_len = (ptrdiff_t)a_len, .b_len = (ptrdiff_t)b_len };
	ptrdiff_t d = find_way(s, arena), k = s->a_len - s->b_len;
	if (d < 0)
		return false;
	for (; d > 0; d--) {
		if (came_by_adding(s, d, k)) {
			k++;
			b[reached(s, d - 1, k) - k].changed = true;
		} else {
			k--;
			a[reached(s, d - 1, k)].changed = true;
		}
	}
	return true;
}

/* ---- many changes: what the other side does not have ---- */

static int by_text(const void *a, const void *b)
{
	const struct line *x = *(struct line *const *)a, *y = *(struct line *const *)b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	int order = vt_str_cmp(x->text, y->text);
	return order ? order : (x > y) - (x < y);
}

static struct line **sorted(struct line *lines, size_t len, struct vt_arena *arena)
{
	struct line **order = VT_NEW_ARRAY(arena, struct line *, len);
	for (size_t i = 0; i < len; i++)
		order[i] = &lines[i];
	if (len)
		qsort(order, len, sizeof *order, by_text);
	return order;
}

static void mark_missing(struct line *a, size_t a_len, struct line *b, size_t b_len, struct vt_arena *arena)
{
	struct line **x = sorted(a, a_len, arena), **y = sorted(b, b_len, arena);
	size_t i = 0, j = 0;
	while (i < a_len && j < b_len) {
		if (same(x[i], y[j])) {
			i++, j++;
			continue;
		}
		bool only_a = x[i]->hash != y[j]->hash ? x[i]->hash < y[j]->hash
						       : vt_str_cmp(x[i]->text, y[j]->text) < 0;
		if (only_a)
			x[i++]->changed = true;
		else
			y[j++]->changed = true;
	}
	while (i < a_len)
		x[i++]->changed = true;
	while (j < b_len)
		y[j++]->changed = true;
}

/* ---- the list ---- */

struct listing {
	struct vt_config_diff *diff;
	struct vt_arena *arena;
	size_t cap;
};

/* A sub-line is indented; the line it belongs to is the last one before it that is not. */
static struct vt_str parent_after(struct vt_str parent, struct vt_str line)
{
	return line.len && !vt_is_blank(*line.p) ? line : parent;
}

static void list_line(struct listing *listing, const struct line *line, size_t at, bool added, struct vt_str parent)
{
	struct vt_config_diff *diff = listing->diff;
	if (diff->len >= LINES_MAX)
		return;
	bool is_sub = line->text.len && vt_is_blank(*line->text.p);
	*VT_PUSH(listing->arena, diff->lines, diff->len, listing->cap) = (struct vt_config_diff_line){
		.added = added,
		.n = (uint32_t)at + 1,
		.text = vt_str_trim(line->text),
		.within = is_sub ? parent : VT_STR_NONE,
	};
}

static void list(const struct side *a, const struct side *b, struct vt_arena *arena, struct vt_config_diff *diff)
{
	struct listing listing = { diff, arena, 0 };
	struct vt_str of_a = VT_STR_NONE, of_b = VT_STR_NONE;
	size_t i = 0, j = 0;
	while (i < a->len || j < b->len) {
		bool gone = i < a->len && a->lines[i].changed, came = !gone && j < b->len && b->lines[j].changed;
		if (gone) {
			list_line(&listing, &a->lines[i], i, false, of_a);
			diff->removed++;
		} else if (came) {
			list_line(&listing, &b->lines[j], j, true, of_b);
			diff->added++;
		}
		/* Lines that did not change are as many on both sides. */
		if (!came && i < a->len) {
			of_a = parent_after(of_a, a->lines[i].text);
			i++;
		}
		if (!gone && j < b->len) {
			of_b = parent_after(of_b, b->lines[j].text);
			j++;
		}
	}
}

void vt_config_diff(struct vt_str before, struct vt_str after, struct vt_arena *arena, struct vt_config_diff *diff)
{
	struct side a = split(before, arena), b = split(after, arena);
	size_t head = 0, tail = 0;
	*diff = (struct vt_config_diff){ 0 };
	while (head < a.len && head < b.len && same(&a.lines[head], &b.lines[head]))
		head++;
	while (tail < a.len - head && tail < b.len - head &&
	       same(&a.lines[a.len - 1 - tail], &b.lines[b.len - 1 - tail]))
		tail++;
	size_t a_len = a.len - head - tail, b_len = b.len - head - tail;
	struct line *a_first = a.lines ? a.lines + head : NULL, *b_first = b.lines ? b.lines + head : NULL;
	if (!mark_shortest(a_first, a_len, b_first, b_len, arena))
		mark_missing(a_first, a_len, b_first, b_len, arena);
	list(&a, &b, arena, diff);
}

void vt_config_diff_print(const struct vt_config_diff *diff, size_t max, struct vt_buf *out)
{
	size_t shown = diff->len < max ? diff->len : max;
	for (size_t i = 0; i < shown; i++) {
		const struct vt_config_diff_line *line = &diff->lines[i];
		struct vt_str within = vt_str_first(line->within, SHOWN_BYTES),
			      text = vt_str_first(line->text, SHOWN_BYTES);
		vt_buf_printf(out, "%s%c " VT_FMT "%s" VT_FMT, i ? "\n" : "", line->added ? '+' : '-', VT_ARG(within),
			      within.len ? ": " : "", VT_ARG(text));
	}
	size_t all = diff->added + diff->removed;
	if (all > shown)
		vt_buf_printf(out, "%s… and %zu more", shown ? "\n" : "", all - shown);
}
