/* SPDX-License-Identifier: MIT
 * How numbers that move at every poll are packed into the blobs of the database. Pure: bytes in, numbers out.
 *
 * Every piece is
 *
 *     kind (1 byte) · body · check (4 bytes, little endian: a hash of all bytes before it)
 *
 * The kind says what the body is, and in which version: a new layout takes a new kind, and old pieces stay readable.
 * Integers are LEB128 varints. A body is a few plain varints (how many) and then one stream of values, column after
 * column, because neighbours in a column are alike:
 *
 *     value v > 0 → varint(v + 1)       v = 0, n times → 0, varint(n)       absent, n times → 1, varint(n)
 *
 * so a quiet selector costs next to nothing: its zeros join the run of the zeros beside them, across columns too. In
 * a stream, a number that may be negative is zig-zag coded, and a time is its distance from a time the reader knows.
 *
 *     kind 1, samples  (journal.samples)    len; no…, then encaps, decaps, tx, rx, send and recv errors, each of all
 *     kind 2, live     (device.live)        len; no…, then the columns of struct vt_live
 *     kind 3, times    (hour_times.times)   len; at…, interval…, bytes interval…
 *     kind 4, hour     (hour.samples)       polls, series; no…, then series by series, figure by figure, all polls
 *     kind 5, day      (day.hours)          series; no…, then series by series the 24 hours' columns
 *
 * `no…` are rising, as differences less one: neighbours become a run of zeros. There is no general compression on top:
 * what is left in a piece is mostly the low bytes of busy counters, which do not repeat.
 *
 * A piece that does not unpack answers VT_E_DB_CORRUPT and nothing else happens.
 */
#ifndef VT_STORE_PACK_H
#define VT_STORE_PACK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "model/rows.h"

/* struct vt_counters as an array, in the order of its members. */
enum { VT_FIGURES = 6, VT_FIGURE_TX_BYTES = 2, VT_FIGURE_RX_BYTES = 3 };
_Static_assert(sizeof(struct vt_counters) == VT_FIGURES * sizeof(uint64_t),
	       "the figures are all of struct vt_counters");

static inline uint64_t *vt_figures(struct vt_counters *counters)
{
	return (uint64_t *)counters;
}
static inline const uint64_t *vt_const_figures(const struct vt_counters *counters)
{
	return (const uint64_t *)counters;
}

/* Selectors are named by their number in this database; every array below is sorted by it, each number once. */
struct vt_pack_sample {
	uint64_t no;
	struct vt_counters delta;
};
/* `out` is cleared first; so for all of them. */
void vt_pack_samples(struct vt_buf *out, const struct vt_pack_sample *samples, size_t len);
enum vt_status vt_unpack_samples(struct vt_str blob, struct vt_arena *arena, struct vt_pack_sample **samples,
				 size_t *len);

/* live.selector_id is not kept: the number is. `at_ms` is the time of the poll, kept beside the blob. */
struct vt_pack_live {
	uint64_t no;
	struct vt_live live;
};
void vt_pack_live(struct vt_buf *out, int64_t at_ms, const struct vt_pack_live *live, size_t len);
enum vt_status vt_unpack_live(struct vt_str blob, int64_t at_ms, struct vt_arena *arena, struct vt_pack_live **live,
			      size_t *len);

/* When a unit was polled within one hour; `from_ms` is its beginning. */
struct vt_pack_time {
	int64_t at_ms, interval_ms, bytes_interval_ms;
};
void vt_pack_times(struct vt_buf *out, int64_t from_ms, const struct vt_pack_time *times, size_t len);
enum vt_status vt_unpack_times(struct vt_str blob, int64_t from_ms, struct vt_arena *arena, struct vt_pack_time **times,
			       size_t *len);

/* One selector's hour: `deltas` has one element a poll of the unit, all VT_ABSENT where it was not seen. */
struct vt_pack_series {
	uint64_t no;
	struct vt_counters *deltas;
};
void vt_pack_hour(struct vt_buf *out, const struct vt_pack_series *series, size_t len, size_t polls);
enum vt_status vt_unpack_hour(struct vt_str blob, struct vt_arena *arena, struct vt_pack_series **series, size_t *len,
			      size_t *polls);

/* One figure over an hour. Rates are in thousandths a second. */
struct vt_rollup_figure {
	uint64_t count; /* polls that knew it; the others are 0 when this is */
	uint64_t covered_ms, sum, min_milli, max_milli;
};
struct vt_rollup {
	uint64_t polls; /* that knew any figure */
	struct vt_rollup_figure figures[VT_FIGURES];
};
struct vt_pack_day {
	uint64_t no;
	struct vt_rollup hours[24];
};
void vt_pack_day(struct vt_buf *out, const struct vt_pack_day *days, size_t len);
enum vt_status vt_unpack_day(struct vt_str blob, struct vt_arena *arena, struct vt_pack_day **days, size_t *len);

/* Writes the check behind the bytes of `out`: for those who make pieces by hand (tests, fuzzing). */
void vt_pack_seal(struct vt_buf *out);

#endif
