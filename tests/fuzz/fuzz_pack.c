/* SPDX-License-Identifier: MIT
 * Packed pieces out of a damaged database: refused, or read; and what is read packs to a piece that reads the same.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "store/pack.h"

enum { AT_MS = 1700000000 };

static void check_samples(struct vt_str blob, struct vt_arena *arena, struct vt_buf *again)
{
	struct vt_pack_sample *in, *out;
	size_t len, out_len;
	if (vt_unpack_samples(blob, arena, &in, &len) != VT_OK)
		return;
	vt_pack_samples(again, in, len);
	FUZZ_CHECK(vt_unpack_samples(vt_buf_view(again), arena, &out, &out_len) == VT_OK);
	FUZZ_CHECK(out_len == len && memcmp(in, out, len * sizeof *in) == 0);
}

static void check_live(struct vt_str blob, struct vt_arena *arena, struct vt_buf *again)
{
	struct vt_pack_live *in, *out;
	size_t len, out_len;
	if (vt_unpack_live(blob, AT_MS, arena, &in, &len) != VT_OK)
		return;
	vt_pack_live(again, AT_MS, in, len);
	FUZZ_CHECK(vt_unpack_live(vt_buf_view(again), AT_MS, arena, &out, &out_len) == VT_OK);
	FUZZ_CHECK(out_len == len && memcmp(in, out, len * sizeof *in) == 0);
}

static void check_hour(struct vt_str blob, struct vt_arena *arena, struct vt_buf *again)
{
	struct vt_pack_series *in, *out;
	size_t len, polls, out_len, out_polls;
	if (vt_unpack_hour(blob, arena, &in, &len, &polls) != VT_OK)
		return;
	vt_pack_hour(again, in, len, polls);
	FUZZ_CHECK(vt_unpack_hour(vt_buf_view(again), arena, &out, &out_len, &out_polls) == VT_OK);
	FUZZ_CHECK(out_len == len && out_polls == polls);
	for (size_t i = 0; i < len; i++)
		FUZZ_CHECK(in[i].no == out[i].no &&
			   memcmp(in[i].deltas, out[i].deltas, polls * sizeof *in[i].deltas) == 0);
}

static void check_day(struct vt_str blob, struct vt_arena *arena, struct vt_buf *again)
{
	struct vt_pack_day *in, *out;
	size_t len, out_len;
	if (vt_unpack_day(blob, arena, &in, &len) != VT_OK)
		return;
	vt_pack_day(again, in, len);
	FUZZ_CHECK(vt_unpack_day(vt_buf_view(again), arena, &out, &out_len) == VT_OK);
	FUZZ_CHECK(out_len == len && memcmp(in, out, len * sizeof *in) == 0);
}

/* Times are sums, which wrap when they are absurd: reading them must not hurt, no more is promised. */
static void check_times(struct vt_str blob, struct vt_arena *arena)
{
	struct vt_pack_time *times;
	size_t len;
	if (vt_unpack_times(blob, AT_MS, arena, &times, &len) == VT_OK)
		FUZZ_CHECK(len == 0 || times != NULL);
}

static void check_all(struct vt_str blob, struct vt_arena *arena)
{
	struct vt_buf again = { 0 };
	check_samples(blob, arena, &again);
	check_live(blob, arena, &again);
	check_hour(blob, arena, &again);
	check_day(blob, arena, &again);
	check_times(blob, arena);
	vt_buf_free(&again);
}

/* The bytes as they are, and with a check that is right, which chance would hardly find. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf sealed = { 0 };
	check_all((struct vt_str){ (const char *)bytes, len }, arena);
	vt_buf_add(&sealed, bytes, len);
	vt_pack_seal(&sealed);
	check_all(vt_buf_view(&sealed), arena);
	vt_buf_free(&sealed);
	vt_arena_free(arena);
	return 0;
}
