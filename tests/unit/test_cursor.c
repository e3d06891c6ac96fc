/* SPDX-License-Identifier: MIT
 * web/cursor: where a list goes on.
 */
#include "web/cursor.h"

#include <stdio.h>

#include "tests/unit/tap.h"

static const struct cursor tunnels = { CURSOR_TUNNELS, 7, 0 };

static void a_position_survives_the_way_to_the_client_and_back(void **state)
{
	(void)state;
	static const uint64_t positions[] = { 1, 255, UINT64_C(0x8000000000000000), UINT64_MAX };
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
		struct cursor cursor = { CURSOR_TUNNELS, 7, positions[i] };
		char text[CURSOR_TEXT];
		uint64_t position = 0;
		cursor_write(&cursor, text);
		assert_int_equal(strlen(text),
				 strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"));
		assert_int_equal(cursor_read(vt_str_of(text), &tunnels, &position, NULL), VT_OK);
		if (position != positions[i])
			fail_msg("%ju came back as %ju", (uintmax_t)positions[i], (uintmax_t)position);
	}
}

static void a_cursor_fits_only_its_own_list_and_filters(void **state)
{
	(void)state;
	struct cursor events = { CURSOR_EVENTS, 7, 42 }, other_filters = { CURSOR_TUNNELS, 8, 42 };
	const struct cursor *strangers[] = { &events, &other_filters };
	for (size_t i = 0; i < 2; i++) {
		char text[CURSOR_TEXT];
		uint64_t position = 99;
		struct vt_error error = { 0 };
		cursor_write(strangers[i], text);
		assert_int_equal(cursor_read(vt_str_of(text), &tunnels, &position, &error), VT_E_ARGUMENT);
		assert_non_null(strstr(error.text, "another list or to other filters"));
		assert_int_equal(position, 99);
	}
}

static void any_change_of_a_cursor_is_noticed(void **state)
{
	(void)state;
	struct cursor cursor = { CURSOR_TUNNELS, 7, 123456789 };
	char text[CURSOR_TEXT];
	uint64_t position = 99;
	cursor_write(&cursor, text);
	for (size_t i = 0; text[i]; i++) {
		char was = text[i];
		for (const char *other = "AZaz09-_+/= \n\x80"; *other; other++) {
			if (*other == was)
				continue;
			text[i] = *other;
			if (cursor_read(vt_str_of(text), &tunnels, &position, NULL) == VT_OK)
				fail_msg("\"%s\" was taken, with '%c' at %zu", text, *other, i);
		}
		text[i] = was;
	}
	static const char *const others[] = { "", "x", "AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAA",
					      "null" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_int_equal(cursor_read(vt_str_of(others[i]), &tunnels, &position, NULL), VT_E_ARGUMENT);
	assert_int_equal(cursor_read((struct vt_str){ "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24 }, &tunnels,
				     &position, NULL),
			 VT_E_ARGUMENT);
	assert_int_equal(position, 99);
}

UNIT_TESTS(CASE(a_position_survives_the_way_to_the_client_and_back), CASE(a_cursor_fits_only_its_own_list_and_filters),
	   CASE(any_change_of_a_cursor_is_noticed))
