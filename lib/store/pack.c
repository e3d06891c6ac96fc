/* SPDX-License-Identifier: MIT
 * Packs and unpacks the pieces that pack.h describes.
 */
#include "config.h"

#include "store/pack.h"

enum kind {
	KIND_SAMPLES = 1,
	KIND_LIVE = 2,
	KIND_TIMES = 3,
	KIND_HOUR = 4,
	KIND_DAY = 5,
};

enum {
	CHECK_BYTES = 4,
	VARINT_BYTES = 10,
	/* What a piece may claim to hold; far above what a firewall has, and a bound on what a damaged one allocates.
	 */
	MAX_SELECTORS = 1 << 18,
	MAX_VALUES = 1 << 21,
};

/* ---- bytes ---- */

static uint32_t check_of(const unsigned char *bytes, size_t len)
{
	uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ len;
	for (; len >= 8; bytes += 8, len -= 8) {
		uint64_t word;
		memcpy(&word, bytes, 8);
		h = (h ^ word) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
	}
	uint64_t rest = 0;
	for (size_t i = 0; i < len; i++)
		rest |= (uint64_t)bytes[i] << (8 * i);
	h = (h ^ rest) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h ^ h >> 32);
}

void vt_pack_seal(struct vt_buf *out)
{
	uint32_t check = check_of((const unsigned char *)out->p, out->len);
	for (int i = 0; i < CHECK_BYTES; i++)
		vt_buf_char(out, (char)(check >> (8 * i)));
}

/* A stream being written. The bytes go to `at` without a look at the room: reserve() made it. */
struct packer {
	struct vt_buf *out;
	unsigned char *at;
	uint64_t run_code, run; /* of zeros (0) or absents (1) not yet written */
};

static unsigned char *varint(unsigned char *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	*at++ = (unsigned char)value;
	return at;
}

static void end_run(struct packer *packer)
{
	if (!packer->run)
		return;
	*packer->at++ = (unsigned char)packer->run_code;
	packer->at = varint(packer->at, packer->run);
	packer->run = 0;
}

static inline void put(struct packer *packer, uint64_t value)
{
	uint64_t code = value + 1; /* absent becomes 0, zero becomes 1 */
	if (code > 1) {
		if (packer->run)
			end_run(packer);
		packer->at = varint(packer->at, code);
		return;
	}
	code ^= 1;
	if (packer->run && packer->run_code != code)
		end_run(packer);
	packer->run_code = code;
	packer->run++;
}

