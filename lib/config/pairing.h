/* SPDX-License-Identifier: MIT
 * The comparison of two ends, what its files share. Private to lib/config.
 */
#ifndef VT_CONFIG_PAIRING_H
#define VT_CONFIG_PAIRING_H

#include "config/pair.h"

#include <stdarg.h>

/* A finding of this row, with the row's severity and advice, certain until the caller says otherwise. */
struct vt_finding *pair_say(struct vt_arena *arena, struct vt_findings *findings, const char *row_id,
			    struct vt_str subject, const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));

#endif
