/* SPDX-License-Identifier: MIT
 * From what came over the wire, or out of a clipboard, to lines.
 *
 * A terminal would show each line after its backspaces, lone CRs and overwritten text have done their work; that is
 * what stays. Taken out: pager prompts with the blanking behind them, escape sequences, NUL and other control
 * bytes, a byte order mark. No-break spaces of a web page become blanks. Text whose only line ends are CRs gets LFs.
 * Runs of CR before LF may stay; vt_lines_next() drops them.
 *
 * Syslog lines of the terminal monitor stay as well: only a parser knows whether they are its data
 * (vt_is_async_line() in asa/report.h).
 *
 * In place and in one pass: text that needs nothing is only looked at, sixteen bytes at a time.
 */
#ifndef VT_ASA_CLEAN_H
#define VT_ASA_CLEAN_H

#include "base/str.h"

struct vt_clean_report {
	uint64_t pagers;       /* prompts taken out */
	uint64_t erased_bytes; /* overwritten or taken back */
	uint64_t nul_bytes;
	uint64_t escapes; /* escape sequences */
};

/* Cleans `*len` bytes at `text` in place; `*len` becomes what is left. `report` may be NULL. */
void vt_clean(char *text, size_t *len, struct vt_clean_report *report);

#endif
