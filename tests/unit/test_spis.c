/* SPDX-License-Identifier: MIT
 * lib/detect/spis: what each end showed and when in, whether they fit out. Times in seconds.
 */
#include "detect/spis.h"

#include "base/scan.h"
#include "tests/unit/tap.h"

enum { A = 0x5d2f8c11, B = 0x7c00aa01, C = 0x11111111, D = 0x22222222 };
#define NONE VT_ABSENT

static struct vt_spis_end end_of(uint64_t in, uint64_t out, int64_t since_s, int64_t seen_s)
{
	return (struct vt_spis_end){ in, out, since_s * 1000, seen_s * 1000 };
}

static void spis_fit_or_do_not_or_it_cannot_be_told(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint64_t a_in, a_out;
		int64_t a_since, a_seen;
		uint64_t b_in, b_out;
		int64_t b_since, b_seen;
		const char *says;
	} cases[] = {
		{ "healthy", A, B, 100, 900, B, A, 100, 880,
		  "match on both ends (fra out 0x7c00aa01 = muc in 0x7c00aa01, muc out 0x5d2f8c11 = fra in "
		  "0x5d2f8c11): not "
		  "a stale SA" },
		{ "alike, however far apart they were read", A, B, 100, 110, B, A, 800, 900,
		  "match on both ends (fra out 0x7c00aa01 = muc in 0x7c00aa01, muc out 0x5d2f8c11 = fra in "
		  "0x5d2f8c11): not "
		  "a stale SA" },
		{ "stale", A, B, 100, 900, C, D, 100, 880,
		  "do not match (fra out 0x7c00aa01 against muc in 0x11111111, muc out 0x22222222 against fra in "
		  "0x5d2f8c11): what is sent with an SPI the other end has not is dropped there" },
		{ "stale one way", A, B, 100, 900, B, D, 100, 880,
		  "do not match (fra out 0x7c00aa01 = muc in 0x7c00aa01, muc out 0x22222222 against fra in "
		  "0x5d2f8c11): "
		  "what is sent with an SPI the other end has not is dropped there" },
		{ "a rekey between the polls", A, B, 100, 860, C, D, 880, 880,
		  "cannot be told: the two ends were read too far apart to compare what may have been renewed in "
		  "between: "
		  "ask again after the next poll" },
		{ "a rekey while both were polled", A, B, 100, 885, C, D, 880, 940,
		  "cannot be told: the two ends were read too far apart to compare what may have been renewed in "
		  "between: "
		  "ask again after the next poll" },
		{ "only one end has an SA", A, B, 100, 900, NONE, NONE, 100, 880,
		  "do not match (fra out 0x7c00aa01 against muc in none, muc out none against fra in 0x5d2f8c11): what "
		  "is "
		  "sent with an SPI the other end has not is dropped there" },
		{ "idle", NONE, NONE, 100, 900, NONE, NONE, 100, 880, "cannot be told: neither end has an SA" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_buf says = { 0 };
		struct vt_spis spis;
		const struct vt_spis_end a = end_of(cases[i].a_in, cases[i].a_out, cases[i].a_since, cases[i].a_seen),
					 b = end_of(cases[i].b_in, cases[i].b_out, cases[i].b_since, cases[i].b_seen);
		vt_spis_compare(&a, &b, &spis);
		vt_spis_say(&a, &b, &spis, VT_STR("fra"), VT_STR("muc"), &says);
		if (strcmp(says.p, cases[i].says) != 0)
			fail_msg("%s\n     got: %s\nexpected: %s", cases[i].why, says.p, cases[i].says);
		vt_buf_free(&says);
	}
}

UNIT_TESTS(CASE(spis_fit_or_do_not_or_it_cannot_be_told))
