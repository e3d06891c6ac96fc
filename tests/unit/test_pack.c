/* SPDX-License-Identifier: MIT
 * Packed pieces: what goes in comes out, small things are small, and damage is noticed.
 */
#include "config.h"

#include "tests/unit/tap.h"

#include "store/pack.h"

/* Edges of the coding: both runs, one-byte and ten-byte numbers, the largest number there is. */
static const struct vt_counters vectors[] = {
	{ 0, 0, 0, 0, 0, 0 },
	{ VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT },
	{ 1, 126, 127, 128, 16383, 16384 },
	{ 0, VT_ABSENT, 0, VT_ABSENT, VT_ABSENT, 0 },
	{ UINT64_MAX - 1, UINT64_C(1) << 63, UINT32_MAX, 0, VT_ABSENT, 2 },
};
enum { VECTORS = sizeof vectors / sizeof *vectors };

static void samples_come_back(void **state)
{
	(void)state;
	static const uint64_t nos[VECTORS] = { 1, 2, 900, UINT64_C(1) << 40, UINT64_MAX - 1 };
	struct vt_pack_sample in[VECTORS], *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	for (size_t n = 0; n <= VECTORS; n++) {
		size_t len;
		for (size_t i = 0; i < n; i++)
			in[i] = (struct vt_pack_sample){ nos[i], vectors[i] };
		vt_pack_samples(&blob, in, n);
		assert_int_equal(vt_unpack_samples(vt_buf_view(&blob), arena, &out, &len), VT_OK);
		assert_int_equal(len, n);
		assert_memory_equal(out, in, n * sizeof *in);
	}
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

static void live_figures_come_back(void **state)
{
	(void)state;
	enum { AT = 1700000000 };
	struct vt_pack_live in[VECTORS] = { 0 }, *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	size_t len;
	for (size_t i = 0; i < VECTORS; i++) {
		in[i].no = 10 + i * i;
		in[i].live = (struct vt_live){ .counters = vectors[i],
					       .per_s = vectors[VECTORS - 1 - i],
					       .last_encaps_at_ms = i % 2 ? AT - (int64_t)i : 0,
					       .last_decaps_at_ms = AT + (int64_t)i, /* a clock that went back */
					       .counters_at_ms = AT,
					       .bytes_at_ms = i == 2 ? INT64_MAX : 1,
					       .lifetime_s = i ? 28800 : VT_ABSENT,
					       .lifetime_kb = i };
	}
	vt_pack_live(&blob, AT, in, VECTORS);
	assert_int_equal(vt_unpack_live(vt_buf_view(&blob), AT, arena, &out, &len), VT_OK);
	assert_int_equal(len, VECTORS);
	assert_memory_equal(out, in, sizeof in);
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

static void times_come_back(void **state)
{
	(void)state;
	static const struct vt_pack_time in[] = { { 3600500, 60000, 0 },
						  { 3660501, 60001, 300000 },
						  { 3720501, 0, 0 },
						  { 3600001, 61000, 240000 }, /* came late */
						  { 7199999, 60000, -1 } };
	enum { LEN = sizeof in / sizeof *in };
	struct vt_pack_time *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	size_t len;
	vt_pack_times(&blob, 3600000, in, LEN);
	assert_int_equal(vt_unpack_times(vt_buf_view(&blob), 3600000, arena, &out, &len), VT_OK);
	assert_int_equal(len, LEN);
	assert_memory_equal(out, in, sizeof in);
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

static void hours_come_back(void **state)
{
	(void)state;
	struct vt_counters deltas[3][VECTORS];
	const struct vt_pack_series in[3] = { { 7, deltas[0] }, { 8, deltas[1] }, { 4000, deltas[2] } };
	struct vt_pack_series *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	size_t len, polls;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < VECTORS; j++)
			deltas[i][j] = vectors[(i + j) % VECTORS];
	vt_pack_hour(&blob, in, 3, VECTORS);
	assert_int_equal(vt_unpack_hour(vt_buf_view(&blob), arena, &out, &len, &polls), VT_OK);
	assert_int_equal(len, 3);
	assert_int_equal(polls, VECTORS);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(out[i].no, in[i].no);
		assert_memory_equal(out[i].deltas, in[i].deltas, sizeof deltas[i]);
	}
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

static void days_come_back(void **state)
{
	(void)state;
	struct vt_pack_day in[2] = { { .no = 3 }, { .no = 5 } }, *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	size_t len;
	for (size_t hour = 0; hour < 24; hour += 5) {
		in[1].hours[hour].polls = 60;
		in[1].hours[hour].figures[hour % VT_FIGURES] = (struct vt_rollup_figure){ 59, 3600000, hour, 1, 900 };
	}
	vt_pack_day(&blob, in, 2);
	assert_int_equal(vt_unpack_day(vt_buf_view(&blob), arena, &out, &len), VT_OK);
	assert_int_equal(len, 2);
	assert_memory_equal(out, in, sizeof in);
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

/* A thousand selectors of which none had a packet: the whole poll is smaller than this line. */
static void quiet_selectors_cost_nothing(void **state)
{
	(void)state;
	enum { QUIET = 1000 };
	struct vt_pack_sample in[QUIET] = { 0 };
	struct vt_buf blob = { 0 };
	for (size_t i = 0; i < QUIET; i++)
		in[i].no = 500 + i;
	vt_pack_samples(&blob, in, QUIET);
	assert_in_range(blob.len, 1, 20);
	for (size_t i = 0; i < QUIET; i++)
		in[i].delta.tx_bytes = in[i].delta.rx_bytes = VT_ABSENT;
	vt_pack_samples(&blob, in, QUIET);
	assert_in_range(blob.len, 1, 30);
	vt_buf_free(&blob);
}

/* Every bit of a piece counts. */
static void one_wrong_bit_is_noticed(void **state)
{
	(void)state;
	struct vt_pack_sample in[VECTORS], *out;
	struct vt_buf blob = { 0 };
	struct vt_arena *arena = vt_arena_new();
	size_t len;
	for (size_t i = 0; i < VECTORS; i++)
		in[i] = (struct vt_pack_sample){ i + 1, vectors[i] };
	vt_pack_samples(&blob, in, VECTORS);
	for (size_t bit = 0; bit < blob.len * 8; bit++) {
		blob.p[bit / 8] = (char)(blob.p[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(vt_unpack_samples(vt_buf_view(&blob), arena, &out, &len), VT_E_DB_CORRUPT);
		blob.p[bit / 8] = (char)(blob.p[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t cut = 0; cut < blob.len; cut++)
		assert_int_equal(vt_unpack_samples((struct vt_str){ blob.p, cut }, arena, &out, &len), VT_E_DB_CORRUPT);
	vt_arena_free(arena);
	vt_buf_free(&blob);
}

/* Pieces whose check is right and whose body is not. */
static void a_body_that_cannot_be_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		unsigned char bytes[16];
		size_t len;
	} wrong[] = {
		{ "another kind", { 2, 0 }, 2 },
		{ "no such kind", { 99, 0 }, 2 },
		{ "no length", { 1 }, 1 },
		{ "more selectors than bytes", { 1, 5, 0, 5 }, 4 },
		{ "a run beyond the end", { 1, 1, 0, 1, 0, 9 }, 6 },
		{ "a run of none", { 1, 1, 0, 0, 0, 7 }, 6 },
		{ "bytes left over", { 1, 0, 7 }, 3 },
		{ "an endless number", { 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f }, 11 },
		{ "a number twice", { 1, 2, 1, 2 }, 4 },
		{ "as many selectors as there are atoms", { 1, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 1 }, 8 },
	};
	struct vt_arena *arena = vt_arena_new();
	struct vt_pack_sample *out;
	size_t len;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct vt_buf blob = { 0 };
		vt_buf_add(&blob, wrong[i].bytes, wrong[i].len);
		vt_pack_seal(&blob);
		if (vt_unpack_samples(vt_buf_view(&blob), arena, &out, &len) != VT_E_DB_CORRUPT)
			fail_msg("%s was accepted", wrong[i].what);
		vt_buf_free(&blob);
	}
	vt_arena_free(arena);
}

UNIT_TESTS(CASE(samples_come_back), CASE(live_figures_come_back), CASE(times_come_back), CASE(hours_come_back),
	   CASE(days_come_back), CASE(quiet_selectors_cost_nothing), CASE(one_wrong_bit_is_noticed),
	   CASE(a_body_that_cannot_be_is_refused))