static inline void put_signed(struct packer *packer, int64_t value)
{
	put(packer, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

/* 0 is "never"; others are said by their distance from `near`. */
static inline void put_time(struct packer *packer, int64_t near_ms, int64_t at_ms)
{
	if (at_ms == 0)
		put(packer, VT_ABSENT);
	else
		put_signed(packer, (int64_t)((uint64_t)near_ms - (uint64_t)at_ms));
}

/* Opens a piece with room for `values` values of a stream. */
static struct packer pack_begin(struct vt_buf *out, enum kind kind, size_t values)
{
	vt_buf_clear(out);
	char *room = vt_buf_reserve(out, 1 + (values + 3) * VARINT_BYTES + CHECK_BYTES);
	*room = (char)kind;
	return (struct packer){ .out = out, .at = (unsigned char *)room + 1 };
}

static void pack_end(struct packer *packer)
{
	end_run(packer);
	packer->out->len = (size_t)((char *)packer->at - packer->out->p);
	vt_pack_seal(packer->out);
}

static void put_no(struct packer *packer, uint64_t *previous, uint64_t no)
{
	put(packer, no - *previous - 1);
	*previous = no;
}

/* A stream being read. Once `damaged` is set every value is 0. */
struct unpacker {
	const unsigned char *at, *end;
	uint64_t run_value, run;
	bool damaged;
};

static uint64_t take_varint(struct unpacker *unpacker)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64 && unpacker->at < unpacker->end; shift += 7) {
		uint64_t byte = *unpacker->at++;
		if (shift == 63 && byte > 1)
			break;
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	unpacker->damaged = true;
	return 0;
}

static inline uint64_t take(struct unpacker *unpacker)
{
	if (unpacker->run) {
		unpacker->run--;
		return unpacker->run_value;
	}
	uint64_t code = take_varint(unpacker);
	if (code > 1)
		return code - 1;
	uint64_t run = take_varint(unpacker);
	if (unpacker->damaged || run == 0) {
		unpacker->damaged = true;
		unpacker->at = unpacker->end;
		return 0;
	}
	unpacker->run = run - 1;
	unpacker->run_value = code ? VT_ABSENT : 0;
	return unpacker->run_value;
}

static inline int64_t signed_of(uint64_t value)
{
	return (int64_t)(value >> 1 ^ -(value & 1));
}

static inline int64_t take_time(struct unpacker *unpacker, int64_t near_ms)
{
	uint64_t value = take(unpacker);
	return value == VT_ABSENT ? 0 : (int64_t)((uint64_t)near_ms - (uint64_t)signed_of(value));
}

static struct unpacker unpack_begin(struct vt_str blob, enum kind kind)
{
	const unsigned char *bytes = (const unsigned char *)blob.p;
	struct unpacker unpacker = { .damaged = true };
	if (blob.len < 1 + CHECK_BYTES || bytes[0] != kind)
		return unpacker;
	size_t len = blob.len - CHECK_BYTES;
	uint32_t check = 0;
	for (int i = 0; i < CHECK_BYTES; i++)
		check |= (uint32_t)bytes[len + (size_t)i] << (8 * i);
	if (check == check_of(bytes, len))
		unpacker = (struct unpacker){ .at = bytes + 1, .end = bytes + len };
	return unpacker;
}

/* How many of something, at most `most`. */
static size_t take_len(struct unpacker *unpacker, size_t most)
{
	uint64_t len = take_varint(unpacker);
	if (len > most)
		unpacker->damaged = true;
	return unpacker->damaged ? 0 : (size_t)len;
}

static uint64_t take_no(struct unpacker *unpacker, uint64_t previous)
{
	uint64_t step = take(unpacker), no = previous + step + 1;
	if (no <= previous) /* not rising */
		unpacker->damaged = true;
	return no;
}

/* All was read, and nothing is left over. */
static enum vt_status unpack_end(const struct unpacker *unpacker)
{
	return unpacker->damaged || unpacker->at != unpacker->end || unpacker->run ? VT_E_DB_CORRUPT : VT_OK;
}

/* ---- samples ---- */

void vt_pack_samples(struct vt_buf *out, const struct vt_pack_sample *samples, size_t len)
{
	struct packer packer = pack_begin(out, KIND_SAMPLES, len * (VT_FIGURES + 1));
	uint64_t previous = 0;
	packer.at = varint(packer.at, len);
	for (size_t i = 0; i < len; i++)
		put_no(&packer, &previous, samples[i].no);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < len; i++)
			put(&packer, vt_const_figures(&samples[i].delta)[figure]);
	pack_end(&packer);
}

enum vt_status vt_unpack_samples(struct vt_str blob, struct vt_arena *arena, struct vt_pack_sample **samples,
				 size_t *len)
{
	struct unpacker unpacker = unpack_begin(blob, KIND_SAMPLES);
	uint64_t previous = 0;
	size_t n = take_len(&unpacker, MAX_SELECTORS);
	struct vt_pack_sample *unpacked = VT_NEW_ARRAY(arena, struct vt_pack_sample, n);
	for (size_t i = 0; i < n; i++)
		previous = unpacked[i].no = take_no(&unpacker, previous);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < n; i++)
			vt_figures(&unpacked[i].delta)[figure] = take(&unpacker);
	*samples = unpacked;
	*len = n;
	return unpack_end(&unpacker);
}

/* ---- live ---- */

enum { LIVE_TIMES = 4, LIVE_COLUMNS = 2 * VT_FIGURES + LIVE_TIMES + 2 };

