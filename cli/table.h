/* SPDX-License-Identifier: MIT
 * Tables on a terminal, and text from devices made harmless before it gets there.
 *
 * On a terminal the last column gives way so that a row fits its line; elsewhere nothing is cut. Colours are for
 * terminals only, and not where NO_COLOR is set.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/arena.h"

struct table;

/* `titles` ends with NULL. One that begins with '>' is aligned right. */
struct table *table_new(struct vt_arena *arena, const char *const *titles);
/* Starts a row; cells follow from the left. */
void table_row(struct table *table);
/* NULL is an empty cell. Control characters are replaced. */
void table_cell(struct table *table, const char *text);
/* The same, in the colour of a tunnel status or device state. */
void table_status(struct table *table, const char *status);
/* On standard output; nothing at all without a row. */
void table_print(const struct table *table);

/* Columns of the terminal; 0 when standard output is none. */
unsigned terminal_width(void);
/* The text without control characters, in the arena; "" for NULL. */
const char *printable(struct vt_arena *arena, const char *text);
/* `left` and `right` on one line, apart on a terminal. */
void print_ends(const char *left, const char *right);

#endif
