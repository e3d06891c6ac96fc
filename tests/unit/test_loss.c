/* SPDX-License-Identifier: MIT
 * lib/detect/loss: counters of both ends in, where packets die out.
 *
 * A case is what each end counted, in packets and seconds; expected is a line for each direction:
 *     VERDICT [PLACE SHARE%]
 */
#include "detect/loss.h"

#include <stdio.h>

#include "base/scan.h"
#include "tests/unit/tap.h"

struct counted {
	int64_t from_s, to_s;
	uint64_t encaps, decaps, send_errors, recv_errors;
	bool reset;
};

static struct vt_loss_end end_of(const struct counted *c)
{
	return (struct vt_loss_end){ .from_ms = c->from_s * 1000,
				     .to_ms = c->to_s * 1000,
				     .encaps_pkts = c->encaps,
				     .decaps_pkts = c->decaps,
				     .send_errors = c->send_errors,
				     .recv_errors = c->recv_errors,
				     .reset = c->reset };
}

static void tell(const struct vt_loss_direction *d, char *text, size_t size)
{
	if (d->verdict == VT_LOSS_SOME || d->verdict == VT_LOSS_ALL)
		snprintf(text, size, "%s %s %.0f%%", vt_loss_verdict_name(d->verdict), vt_loss_place_name(d->place),
			 d->share * 100);
	else
		snprintf(text, size, "%s", vt_loss_verdict_name(d->verdict));
}

static void counters_of_both_ends_say_where_packets_die(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct counted a, b;
		const char *ab, *ba;
	} cases[] = {
		{ "healthy",
		  { 0, 600, 30000, 20000, 0, 0, false },
		  { 0, 600, 20000, 30000, 0, 0, false },
		  "none",
		  "none" },
		{ "idle", { 0, 600, 0, 0, 0, 0, false }, { 0, 600, 0, 0, 0, 0, false }, "idle", "idle" },
		{ "ESP is blocked one way",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 0, 600, 0, 0, 0, 0, false },
		  "all path 100%",
		  "idle" },
		{ "half is lost",
		  { 0, 600, 30000, 20000, 0, 0, false },
		  { 0, 600, 20000, 15000, 0, 0, false },
		  "some path 50%",
		  "none" },
		{ "the receiver drops replays",
		  { 0, 600, 30000, 20000, 0, 0, false },
		  { 0, 600, 20000, 24000, 0, 6000, false },
		  "some ingress 20%",
		  "none" },
		{ "the sender cannot send",
		  { 0, 600, 30000, 0, 30000, 0, false },
		  { 0, 600, 0, 0, 0, 0, false },
		  "all egress 100%",
		  "idle" },
		{ "errors are not printed",
		  { 0, 600, 30000, 0, VT_ABSENT, VT_ABSENT, false },
		  { 0, 600, 0, 0, VT_ABSENT, VT_ABSENT, false },
		  "all path 100%",
		  "idle" },
		/* Rates, not totals: B was read over a longer time. */
		{ "windows of different length",
		  { 0, 600, 30000, 20000, 0, 0, false },
		  { 0, 900, 30000, 45000, 0, 0, false },
		  "none",
		  "none" },
		{ "shifted windows, a few percent less",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 60, 660, 0, 28000, 0, 0, false },
		  "unknown",
		  "idle" },
		{ "shifted windows, half of it gone",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 60, 660, 0, 14000, 0, 0, false },
		  "some path 53%",
		  "idle" },
		{ "hardly the same time",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 400, 1000, 0, 0, 0, 0, false },
		  "unknown",
		  "unknown" },
		{ "not the same time",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 700, 1300, 0, 0, 0, 0, false },
		  "unknown",
		  "unknown" },
		{ "too short", { 0, 59, 30000, 0, 0, 0, false }, { 0, 59, 0, 0, 0, 0, false }, "unknown", "unknown" },
		{ "a rekey set counters back",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 0, 600, 0, 0, 0, 0, true },
		  "unknown",
		  "unknown" },
		{ "too few for a percentage",
		  { 0, 600, 999, 0, 0, 0, false },
		  { 0, 600, 0, 500, 0, 0, false },
		  "unknown",
		  "idle" },
		{ "too few to be sure that none came",
		  { 0, 600, 19, 0, 0, 0, false },
		  { 0, 600, 0, 0, 0, 0, false },
		  "unknown",
		  "idle" },
		{ "more came than was sent: not the same tunnel",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 0, 600, 0, 45000, 0, 0, false },
		  "unknown",
		  "idle" },
		{ "one in a hundred is no finding",
		  { 0, 600, 30000, 0, 0, 0, false },
		  { 0, 600, 0, 29700, 0, 0, false },
		  "none",
		  "idle" },
		{ "the end of time",
		  { INT64_MIN / 4000, 0, 30000, 0, 0, 0, false },
		  { 0, INT64_MAX / 4000, 0, 0, 0, 0, false },
		  "unknown",
		  "unknown" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_loss_end a = end_of(&cases[i].a), b = end_of(&cases[i].b);
		struct vt_loss loss;
		char ab[64], ba[64];
		vt_loss_locate(&a, &b, &loss);
		tell(&loss.ab, ab, sizeof ab);
		tell(&loss.ba, ba, sizeof ba);
		if (strcmp(ab, cases[i].ab) != 0 || strcmp(ba, cases[i].ba) != 0)
			fail_msg("%s: \"%s\" and \"%s\", expected \"%s\" and \"%s\"", cases[i].why, ab, ba, cases[i].ab,
				 cases[i].ba);
		/* What is not known has a reason, and nothing else has. */
		assert_int_equal(loss.ab.verdict == VT_LOSS_UNKNOWN, loss.ab.why != NULL);
		assert_int_equal(loss.ba.verdict == VT_LOSS_UNKNOWN, loss.ba.why != NULL);
		/* The same seen from the other end. */
		vt_loss_locate(&b, &a, &loss);
		tell(&loss.ba, ab, sizeof ab);
		assert_string_equal(ab, cases[i].ab);
	}
}