void vt_pack_live(struct vt_buf *out, int64_t at_ms, const struct vt_pack_live *live, size_t len)
{
	struct packer packer = pack_begin(out, KIND_LIVE, len * (LIVE_COLUMNS + 1));
	uint64_t previous = 0;
	packer.at = varint(packer.at, len);
	for (size_t i = 0; i < len; i++)
		put_no(&packer, &previous, live[i].no);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < len; i++)
			put(&packer, vt_const_figures(&live[i].live.counters)[figure]);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < len; i++)
			put(&packer, vt_const_figures(&live[i].live.per_s)[figure]);
	for (size_t i = 0; i < len; i++)
		put_time(&packer, at_ms, live[i].live.last_encaps_at_ms);
	for (size_t i = 0; i < len; i++)
		put_time(&packer, at_ms, live[i].live.last_decaps_at_ms);
	for (size_t i = 0; i < len; i++)
		put_time(&packer, at_ms, live[i].live.counters_at_ms);
	for (size_t i = 0; i < len; i++)
		put_time(&packer, at_ms, live[i].live.bytes_at_ms);
	for (size_t i = 0; i < len; i++)
		put(&packer, live[i].live.lifetime_s);
	for (size_t i = 0; i < len; i++)
		put(&packer, live[i].live.lifetime_kb);
	pack_end(&packer);
}

enum vt_status vt_unpack_live(struct vt_str blob, int64_t at_ms, struct vt_arena *arena, struct vt_pack_live **live,
			      size_t *len)
{
	struct unpacker unpacker = unpack_begin(blob, KIND_LIVE);
	uint64_t previous = 0;
	size_t n = take_len(&unpacker, MAX_SELECTORS);
	struct vt_pack_live *all = VT_NEW_ARRAY(arena, struct vt_pack_live, n);
	for (size_t i = 0; i < n; i++)
		previous = all[i].no = take_no(&unpacker, previous);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < n; i++)
			vt_figures(&all[i].live.counters)[figure] = take(&unpacker);
	for (size_t figure = 0; figure < VT_FIGURES; figure++)
		for (size_t i = 0; i < n; i++)
			vt_figures(&all[i].live.per_s)[figure] = take(&unpacker);
	for (size_t i = 0; i < n; i++)
		all[i].live.last_encaps_at_ms = take_time(&unpacker, at_ms);
	for (size_t i = 0; i < n; i++)
		all[i].live.last_decaps_at_ms = take_time(&unpacker, at_ms);
	for (size_t i = 0; i < n; i++)
		all[i].live.counters_at_ms = take_time(&unpacker, at_ms);
	for (size_t i = 0; i < n; i++)
		all[i].live.bytes_at_ms = take_time(&unpacker, at_ms);
	for (size_t i = 0; i < n; i++)
		all[i].live.lifetime_s = take(&unpacker);
	for (size_t i = 0; i < n; i++)
		all[i].live.lifetime_kb = take(&unpacker);
	*live = all;
	*len = n;
	return unpack_end(&unpacker);
}

/* ---- times ---- */

void vt_pack_times(struct vt_buf *out, int64_t from_ms, const struct vt_pack_time *times, size_t len)
{
	struct packer packer = pack_begin(out, KIND_TIMES, len * 3);
	int64_t previous_ms = from_ms;
	packer.at = varint(packer.at, len);
	for (size_t i = 0; i < len; previous_ms = times[i++].at_ms)
		put_signed(&packer, times[i].at_ms - previous_ms);
	for (size_t i = 0; i < len; i++) /* mostly the step from the poll before: 0 */
		put_signed(&packer, times[i].interval_ms - (i ? times[i].at_ms - times[i - 1].at_ms : 0));
	for (size_t i = 0; i < len; i++)
		put_signed(&packer, times[i].bytes_interval_ms);
	pack_end(&packer);
}

/* Sums of what a damaged piece says may overflow: they wrap. */
static int64_t wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

enum vt_status vt_unpack_times(struct vt_str blob, int64_t from_ms, struct vt_arena *arena, struct vt_pack_time **times,
			       size_t *len)
{
	struct unpacker unpacker = unpack_begin(blob, KIND_TIMES);
	int64_t previous_ms = from_ms;
	size_t n = take_len(&unpacker, MAX_VALUES);
	struct vt_pack_time *all = VT_NEW_ARRAY(arena, struct vt_pack_time, n);
	for (size_t i = 0; i < n; previous_ms = all[i++].at_ms)
		all[i].at_ms = wrapping_add(previous_ms, signed_of(take(&unpacker)));
	for (size_t i = 0; i < n; i++) {
		uint64_t step = i ? (uint64_t)all[i].at_ms - (uint64_t)all[i - 1].at_ms : 0;
		all[i].interval_ms = wrapping_add((int64_t)step, signed_of(take(&unpacker)));
	}
	for (size_t i = 0; i < n; i++)
		all[i].bytes_interval_ms = signed_of(take(&unpacker));
	*times = all;
	*len = n;
	return unpack_end(&unpacker);
}

