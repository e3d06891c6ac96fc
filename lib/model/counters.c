/* SPDX-License-Identifier: MIT
 * The arithmetic of a counter that is read from time to time.
 */
#include "model/counters.h"

uint64_t vt_counter_rate(uint64_t delta, int64_t interval_ms)
{
	uint64_t scaled;
	if (delta == VT_ABSENT || interval_ms <= 0 || __builtin_mul_overflow(delta, UINT64_C(1000000), &scaled))
		return VT_ABSENT;
	return scaled / (uint64_t)interval_ms;
}

struct vt_increment vt_counter_step(uint64_t before, uint64_t now, int64_t interval_ms, uint64_t rate_before,
				    bool same_flow)
{
	const uint64_t half = UINT64_C(1) << 31, whole = UINT64_C(1) << 32;
	if (before == VT_ABSENT || now == VT_ABSENT)
		return (struct vt_increment){ VT_ABSENT, false };
	if (now >= before)
		return (struct vt_increment){ now - before, false };
	if (same_flow && before > half && before < whole && rate_before != VT_ABSENT) {
		uint64_t wrapped = now + whole - before, rate = vt_counter_rate(wrapped, interval_ms);
		if (rate != VT_ABSENT && rate <= 2 * rate_before)
			return (struct vt_increment){ wrapped, false };
	}
	return (struct vt_increment){ now, true };
}
