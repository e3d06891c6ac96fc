/* SPDX-License-Identifier: MIT
 * The arithmetic of a counter that is read from time to time.
 *
 * A counter grows. When it is smaller than before it was either reset (a new flow, `clear`, a reboot) and its new
 * value is what was counted since, or it wrapped at 32 bits, which only its rate can tell (formats.md section 4).
 */
#ifndef VT_MODEL_COUNTERS_H
#define VT_MODEL_COUNTERS_H

#include "model/rows.h"

struct vt_increment {
	uint64_t delta; /* VT_ABSENT: nothing to compare with */
	bool reset;
};

/* `before` or `now` may be VT_ABSENT. `rate_before` is in thousandths a second, VT_ABSENT when not known.
 * `same_flow`: nothing else says that the flow was rebuilt, so a wrap is possible. */
struct vt_increment vt_counter_step(uint64_t before, uint64_t now, int64_t interval_ms, uint64_t rate_before,
				    bool same_flow);

/* Increments to thousandths a second; VT_ABSENT stays, and so does anything over no time. */
uint64_t vt_counter_rate(uint64_t delta, int64_t interval_ms);

#endif
