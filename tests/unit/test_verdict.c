/* SPDX-License-Identifier: MIT
 * How a session failed, and when it is right to knock again.
 */
#include "config.h"

#include "daemon/verdict.h"

#include "tests/unit/tap.h"

#include <stdio.h>

#define MINUTE_MS (60 * INT64_C(1000))

static void each_failure_has_its_state_and_its_wait(void **state)
{
	(void)state;
	const struct {
		const char *what;
		enum vt_status status;
		bool logged_in;
		int64_t open_ms;
		unsigned failures;
		enum vt_device_state state;
		int64_t wait_ms;
	} cases[] = {
		{ "nobody answers", VT_E_TIMEOUT, false, 10000, 1, VT_DEVICE_UNREACHABLE, MINUTE_MS },
		{ "still nobody", VT_E_TIMEOUT, false, 10000, 3, VT_DEVICE_UNREACHABLE, 4 * MINUTE_MS },
		{ "nobody for days", VT_E_TIMEOUT, false, 10000, 2000, VT_DEVICE_UNREACHABLE, 5 * MINUTE_MS },
		{ "refused at once", VT_E_CONNECT, false, 3, 1, VT_DEVICE_UNREACHABLE, 5 * MINUTE_MS },
		{ "refused at once again and again", VT_E_CONNECT, false, 3, 9, VT_DEVICE_UNREACHABLE, 15 * MINUTE_MS },
		{ "no route after a while", VT_E_CONNECT, false, 3100, 1, VT_DEVICE_UNREACHABLE, MINUTE_MS },
		{ "hung up before the greeting", VT_E_CLOSED, false, 20, 1, VT_DEVICE_BACKING_OFF, 5 * MINUTE_MS },
		{ "lost in the middle", VT_E_CLOSED, true, 30000, 1, VT_DEVICE_UNREACHABLE, 10000 },
		{ "lost in the middle again", VT_E_CLOSED, true, 30000, 2, VT_DEVICE_UNREACHABLE, 2 * MINUTE_MS },
		{ "a command without end", VT_E_TIMEOUT, true, 90000, 1, VT_DEVICE_BACKING_OFF, 5 * MINUTE_MS },
		{ "too much output", VT_E_LIMIT, true, 90000, 1, VT_DEVICE_BACKING_OFF, 5 * MINUTE_MS },
		{ "password refused", VT_E_AUTH, false, 900, 1, VT_DEVICE_AUTH_FAILED, INT64_MAX },
		{ "enable refused", VT_E_ENABLE, false, 900, 1, VT_DEVICE_AUTH_FAILED, INT64_MAX },
		{ "another host key", VT_E_HOSTKEY, false, 200, 1, VT_DEVICE_HOST_KEY_CHANGED, 15 * MINUTE_MS },
		{ "no algorithm in common", VT_E_ALGORITHMS, false, 200, 1, VT_DEVICE_UNREACHABLE, 15 * MINUTE_MS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct verdict_question question = { cases[i].status,   cases[i].logged_in, cases[i].open_ms,
						     cases[i].failures, MINUTE_MS,          0 };
		struct verdict verdict = verdict_of(&question);
		if (verdict.state != cases[i].state || verdict.wait_ms != cases[i].wait_ms)
			fail_msg("%s: %s after %lld ms, not %s after %lld ms", cases[i].what,
				 vt_device_state_name(verdict.state), (long long)verdict.wait_ms,
				 vt_device_state_name(cases[i].state), (long long)cases[i].wait_ms);
	}
}

static void a_fast_cadence_does_not_make_an_impatient_client(void **state)
{
	(void)state;
	struct verdict_question question = { VT_E_CLOSED, false, 20, 1, 1000, 0 };
	assert_int_equal(verdict_of(&question).wait_ms, 5 * MINUTE_MS);
	/* And a slow one does not make one that gives up. */
	question = (struct verdict_question){ VT_E_TIMEOUT, false, 10000, 50, 10 * MINUTE_MS, 0 };
	assert_int_equal(verdict_of(&question).wait_ms, 10 * MINUTE_MS);
}

UNIT_TESTS(CASE(each_failure_has_its_state_and_its_wait), CASE(a_fast_cadence_does_not_make_an_impatient_client))
