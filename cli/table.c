/* SPDX-License-Identifier: MIT
 * Tables on a terminal.
 */
#include "config.h"

#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

enum { GAP = 2, MAX_COLUMNS = 16, LAST_AT_LEAST = 12 };

struct cell {
	const char *text;
	unsigned width; /* characters */
	const char *colour;
};

struct row {
	struct cell cells[MAX_COLUMNS];
	size_t len;
};

struct table {
	struct vt_arena *arena;
	struct row head;
	bool right[MAX_COLUMNS];
	struct row *rows;
	size_t rows_len, rows_cap;
};

unsigned terminal_width(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO))
		return 0;
	const char *columns = getenv("COLUMNS");
	unsigned wanted = columns ? (unsigned)strtoul(columns, NULL, 10) : 0;
	if (wanted == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		wanted = size.ws_col;
	return wanted ? wanted : 80;
}

static bool colours(void)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(no && *no) && !(terminal && strcmp(terminal, "dumb") == 0);
}

/* A firewall's text may hold the escape sequences of a terminal, and so may a peer's name. */
const char *printable(struct vt_arena *arena, const char *text)
{
	struct vt_str from = vt_str_of(text);
	char *to = vt_arena_alloc(arena, from.len + 1);
	size_t len = 0;
	for (size_t i = 0, n; i < from.len; i += n) {
		unsigned char c = (unsigned char)from.p[i];
		n = vt_utf8_sequence(from.p + i, from.len - i);
		/* Controls of both kinds, C0 and C1 (0x80 to 0x9f, in UTF-8 c2 80 to c2 9f). */
		bool control = n == 0 || c < 0x20 || c == 0x7f ||
			       (n == 2 && c == 0xc2 && (unsigned char)from.p[i + 1] < 0xa0);
		if (control) {
			to[len++] = c == '\t' || c == '\n' ? ' ' : '?';
			n = n ? n : 1;
			continue;
		}
		memcpy(to + len, from.p + i, n);
		len += n;
	}
	to[len] = '\0';
	return to;
}

static unsigned width_of(const char *text)
{
	unsigned width = 0;
	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

struct table *table_new(struct vt_arena *arena, const char *const *titles)
{
	struct table *table = VT_NEW(arena, struct table);
	table->arena = arena;
	for (size_t i = 0; i < MAX_COLUMNS && titles[i]; i++) {
		table->right[i] = titles[i][0] == '>';
		const char *title = titles[i] + table->right[i];
		table->head.cells[table->head.len++] = (struct cell){ title, width_of(title), NULL };
	}
	return table;
}

void table_row(struct table *table)
{
	VT_PUSH(table->arena, table->rows, table->rows_len, table->rows_cap);
}

static void add_cell(struct table *table, const char *text, const char *colour)
{
	struct row *row = &table->rows[table->rows_len - 1];
	text = printable(table->arena, text);
	if (row->len < table->head.len)
		row->cells[row->len++] = (struct cell){ text, width_of(text), colour };
}

void table_cell(struct table *table, const char *text)
{
	add_cell(table, text, NULL);
}

void table_status(struct table *table, const char *status)
{
	static const struct {
		const char *status, *colour;
	} known[] = {
		{ "up", "32" },
		{ "ok", "32" },
		{ "negotiating", "33" },
		{ "backing-off", "33" },
		{ "phase1-failing", "31;1" },
		{ "phase2-failing", "31;1" },
		{ "no-traffic", "31;1" },
		{ "down", "31;1" },
		{ "unreachable", "31;1" },
		{ "auth-failed", "31;1" },
		{ "host-key-changed", "31;1" },
		{ "orphan", "35" },
		{ "unknown", "36" },
		{ "never-polled", "36" },
		{ "fault", "31;1" },
		{ "warning", "33" },
	};
	const char *colour = NULL;
	for (size_t i = 0; status && i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].status, status) == 0)
			colour = known[i].colour;
	add_cell(table, status, colour);
}

/* Where the text ends after `width` characters. */
static size_t bytes_of(const char *text, unsigned width)
{
	size_t i = 0;
	for (; text[i]; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && width-- == 0)
			break;
	return i;
}

static void print_cell(const struct cell *cell, unsigned width, bool right, bool last, bool in_colour)
{
	bool cut = cell->width > width;
	size_t bytes = cut ? bytes_of(cell->text, width ? width - 1 : 0) : strlen(cell->text);
	int pad = cut ? 0 : (int)(width - cell->width);
	if (right)
		printf("%*s", pad, "");
	if (in_colour && cell->colour)
		printf("\033[%sm", cell->colour);
	printf("%.*s%s", (int)bytes, cell->text, cut ? "…" : "");
	if (in_colour && cell->colour)
		fputs("\033[0m", stdout);
	if (!right && !last)
		printf("%*s", pad, "");
}

static void print_row(const struct table *table, const struct row *row, const unsigned *widths, bool in_colour)
{
	size_t columns = row->len;
	while (columns && row->cells[columns - 1].width == 0)
		columns--;
	for (size_t i = 0; i < columns; i++) {
		print_cell(&row->cells[i], widths[i], table->right[i], i + 1 == columns, in_colour);
		if (i + 1 < columns)
			printf("%*s", GAP, "");
	}
	putchar('\n');
}

void table_print(const struct table *table)
{
	unsigned widths[MAX_COLUMNS] = { 0 }, total = 0, terminal = terminal_width();
	size_t columns = table->head.len;
	if (table->rows_len == 0)
		return;
	for (size_t i = 0; i < columns; i++) {
		widths[i] = table->head.cells[i].width;
		for (size_t r = 0; r < table->rows_len; r++)
			if (i < table->rows[r].len && table->rows[r].cells[i].width > widths[i])
				widths[i] = table->rows[r].cells[i].width;
		total += widths[i] + (i ? GAP : 0);
	}
	unsigned before_last = total - widths[columns - 1];
	if (terminal && total > terminal)
		widths[columns - 1] = terminal > before_last + LAST_AT_LEAST ? terminal - before_last : LAST_AT_LEAST;
	print_row(table, &table->head, widths, false);
	for (size_t r = 0; r < table->rows_len; r++)
		print_row(table, &table->rows[r], widths, colours());
}

void print_ends(const char *left, const char *right)
{
	unsigned terminal = terminal_width(), used = width_of(left) + width_of(right);
	printf("%s%*s%s\n", left, terminal > used + GAP ? (int)(terminal - used) : 3, "", right);
}
