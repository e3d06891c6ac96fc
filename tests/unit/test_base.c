/* SPDX-License-Identifier: MIT
 * lib/base: views, scanners, lines, arena, addresses, times.
 */
#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/lines.h"
#include "base/scan.h"
#include "base/status.h"
#include "base/timefmt.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/tap.h"

static void numbers_are_read_up_to_64_bits_and_never_wrap(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "1280775975169", true, UINT64_C(1280775975169) },
		{ "18446744073709551614", true, UINT64_MAX - 1 },
		{ "18446744073709551615", false, 0 }, /* is VT_ABSENT */
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "-1", false, 0 },
		{ "", false, 0 },
		{ " 7 ", true, 7 },
		{ "7x", false, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t value = 42;
		bool ok = vt_str_to_u64(vt_str_of(cases[i].text), &value);
		if (ok != cases[i].ok || value != (ok ? cases[i].value : 42))
			fail_msg("\"%s\" gave %d, %ju", cases[i].text, ok, (uintmax_t)value);
	}
}

static void a_scanner_that_fails_moves_nothing(void **state)
{
	(void)state;
	struct vt_str c = VT_STR("spi: 0x1E8246FC (511854332)"), word = VT_STR_NONE;
	uint64_t n = 1;
	assert_false(vt_scan_u64(&c, &n));
	assert_false(vt_scan_lit(&c, VT_STR("SPI")));
	assert_false(vt_scan_until(&c, '#', &word));
	assert_str(c, "spi: 0x1E8246FC (511854332)");
	assert_true(vt_scan_ilit(&c, VT_STR("SPI: ")));
	assert_true(vt_scan_hex(&c, &n));
	assert_int_equal(n, 0x1e8246fc);
	assert_str(c, " (511854332)");
}

static void a_line_ends_at_lf_and_loses_its_carriage_returns(void **state)
{
	(void)state;
	struct vt_lines lines = vt_lines_of(VT_STR("one\r\n\r\r\nthree\nfw# "));
	struct vt_str line;
	assert_true(vt_lines_next(&lines, &line));
	assert_str(line, "one");
	assert_true(vt_lines_next(&lines, &line));
	assert_str(line, "");
	assert_true(vt_lines_next(&lines, &line));
	assert_str(line, "three");
	assert_true(lines.terminated);
	assert_true(vt_lines_next(&lines, &line));
	assert_str(line, "fw# ");
	assert_false(lines.terminated);
	assert_int_equal(lines.number, 4);
	assert_false(vt_lines_next(&lines, &line));
}

static void an_arena_gives_zeroed_memory_also_after_a_reset(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 100000; size = size * 3 + 1) {
			unsigned char *p = vt_arena_alloc(arena, size);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xa5, size);
		}
		vt_arena_reset(arena);
	}
	int *numbers = NULL;
	size_t len = 0, cap = 0;
	for (int i = 0; i < 1000; i++)
		*VT_PUSH(arena, numbers, len, cap) = i;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	assert_str(vt_arena_str(arena, VT_STR("kept")), "kept");
	assert_string_equal(vt_arena_printf(arena, "%d of %d", 1, 2), "1 of 2");
	vt_arena_free(arena);
}

static void addresses_come_out_in_one_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out; /* out NULL: not an address */
	} cases[] = {
		{ "90.1.1.1", "90.1.1.1" },
		{ "2001:DB8:0:0::0001", "2001:db8::1" },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1" },
		{ "010.1.1.1", NULL },
		{ "1.2.3", NULL },
		{ "1.2.3.4.5", NULL },
		{ "REMOTE-PEER-8.8.4.4", NULL },
		{ "fe80::1%outside", NULL },
		{ "", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_addr addr;
		char text[VT_ADDR_TEXT] = "";
		bool ok = vt_addr_parse(vt_str_of(cases[i].in), &addr);
		if (ok)
			vt_addr_format(&addr, text);
		if (ok != (cases[i].out != NULL) || (ok && strcmp(text, cases[i].out) != 0))
			fail_msg("\"%s\" gave \"%s\"", cases[i].in, text);
	}
}

static void masks_are_netmasks_or_lengths(void **state)
{
	(void)state;
	unsigned prefix = 99;
	assert_true(vt_prefix_parse(VT_STR("255.255.252.0"), &prefix));
	assert_int_equal(prefix, 22);
	assert_true(vt_prefix_parse(VT_STR("0.0.0.0"), &prefix));
	assert_int_equal(prefix, 0);
	assert_true(vt_prefix_parse(VT_STR("64"), &prefix));
	assert_int_equal(prefix, 64);
	assert_true(vt_prefix_parse(VT_STR("ffff:ffff::"), &prefix));
	assert_int_equal(prefix, 32);
	assert_false(vt_prefix_parse(VT_STR("255.0.255.0"), &prefix));
	assert_false(vt_prefix_parse(VT_STR("0.0.0.255"), &prefix));
	assert_false(vt_prefix_parse(VT_STR("129"), &prefix));
}

