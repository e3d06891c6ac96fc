/* SPDX-License-Identifier: MIT
 * The page a person opens: files of web/ui, built into the program.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "base/str.h"

struct page_file {
	const char *name; /* "index.html" */
	struct vt_str text;
};

/* Ends with a NULL name; made by embed.awk. */
extern const struct page_file page_files[];

#endif
