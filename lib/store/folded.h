/* SPDX-License-Identifier: MIT
 * Hours and days as keys of the tables hour, hour_times and day. Private to lib/store.
 */
#ifndef VT_STORE_FOLDED_H
#define VT_STORE_FOLDED_H

#include "store/db.h"
#include "store/pack.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)

/* Rounds down, also before 1970. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The time that one figure of a sample covers. */
static inline int64_t covered_ms(size_t figure, int64_t interval_ms, int64_t bytes_interval_ms)
{
	bool bytes = figure == VT_FIGURE_TX_BYTES || figure == VT_FIGURE_RX_BYTES;
	return bytes && bytes_interval_ms ? bytes_interval_ms : interval_ms;
}

static inline bool knows_a_figure(const struct vt_counters *delta)
{
	for (size_t i = 0; i < VT_FIGURES; i++)
		if (vt_const_figures(delta)[i] != VT_ABSENT)
			return true;
	return false;
}

/* One row of the chain of a unit; `samples` is unpacked into `arena`. */
struct poll {
	uint64_t seq, previous_seq;
	struct vt_pack_time time;
	struct vt_pack_sample *samples;
	size_t samples_len;
};
/* *found is false when it was deleted already: the chain ends. Without `arena` the samples are not unpacked. */
enum vt_status poll_read(struct vt_store *store, uint64_t seq, struct vt_arena *arena, struct poll *poll, bool *found,
			 struct vt_error *error);

#endif