static void times_survive_a_round_trip(void **state)
{
	(void)state;
	static const char *const times[] = { "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "2026-11-23T02:14:05.120Z",
					     "2000-03-01T00:00:00.000Z", "2100-02-28T12:00:00.000Z" };
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t at_ms;
		char text[VT_TIME_TEXT];
		assert_true(vt_time_parse(vt_str_of(times[i]), &at_ms));
		vt_time_format(at_ms, text);
		assert_string_equal(text, times[i]);
	}
	int64_t with_offset, in_utc;
	assert_true(vt_time_parse(VT_STR("2026-11-23T03:14:05+01:00"), &with_offset));
	assert_true(vt_time_parse(VT_STR("2026-11-23T02:14:05Z"), &in_utc));
	assert_int_equal(with_offset, in_utc);
	static const char *const refused[] = { "2026-13-23T02:14:05Z", "2026-11-23", "2026-02-29T00:00:00Z",
					       "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		assert_false(vt_time_parse(vt_str_of(refused[i]), &in_utc));
}

static void durations_have_one_unit(void **state)
{
	(void)state;
	int64_t ms;
	char text[VT_TIME_TEXT];
	assert_true(vt_duration_parse(VT_STR("90s"), &ms));
	assert_int_equal(ms, 90000);
	assert_true(vt_duration_parse(VT_STR("400d"), &ms));
	assert_int_equal(ms, INT64_C(400) * 86400000);
	assert_false(vt_duration_parse(VT_STR("5"), &ms));
	assert_false(vt_duration_parse(VT_STR("5 m"), &ms));
	assert_false(vt_duration_parse(VT_STR("-5m"), &ms));
	vt_duration_format(INT64_C(41) * 60000, text);
	assert_string_equal(text, "41m");
	vt_duration_format(INT64_C(72) * 60000, text);
	assert_string_equal(text, "1h 12m");
	vt_duration_format(INT64_C(11) * 86400000 + INT64_C(14) * 3600000 + 5000, text);
	assert_string_equal(text, "11d 14h");
}

static void a_buffer_grows_and_stays_terminated(void **state)
{
	(void)state;
	struct vt_buf buf = { 0 };
	for (int i = 0; i < 300; i++)
		vt_buf_printf(&buf, "%d,", i % 10);
	assert_int_equal(buf.len, 600);
	assert_int_equal(strlen(buf.p), 600);
	vt_buf_clear(&buf);
	vt_buf_i64(&buf, INT64_MIN);
	vt_buf_char(&buf, ' ');
	vt_buf_u64(&buf, UINT64_MAX);
	assert_string_equal(buf.p, "-9223372036854775808 18446744073709551615");
	vt_buf_free(&buf);
}

static void a_hash_separates_its_parts(void **state)
{
	(void)state;
	uint64_t a = vt_hash_end(vt_hash_add(vt_hash_add(VT_HASH_START, VT_STR("ab")), VT_STR("c")));
	uint64_t b = vt_hash_end(vt_hash_add(vt_hash_add(VT_HASH_START, VT_STR("a")), VT_STR("bc")));
	assert_int_not_equal(a, b);
	/* Stored in databases: this value may never change. */
	assert_int_equal(vt_hash_end(vt_hash_add(VT_HASH_START, VT_STR("fra-fw1"))), UINT64_C(0x1f0b2a7728a91bd6));
}

static void an_error_is_a_sentence(void **state)
{
	(void)state;
	struct vt_error error = { 0 };
	assert_int_equal(vt_fail(&error, VT_E_FIELD, "%s: port %d is not a port", "x.yaml", 70000), VT_E_FIELD);
	assert_string_equal(error.text, "x.yaml: port 70000 is not a port");
	errno = ENOENT;
	assert_int_equal(vt_fail_errno(&error, "cannot read %s", "/nowhere"), VT_E_SYSTEM);
	assert_string_equal(error.text, "cannot read /nowhere: No such file or directory");
	assert_string_equal(vt_status_name(VT_E_HOSTKEY), "hostkey");
}

UNIT_TESTS(CASE(numbers_are_read_up_to_64_bits_and_never_wrap), CASE(a_scanner_that_fails_moves_nothing),
	   CASE(a_line_ends_at_lf_and_loses_its_carriage_returns), CASE(an_arena_gives_zeroed_memory_also_after_a_reset),
	   CASE(addresses_come_out_in_one_spelling), CASE(masks_are_netmasks_or_lengths), CASE(times_survive_a_round_trip),
	   CASE(durations_have_one_unit), CASE(a_buffer_grows_and_stays_terminated), CASE(a_hash_separates_its_parts),
	   CASE(an_error_is_a_sentence))
