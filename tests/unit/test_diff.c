/* SPDX-License-Identifier: MIT
 * What changed between two configurations: few lines in order, many by what is missing, never without end.
 */
#include "config.h"

#include "config/diff.h"

#include "tests/unit/tap.h"

#include <stdio.h>

static void few_changes_are_the_smallest_ones(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after, *shown;
		size_t added, removed;
	} cases[] = {
		{ "", "", "", 0, 0 },
		{ "a\nb\nc\n", "a\nb\nc\n", "", 0, 0 },
		{ "", "a\nb\n", "+ a\n+ b", 2, 0 },
		{ "a\nb\n", "", "- a\n- b", 0, 2 },
		{ "a\nb\nc\n", "a\nx\nc\n", "- b\n+ x", 1, 1 },
		{ "a\nb\nc\n", "a\nb\nx\nc\n", "+ x", 1, 0 },
		{ "a\na\nb\n", "a\nb\n", "- a", 0, 1 },
		{ "a\nb\nc\nd\n", "d\na\nb\nc\n", "+ d\n- d", 1, 1 },
		{ "a\nb\n", "x\ny\nz\n", "- a\n- b\n+ x\n+ y\n+ z", 3, 2 },
		{ "same \r\n", "same\n", "", 0, 0 }, /* blanks at the end are no change */
		/* a sub-line says what it belongs to */
		{ "tunnel-group A ipsec-attributes\n ikev1 x\ntunnel-group B ipsec-attributes\n ikev1 x\n",
		  "tunnel-group A ipsec-attributes\n ikev1 x\ntunnel-group B ipsec-attributes\n ikev1 y\n",
		  "- tunnel-group B ipsec-attributes: ikev1 x\n+ tunnel-group B ipsec-attributes: ikev1 y", 1, 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_config_diff diff;
		struct vt_buf out = { 0 };
		vt_config_diff(vt_str_of(cases[i].before), vt_str_of(cases[i].after), arena, &diff);
		vt_config_diff_print(&diff, 100, &out);
		if (!vt_str_eq(vt_buf_view(&out), vt_str_of(cases[i].shown)) || diff.added != cases[i].added ||
		    diff.removed != cases[i].removed)
			fail_msg("case %zu: +%zu -%zu\n" VT_FMT "\nnot +%zu -%zu\n%s", i, diff.added, diff.removed,
				 VT_ARG(vt_buf_view(&out)), cases[i].added, cases[i].removed, cases[i].shown);
		vt_buf_free(&out);
		vt_arena_free(arena);
	}
}

/* Random edits, applied again: what was not removed and what was added is the other text. */
static void what_is_said_leads_from_one_to_the_other(void **state)
{
	(void)state;
	uint32_t random = 2026;
	for (int round = 0; round < 400; round++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_buf text[2] = { { 0 }, { 0 } };
		size_t lines[2];
		for (int side = 0; side < 2; side++) {
			random = random * 1664525 + 1013904223;
			lines[side] = random >> 16 & (round % 10 ? 31 : 1023);
			for (size_t i = 0; i < lines[side]; i++) {
				random = random * 1664525 + 1013904223;
				vt_buf_printf(&text[side], "%u\n", random >> 28);
			}
		}
		struct vt_config_diff diff;
		vt_config_diff(vt_buf_view(&text[0]), vt_buf_view(&text[1]), arena, &diff);
		assert_int_equal(lines[0] - diff.removed + diff.added, lines[1]);
		/* In order while the edits are few; beyond that only the numbers hold. */
		if (lines[0] + lines[1] <= 400) {
			struct vt_str before = vt_buf_view(&text[0]), after = vt_buf_view(&text[1]);
			bool gone[1024] = { 0 }, came[1024] = { 0 };
			for (size_t i = 0; i < diff.len; i++)
				(diff.lines[i].added ? came : gone)[diff.lines[i].n - 1] = true;
			for (size_t i = 0, j = 0; i < lines[0] || j < lines[1];) {
				ptrdiff_t x = vt_str_find_char(before, '\n'), y = vt_str_find_char(after, '\n');
				if (i < lines[0] && gone[i]) {
					before = vt_str_from(before, (size_t)x + 1), i++;
				} else if (j < lines[1] && came[j]) {
					after = vt_str_from(after, (size_t)y + 1), j++;
				} else {
					assert_true(vt_str_eq(vt_str_first(before, (size_t)x),
							      vt_str_first(after, (size_t)y)));
					before = vt_str_from(before, (size_t)x + 1), i++;
					after = vt_str_from(after, (size_t)y + 1), j++;
				}
			}
		}
		vt_buf_free(&text[0]), vt_buf_free(&text[1]);
		vt_arena_free(arena);
	}
}

static void a_whole_new_configuration_is_bounded(void **state)
{
	(void)state;
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf before = { 0 }, after = { 0 }, out = { 0 };
	for (unsigned i = 0; i < 50000; i++) {
		vt_buf_printf(&before, "access-list A extended permit ip host 10.0.%u.%u any\n", i / 256, i % 256);
		vt_buf_printf(&after, "access-list B extended permit ip host 10.1.%u.%u any\n", i / 256, i % 256);
	}
	vt_buf_str(&after, VT_STR("access-list A extended permit ip host 10.0.0.1 any\n"));
	struct vt_config_diff diff;
	vt_config_diff(vt_buf_view(&before), vt_buf_view(&after), arena, &diff);
	assert_int_equal(diff.removed, 49999);
	assert_int_equal(diff.added, 50000);
	assert_true(diff.len <= 1000);
	vt_config_diff_print(&diff, 2, &out);
	assert_str(vt_buf_view(&out), "- access-list A extended permit ip host 10.0.0.0 any\n"
				      "+ access-list B extended permit ip host 10.1.0.0 any\n… and 99997 more");
	vt_buf_free(&before), vt_buf_free(&after), vt_buf_free(&out);
	vt_arena_free(arena);
}

UNIT_TESTS(CASE(few_changes_are_the_smallest_ones), CASE(what_is_said_leads_from_one_to_the_other),
	   CASE(a_whole_new_configuration_is_bounded))
