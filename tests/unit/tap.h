/* SPDX-License-Identifier: MIT
 * A unit test program: an array of cases, run by cmocka, told in TAP to automake's driver.
 *
 *     static void a_view_is_trimmed(void **state) { ... }
 *     UNIT_TESTS(CASE(a_view_is_trimmed), ...)
 */
#ifndef TESTS_UNIT_TAP_H
#define TESTS_UNIT_TAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define CASE(f) cmocka_unit_test(f)
#define UNIT_TESTS(...)                                                                                                \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                                     \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                                              \
		return cmocka_run_group_tests(tests, NULL, NULL);                                                      \
	}

/* Leaves a case that cannot be told here. cmocka's skip() says "not ok # SKIP", and automake takes that for a failure.
 */
#define LEAVE_OUT(why)                                                                                                 \
	do {                                                                                                           \
		print_message("# left out: %s\n", why);                                                                \
		return;                                                                                                \
	} while (0)

/* A view against a literal, both shown when they differ. */
#define assert_str(view, literal)                                                                                      \
	do {                                                                                                           \
		struct vt_str got_ = (view);                                                                           \
		char text_[4096];                                                                                      \
		snprintf(text_, sizeof text_, VT_FMT, VT_ARG(got_));                                                   \
		assert_string_equal(text_, (literal));                                                                 \
	} while (0)

#endif
