/* SPDX-License-Identifier: MIT
 * From what came over the wire, or out of a clipboard, to lines.
 *
 * In place and in one pass: a listing without anything to clean is only looked at. Taken out: pager prompts
 * with the blanking behind them, backspaces and what they erase, escape sequences, NUL bytes, text overwritten
 * after a lone CR, asynchronous syslog lines. Runs of CR at a line end stay; vt_lines_next() drops them.
 */
#ifndef VT_ASA_CLEAN_H
#define VT_ASA_CLEAN_H

#include "base/str.h"

struct vt_clean_report {
	uint64_t pagers, async_lines, erased_bytes, nul_bytes, escapes;
};

/* Cleans `*len` bytes at `text` in place; `*len` becomes what is left. `report` may be NULL. */
void vt_clean(char *text, size_t *len, struct vt_clean_report *report);

#endif
