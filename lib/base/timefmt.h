/* SPDX-License-Identifier: MIT
 * Times and durations as text. Wall time is milliseconds since 1970-01-01 UTC in an int64_t named `…_at_ms`;
 * 0 means "never". The clock itself is read by the programs, never here.
 */
#ifndef VT_BASE_TIMEFMT_H
#define VT_BASE_TIMEFMT_H

#include "base/str.h"

#define VT_TIME_TEXT 32

/* RFC 3339 UTC with milliseconds: "2026-11-23T02:14:05.120Z". Answers its length. */
size_t vt_time_format(int64_t at_ms, char text[VT_TIME_TEXT]);
/* RFC 3339 with Z or an offset, fraction optional. */
bool vt_time_parse(struct vt_str text, int64_t *at_ms);

/* "60s", "5m", "1h", "7d", "250ms" (one unit, no sign) to milliseconds. */
bool vt_duration_parse(struct vt_str text, int64_t *ms);
/* For people, two units at most: "41m", "1h 12m", "11d 14h". Answers its length. */
size_t vt_duration_format(int64_t ms, char text[VT_TIME_TEXT]);

#endif
