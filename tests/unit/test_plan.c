/* SPDX-License-Identifier: MIT
 * What is asked in which order: polls of devices that know, refuse, hurry and suffer, in virtual days.
 */
#include "config.h"

#include "daemon/plan.h"

#include "tests/unit/tap.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS (60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)

/* A device as its command line is: texts that begin like `unknown` are rejected, like `denied` refused. */
struct box {
	const char *unknown[4], *denied[4];
	uint64_t cpu_percent, full_ms, peer_ms;
	bool isakmp_shows_ikev2;
};

static bool begins_like(const char *const *list, const char *text)
{
	for (size_t i = 0; i < 4 && list[i]; i++)
		if (strncmp(text, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

static struct plan_answer ask(const struct box *box, const struct plan_step *step)
{
	struct plan_answer answer = { .elapsed_ms = 100, .bytes = 1000, .cpu_percent = VT_ABSENT };
	if (begins_like(box->unknown, step->command.text))
		answer.status = VT_E_REJECTED;
	else if (begins_like(box->denied, step->command.text))
		answer.status = VT_E_DENIED;
	if (step->query == PLAN_CPU)
		answer.cpu_percent = box->cpu_percent;
	if (step->query == PLAN_IPSEC)
		answer.elapsed_ms = step->peer.family ? box->peer_ms : box->full_ms;
	answer.ikev2_seen = box->isakmp_shows_ikev2 && strstr(step->command.text, "isakmp");
	return answer;
}

/* One poll (s, d, f, c: the groups; a: demand; h: two ACLs); answers the commands sent, separated by " | ". */
static const char *poll(struct plan_memory *memory, const struct box *box, const char *groups, bool burst,
			int64_t now_ms)
{
	static char sent[8192];
	struct vt_arena *arena = vt_arena_new();
	struct plan_run run;
	const struct vt_str acls[] = { VT_STR("VPN-A"), VT_STR("VPN-B") };
	struct plan_wants wants = { .groups = { strchr(groups, 's'), strchr(groups, 'd'), strchr(groups, 'f'),
						strchr(groups, 'c') },
				    .burst = burst,
				    .demand = strchr(groups, 'a'),
				    .acls = acls,
				    .acls_len = strchr(groups, 'h') ? 2 : 0 };
	plan_begin(&run, memory, arena, &wants, now_ms);
	sent[0] = '\0';
	size_t steps = 0;
	for (struct plan_step step; plan_next(&run, &step);) {
		assert_true(vt_command_is_allowed(vt_command_text(&step.command)));
		size_t len = strlen(sent);
		snprintf(sent + len, sizeof sent - len, "%s%s", len ? " | " : "", step.command.text);
		struct plan_answer answer = ask(box, &step);
		plan_answer(&run, &step, &answer);
		assert_true(++steps < 200);
	}
	vt_arena_free(arena);
	return sent;
}

static struct vt_addr addr(const char *text)
{
	struct vt_addr a;
	assert_true(vt_addr_parse(vt_str_of(text), &a));
	return a;
}

static void see(struct plan_memory *memory, const char *peer, uint64_t state, int64_t now_ms)
{
	struct vt_addr a = addr(peer);
	plan_memory_peer(memory, &a, state, now_ms);
}

#define SA9 "show crypto ikev1 sa detail | show crypto ikev2 sa detail | show crypto ipsec sa"

static void each_cadence_asks_its_own(void **state)
{
	(void)state;
	const struct box box = { .cpu_percent = 5, .full_ms = 300 };
	const struct {
		const char *groups;
		bool burst;
		const char *sent;
	} cases[] = {
		{ "s", false, SA9 },
		{ "sd", false, SA9 " | show vpn-sessiondb summary | show vpn-sessiondb detail l2l" },
		{ "sf", false, "show cpu usage | " SA9 " | show version | show failover | show clock detail" },
		{ "sah", false, SA9 " | show asp drop | show access-list VPN-A | show access-list VPN-B" },
		{ "c", false,
		  "show running-config crypto | show running-config tunnel-group | show running-config access-list | "
		  "show running-config object | show running-config object-group | show running-config names | "
		  "show running-config interface | show running-config group-policy | show running-config nat | "
		  "show running-config static | show running-config route | show running-config access-group | "
		  "show running-config all sysopt | show running-config failover" },
		{ "", false, "" },
		{ "", true, "show crypto ikev1 sa | show crypto ikev2 sa" },
		{ "sdf", true, "show crypto ikev1 sa | show crypto ikev2 sa" },
	};
	struct plan_memory *memory = plan_memory_new();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(poll(memory, &box, cases[i].groups, cases[i].burst, 0), cases[i].sent);
	plan_memory_free(memory);
}

static void a_spelling_is_found_once_and_remembered(void **state)
{
	(void)state;
	const struct box old = { .unknown = { "show crypto ikev" }, .full_ms = 300 };
	struct plan_memory *memory = plan_memory_new();
	assert_string_equal(poll(memory, &old, "s", false, 0),
			    "show crypto ikev1 sa detail | show crypto ikev1 sa | show crypto isakmp sa detail | "
			    "show crypto ikev2 sa detail | show crypto ikev2 sa | show crypto ipsec sa");
	assert_string_equal(poll(memory, &old, "s", false, MINUTE_MS),
			    "show crypto isakmp sa detail | show crypto ipsec sa");
	assert_string_equal(poll(memory, &old, "", true, 2 * MINUTE_MS), "show crypto isakmp sa");
	/* An upgrade that drops the old word: the others are tried before the query is given up. */
	const struct box upgraded = { .unknown = { "show crypto isakmp", "show isakmp" }, .full_ms = 300 };
	assert_string_equal(
		poll(memory, &upgraded, "s", false, 3 * MINUTE_MS),
		"show crypto isakmp sa detail | show crypto isakmp sa | show isakmp sa detail | show isakmp sa | "
		"show crypto ikev1 sa detail | show crypto ipsec sa");
	plan_memory_forget(memory);
	assert_string_equal(poll(memory, &upgraded, "s", false, 4 * MINUTE_MS), SA9);
	plan_memory_free(memory);
}

static void one_isakmp_listing_with_both_families_is_enough(void **state)
{
	(void)state;
	const struct box box = { .unknown = { "show crypto ikev1" }, .full_ms = 300, .isakmp_shows_ikev2 = true };
	struct plan_memory *memory = plan_memory_new();
	poll(memory, &box, "s", false, 0);
	assert_string_equal(poll(memory, &box, "s", false, MINUTE_MS),
			    "show crypto isakmp sa detail | show crypto ipsec sa");
	plan_memory_free(memory);
}

static void what_is_refused_is_asked_again_after_a_day(void **state)
{
	(void)state;
	struct box box = { .denied = { "show vpn-sessiondb" }, .full_ms = 300 };
	const char *refused = SA9 " | show vpn-sessiondb summary | show vpn-sessiondb detail l2l";
	struct plan_memory *memory = plan_memory_new();
	assert_string_equal(poll(memory, &box, "sd", false, 0), refused);
	assert_true(plan_memory_is_denied(memory, PLAN_SESSIONS, MINUTE_MS));
	for (int64_t now = MINUTE_MS; now < 24 * HOUR_MS; now += 5 * MINUTE_MS)
		assert_string_equal(poll(memory, &box, "sd", false, now), SA9);
	assert_string_equal(poll(memory, &box, "sd", false, 25 * HOUR_MS), refused);
	box.denied[0] = NULL;
	assert_string_equal(poll(memory, &box, "sd", false, 50 * HOUR_MS), refused);
	assert_string_equal(poll(memory, &box, "sd", false, 50 * HOUR_MS + MINUTE_MS), refused);
	plan_memory_free(memory);
}

static void a_listing_that_took_too_long_gives_way_to_peers_and_comes_back_later(void **state)
{
	(void)state;
	struct box box = { .cpu_percent = 10, .full_ms = 25000, .peer_ms = 4000 };
	struct plan_memory *memory = plan_memory_new();
	assert_string_equal(poll(memory, &box, "s", false, 0), SA9);
	const char *peers[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::4", "192.0.2.5" };
	for (size_t i = 0; i < 5; i++)
		see(memory, peers[i], 1, MINUTE_MS);
	/* The device is asked how it feels, and no more than its 15 s are spent: the estimate grows with each answer.
	 */
	const char *sent = poll(memory, &box, "s", false, MINUTE_MS);
	assert_non_null(strstr(sent, "show cpu usage | show crypto ikev1"));
	assert_non_null(strstr(sent, "show crypto ipsec sa peer 192.0.2.1 | show crypto ipsec sa peer 192.0.2.2 | "
				     "show crypto ipsec sa peer 192.0.2.3"));
	assert_null(strstr(sent, "192.0.2.5"));
	/* Then those that had to wait, but one whose IKE state moved before all. */
	see(memory, "192.0.2.2", 9, 2 * MINUTE_MS);
	sent = poll(memory, &box, "s", false, 2 * MINUTE_MS);
	assert_non_null(strstr(sent, "sa detail | show crypto ipsec sa peer "));
	const char *moved = strstr(sent, "peer 192.0.2.2"), *waited = strstr(sent, "peer 192.0.2.5");
	assert_non_null(moved);
	assert_non_null(waited);
	/* Half an hour later the full listing has another chance; still slow, it gets an hour off. */
	assert_non_null(strstr(poll(memory, &box, "s", false, 31 * MINUTE_MS), "| show crypto ipsec sa"));
	assert_null(strstr(poll(memory, &box, "s", false, 31 * MINUTE_MS), "peer 192.0.2.1 | show crypto ipsec sa |"));
	box.full_ms = 3000;
	assert_string_equal(poll(memory, &box, "s", false, 92 * MINUTE_MS), "show cpu usage | " SA9);
	assert_string_equal(poll(memory, &box, "s", false, 93 * MINUTE_MS), "show cpu usage | " SA9);
	plan_memory_free(memory);
}

static void a_listing_that_ran_into_a_limit_took_too_long(void **state)
{
	(void)state;
	const enum vt_status limits[] = { VT_E_TIMEOUT, VT_E_LIMIT };
	for (size_t i = 0; i < 2; i++) {
		struct plan_memory *memory = plan_memory_new();
		struct vt_arena *arena = vt_arena_new();
		struct plan_run run;
		struct plan_step step;
		plan_begin(&run, memory, arena, &(struct plan_wants){ .groups = { true } }, 0);
		while (plan_next(&run, &step)) {
			struct plan_answer answer = { .status = step.query == PLAN_IPSEC ? limits[i] : VT_OK,
						      .elapsed_ms = 5 };
			plan_answer(&run, &step, &answer);
		}
		const struct box box = { .full_ms = 100 };
		assert_string_equal(poll(memory, &box, "s", false, MINUTE_MS),
				    "show crypto ikev1 sa detail | show crypto ikev2 sa detail");
		vt_arena_free(arena);
		plan_memory_free(memory);
	}
}

static void an_acl_that_is_gone_does_not_keep_the_others_from_being_asked(void **state)
{
	(void)state;
	const struct box box = { .unknown = { "show access-list VPN-A" }, .full_ms = 300 };
	struct plan_memory *memory = plan_memory_new();
	for (int64_t now = 0; now < 3 * MINUTE_MS; now += MINUTE_MS)
		assert_string_equal(poll(memory, &box, "sh", false, now),
				    SA9 " | show access-list VPN-A | show access-list VPN-B");
	const struct box strict = { .denied = { "show access-list" }, .full_ms = 300 };
	assert_string_equal(poll(memory, &strict, "sh", false, 3 * MINUTE_MS), SA9 " | show access-list VPN-A");
	assert_string_equal(poll(memory, &strict, "sh", false, 4 * MINUTE_MS), SA9);
	plan_memory_free(memory);
}

static void a_suffering_device_is_asked_for_little(void **state)
{
	(void)state;
	struct box box = { .cpu_percent = 85, .full_ms = 300, .peer_ms = 100 };
	struct plan_memory *memory = plan_memory_new();
	see(memory, "192.0.2.1", 1, 0);
	see(memory, "192.0.2.2", 1, 0);
	/* The facts say so first: peers one by one, no listing of sessions. */
	const char *spared = "show cpu usage | show crypto ikev1 sa detail | show crypto ikev2 sa detail | "
			     "show crypto ipsec sa peer 192.0.2.1 | show crypto ipsec sa peer 192.0.2.2 | "
			     "show vpn-sessiondb summary";
	assert_string_equal(poll(memory, &box, "sd", false, 0),
			    SA9 " | show vpn-sessiondb summary | show vpn-sessiondb detail l2l");
	poll(memory, &box, "f", false, 0);
	assert_string_equal(poll(memory, &box, "sd", false, MINUTE_MS), spared);
	assert_string_equal(poll(memory, &box, "sd", false, 2 * MINUTE_MS), spared);
	/* But one that is always busy is not left blind. */
	assert_non_null(strstr(poll(memory, &box, "sd", false, 3 * MINUTE_MS), "show vpn-sessiondb detail l2l"));
	/* The budget is a third of the usual one. */
	box.peer_ms = 3000;
	poll(memory, &box, "s", false, 4 * MINUTE_MS);
	for (unsigned i = 3; i < 12; i++) {
		char peer[32];
		snprintf(peer, sizeof peer, "192.0.2.%u", i);
		see(memory, peer, 1, 4 * MINUTE_MS);
	}
	const char *sent = poll(memory, &box, "s", false, 5 * MINUTE_MS);
	unsigned asked = 0;
	for (const char *at = sent; (at = strstr(at, " peer ")); at++)
		asked++;
	assert_in_range(asked, 1, 3);
	box.cpu_percent = 20;
	assert_string_equal(poll(memory, &box, "s", false, 6 * MINUTE_MS), "show cpu usage | " SA9);
	assert_string_equal(poll(memory, &box, "s", false, 7 * MINUTE_MS), SA9);
	plan_memory_free(memory);
}

static void peers_nobody_has_seen_for_a_day_are_not_asked_for(void **state)
{
	(void)state;
	struct box box = { .cpu_percent = 90, .peer_ms = 100 };
	struct plan_memory *memory = plan_memory_new();
	poll(memory, &box, "sf", false, 0);
	see(memory, "192.0.2.1", 1, 0);
	see(memory, "192.0.2.2", 1, 0);
	see(memory, "192.0.2.2", 2, 23 * HOUR_MS);
	const char *sent = poll(memory, &box, "s", false, 25 * HOUR_MS);
	assert_null(strstr(sent, "192.0.2.1"));
	assert_non_null(strstr(sent, "192.0.2.2"));
	plan_memory_free(memory);
}

UNIT_TESTS(CASE(each_cadence_asks_its_own), CASE(a_spelling_is_found_once_and_remembered),
	   CASE(one_isakmp_listing_with_both_families_is_enough), CASE(what_is_refused_is_asked_again_after_a_day),
	   CASE(a_listing_that_took_too_long_gives_way_to_peers_and_comes_back_later),
	   CASE(a_listing_that_ran_into_a_limit_took_too_long),
	   CASE(an_acl_that_is_gone_does_not_keep_the_others_from_being_asked),
	   CASE(a_suffering_device_is_asked_for_little), CASE(peers_nobody_has_seen_for_a_day_are_not_asked_for))