/* ---- hour ---- */

void vt_pack_hour(struct vt_buf *out, const struct vt_pack_series *series, size_t len, size_t polls)
{
	struct packer packer = pack_begin(out, KIND_HOUR, len * (polls * VT_FIGURES + 1));
	uint64_t previous = 0;
	packer.at = varint(packer.at, polls);
	packer.at = varint(packer.at, len);
	for (size_t i = 0; i < len; i++)
		put_no(&packer, &previous, series[i].no);
	for (size_t i = 0; i < len; i++)
		for (size_t figure = 0; figure < VT_FIGURES; figure++)
			for (size_t poll = 0; poll < polls; poll++)
				put(&packer, vt_const_figures(&series[i].deltas[poll])[figure]);
	pack_end(&packer);
}

enum vt_status vt_unpack_hour(struct vt_str blob, struct vt_arena *arena, struct vt_pack_series **series, size_t *len,
			      size_t *polls)
{
	struct unpacker unpacker = unpack_begin(blob, KIND_HOUR);
	uint64_t previous = 0;
	size_t columns = take_len(&unpacker, MAX_VALUES);
	size_t n = take_len(&unpacker, columns ? MAX_VALUES / columns : MAX_SELECTORS);
	struct vt_pack_series *all = VT_NEW_ARRAY(arena, struct vt_pack_series, n);
	struct vt_counters *deltas = VT_NEW_ARRAY(arena, struct vt_counters, n * columns);
	for (size_t i = 0; i < n; i++) {
		previous = all[i].no = take_no(&unpacker, previous);
		all[i].deltas = deltas + i * columns;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t figure = 0; figure < VT_FIGURES; figure++)
			for (size_t poll = 0; poll < columns; poll++)
				vt_figures(&all[i].deltas[poll])[figure] = take(&unpacker);
	*series = all;
	*len = n;
	*polls = columns;
	return unpack_end(&unpacker);
}

/* ---- day ---- */

enum { DAY_HOURS = 24, ROLLUP_COLUMNS = sizeof(struct vt_rollup) / sizeof(uint64_t) };
_Static_assert(ROLLUP_COLUMNS == 1 + 5 * VT_FIGURES, "a rollup is nothing but numbers");

void vt_pack_day(struct vt_buf *out, const struct vt_pack_day *days, size_t len)
{
	struct packer packer = pack_begin(out, KIND_DAY, len * (DAY_HOURS * ROLLUP_COLUMNS + 1));
	uint64_t previous = 0;
	packer.at = varint(packer.at, len);
	for (size_t i = 0; i < len; i++)
		put_no(&packer, &previous, days[i].no);
	for (size_t i = 0; i < len; i++)
		for (size_t column = 0; column < ROLLUP_COLUMNS; column++)
			for (size_t hour = 0; hour < DAY_HOURS; hour++)
				put(&packer, ((const uint64_t *)&days[i].hours[hour])[column]);
	pack_end(&packer);
}

enum vt_status vt_unpack_day(struct vt_str blob, struct vt_arena *arena, struct vt_pack_day **days, size_t *len)
{
	struct unpacker unpacker = unpack_begin(blob, KIND_DAY);
	uint64_t previous = 0;
	size_t n = take_len(&unpacker, MAX_VALUES / (DAY_HOURS * ROLLUP_COLUMNS));
	struct vt_pack_day *all = VT_NEW_ARRAY(arena, struct vt_pack_day, n);
	for (size_t i = 0; i < n; i++)
		previous = all[i].no = take_no(&unpacker, previous);
	for (size_t i = 0; i < n; i++)
		for (size_t column = 0; column < ROLLUP_COLUMNS; column++)
			for (size_t hour = 0; hour < DAY_HOURS; hour++)
				((uint64_t *)&all[i].hours[hour])[column] = take(&unpacker);
	*days = all;
	*len = n;
	return unpack_end(&unpacker);
}