static void who_receives_and_is_silent_has_the_fault_behind_it(void **state)
{
	(void)state;
	struct vt_loss_end a = end_of(&(struct counted){ 0, 300, 20000, 0, 0, 0, false }),
			   b = end_of(&(struct counted){ 0, 300, 0, 20000, 0, 0, false });
	struct vt_loss loss;
	struct vt_buf out = { 0 };
	vt_loss_locate(&a, &b, &loss);
	assert_true(loss.silent_behind_b && !loss.silent_behind_a);
	vt_loss_say(&loss, VT_STR("fra"), VT_STR("lon"), &out);
	assert_string_equal(
		out.p,
		"fra to lon: 20000 packets sent, 20000 received, no loss; lon to fra: nothing was sent; lon receives "
		"and sends nothing back: look behind it; compared over 300 s");
	vt_buf_free(&out);
}

static void no_loss_is_claimed_that_a_burst_explains(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		double max_per_s;
		uint64_t received;
		const char *verdict;
	} cases[] = {
		/* 30,000 packets in ten minutes; the other window begins and ends 30 seconds later. */
		{ "even, half of it gone", 52, 14000, "some path 53%" },
		{ "half of it in one burst, which the other window has not", 500, 14000, "unknown" },
		{ "even, all of it gone", 52, 0, "all path 100%" },
		{ "all of it in one burst", 1000, 0, "unknown" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_loss_end a = end_of(&(struct counted){ 0, 600, 30000, 0, 0, 0, false }),
				   b = end_of(&(struct counted){ 30, 630, 0, cases[i].received, 0, 0, false });
		struct vt_loss loss;
		char ab[64];
		a.encaps_max_per_s = cases[i].max_per_s;
		vt_loss_locate(&a, &b, &loss);
		tell(&loss.ab, ab, sizeof ab);
		if (strcmp(ab, cases[i].verdict) != 0)
			fail_msg("%s: \"%s\", expected \"%s\"", cases[i].why, ab, cases[i].verdict);
		assert_int_equal(loss.ab.verdict == VT_LOSS_UNKNOWN, loss.ab.why != NULL);
	}
}

static void what_cannot_be_told_says_why(void **state)
{
	(void)state;
	struct vt_loss_end a = end_of(&(struct counted){ 0, 600, 30000, 0, 0, 0, false }),
			   b = end_of(&(struct counted){ 580, 1180, 0, 0, 0, 0, false });
	struct vt_loss loss;
	struct vt_buf out = { 0 };
	vt_loss_locate(&a, &b, &loss);
	vt_loss_say(&loss, VT_STR("fra"), VT_STR("lon"), &out);
	assert_string_equal(out.p,
			    "fra to lon: not known (the windows of the two ends share less than a minute); lon to "
			    "fra: not known (the windows of the two ends share less than a minute); compared over "
			    "20 s");
	vt_buf_free(&out);
}

static void the_sentence_has_the_figures_and_their_bounds(void **state)
{
	(void)state;
	struct vt_loss_end a = end_of(&(struct counted){ 0, 400, 40000, 0, 0, 0, false }),
			   b = end_of(&(struct counted){ 0, 400, 0, 20000, 0, 0, false });
	struct vt_loss loss;
	struct vt_buf out = { 0 };
	vt_loss_locate(&a, &b, &loss);
	vt_loss_say(&loss, VT_STR("fra"), VT_STR("lon"), &out);
	assert_string_equal(
		out.p,
		"fra to lon: 40000 packets sent, 20000 received: 50.0 % missing (between 49.5 % and 50.5 %), lost on "
		"the path between the two; lon to fra: nothing was sent; lon receives and sends nothing back: look "
		"behind it; compared over 400 s");
	vt_buf_free(&out);
}

UNIT_TESTS(CASE(counters_of_both_ends_say_where_packets_die), CASE(who_receives_and_is_silent_has_the_fault_behind_it),
	   CASE(no_loss_is_claimed_that_a_burst_explains), CASE(what_cannot_be_told_says_why),
	   CASE(the_sentence_has_the_figures_and_their_bounds))
