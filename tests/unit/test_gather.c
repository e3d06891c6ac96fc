/* SPDX-License-Identifier: MIT
 * From outputs to a snapshot: what belongs together is joined, what failed or was cut short is not believed.
 */
#include "config.h"

#include "daemon/gather.h"

#include "tests/unit/tap.h"

#include <stdio.h>
#include <string.h>

#define IKEV1                                                                                                          \
	"\r\nIKEv1 SAs:\r\n\r\n   Active SA: 1\r\n    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA "      \
	"during "                                                                                                      \
	"rekey)\r\nTotal IKE SA: 1\r\n\r\n1   IKE Peer: 192.0.2.1\r\n    Type    : L2L             Role    : "         \
	"initiator "                                                                                                   \
	"\r\n    Rekey   : no              State   : MM_ACTIVE \r\n"
#define NO_IKEV2 "\r\nThere are no IKEv2 SAs\r\n"
#define NO_IPSEC "\r\nThere are no ipsec sas\r\n"
#define CPU "CPU utilization for 5 seconds = 12%; 1 minute: 81%; 5 minutes: 7%\r\n"

static struct plan_answer take(struct gather *gather, enum plan_query query, const char *text, enum vt_status status,
			       bool truncated, const char *peer)
{
	struct plan_step step = { .query = query };
	if (peer)
		assert_true(vt_addr_parse(vt_str_of(peer), &step.peer));
	struct gather_output output = { .status = status, .truncated = truncated, .bytes = 100, .elapsed_ms = 20 };
	vt_buf_add(&output.text, text, strlen(text));
	struct plan_answer answer;
	gather_take(gather, &step, &output, &answer);
	assert_null(output.text.p);
	return answer;
}

static struct gather *fresh(void)
{
	return gather_new("fra-fw1", NULL, "192.0.2.254", 1000, false);
}

static void both_families_make_one_listing(void **state)
{
	(void)state;
	/* status and truncated of the IKE part, by how the IKEv2 listing went */
	const struct {
		const char *what;
		enum vt_status one, two;
		bool cut;
		enum vt_status status;
		bool truncated;
	} cases[] = {
		{ "both read", VT_OK, VT_OK, false, VT_OK, false },
		{ "IKEv2 cut short", VT_OK, VT_OK, true, VT_OK, true },
		{ "a release without IKEv2", VT_OK, VT_E_REJECTED, false, VT_OK, false },
		{ "IKEv2 refused to us", VT_OK, VT_E_DENIED, false, VT_OK, true },
		{ "IKEv1 refused to us", VT_E_DENIED, VT_OK, false, VT_OK, true },
		{ "both refused", VT_E_DENIED, VT_E_DENIED, false, VT_E_DENIED, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gather *gather = fresh();
		take(gather, PLAN_IKEV1, IKEV1, cases[i].one, false, NULL);
		take(gather, PLAN_IKEV2, NO_IKEV2, cases[i].two, cases[i].cut, NULL);
		const struct vt_snapshot *s = gather_snapshot(gather);
		const struct vt_taken *ike = &s->taken[VT_ASKED_IKE];
		if (!ike->asked || ike->status != cases[i].status || ike->report.truncated != cases[i].truncated)
			fail_msg("%s: status %s, truncated %d", cases[i].what, vt_status_name(ike->status),
				 ike->report.truncated);
		assert_int_equal(s->ike != NULL, cases[i].status == VT_OK);
		if (s->ike && cases[i].one == VT_OK)
			assert_str(s->ike->ikev1.sas[0].peer, "192.0.2.1");
		assert_int_equal(s->commands, 2);
		assert_int_equal(s->bytes, 200);
		gather_free(gather);
	}
}

static void another_spelling_replaces_the_one_that_was_not_known(void **state)
{
	(void)state;
	struct gather *gather = fresh();
	take(gather, PLAN_IKEV1, "", VT_E_REJECTED, false, NULL);
	take(gather, PLAN_IKEV1, IKEV1, VT_OK, false, NULL);
	assert_int_equal(gather_snapshot(gather)->taken[VT_ASKED_IKE].status, VT_OK);
	assert_int_equal(gather_snapshot(gather)->ike->ikev1.sas_len, 1);
	gather_free(gather);
}

static void a_peer_that_was_not_read_whole_was_not_looked_at(void **state)
{
	(void)state;
	struct gather *gather = fresh();
	take(gather, PLAN_IPSEC, NO_IPSEC, VT_OK, false, "192.0.2.1");
	take(gather, PLAN_IPSEC, NO_IPSEC, VT_OK, true, "192.0.2.2");
	take(gather, PLAN_IPSEC, "", VT_E_DENIED, false, "192.0.2.3");
	take(gather, PLAN_IPSEC, NO_IPSEC, VT_OK, false, "2001:DB8::4");
	const struct vt_snapshot *s = gather_snapshot(gather);
	assert_int_equal(s->taken[VT_ASKED_IPSEC].status, VT_OK);
	assert_false(s->taken[VT_ASKED_IPSEC].report.truncated);
	assert_int_equal(s->ipsec_peers_len, 2);
	assert_str(s->ipsec_peers[0], "192.0.2.1");
	assert_str(s->ipsec_peers[1], "2001:db8::4");
	gather_free(gather);
}

static void a_full_listing_has_no_list_of_peers(void **state)
{
	(void)state;
	struct gather *gather = fresh();
	take(gather, PLAN_IPSEC, NO_IPSEC, VT_OK, false, NULL);
	assert_null(gather_snapshot(gather)->ipsec_peers);
	assert_non_null(gather_snapshot(gather)->ipsec);
	gather_free(gather);
}

static void what_was_not_asked_or_failed_has_no_facts(void **state)
{
	(void)state;
	struct gather *gather = fresh();
	take(gather, PLAN_VERSION, "", VT_E_DENIED, false, NULL);
	const struct vt_snapshot *s = gather_snapshot(gather);
	assert_null(s->version);
	assert_null(s->failover);
	assert_true(s->taken[VT_ASKED_VERSION].asked);
	assert_int_equal(s->taken[VT_ASKED_VERSION].status, VT_E_DENIED);
	assert_false(s->taken[VT_ASKED_FAILOVER].asked);
	gather_free(gather);
}

static void the_plan_hears_the_higher_figure_of_the_cpu(void **state)
{
	(void)state;
	struct gather *gather = fresh();
	assert_int_equal(take(gather, PLAN_CPU, CPU, VT_OK, false, NULL).cpu_percent, 81);
	assert_true(take(gather, PLAN_CPU, "", VT_E_DENIED, false, NULL).cpu_percent == VT_ABSENT);
	gather_free(gather);
}

static void a_configuration_with_a_section_missing_is_none(void **state)
{
	(void)state;
	const struct {
		enum vt_status objects, acl;
		bool cut, given;
	} cases[] = {
		{ VT_OK, VT_OK, false, true },          { VT_E_REJECTED, VT_OK, false, true }, /* 8.2 has no objects */
		{ VT_OK, VT_E_REJECTED, false, false }, { VT_E_DENIED, VT_OK, false, false },
		{ VT_OK, VT_OK, true, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct gather *gather = fresh();
		for (enum plan_query q = PLAN_CONFIG_CRYPTO; q <= PLAN_CONFIG_INTERFACES; q++)
			take(gather, q, "",
			     q == PLAN_CONFIG_OBJECTS        ? cases[i].objects
			     : q == PLAN_CONFIG_ACCESS_LISTS ? cases[i].acl
							     : VT_OK,
			     cases[i].cut && q == PLAN_CONFIG_NAMES, NULL);
		assert_int_equal(gather_config(gather) != NULL, cases[i].given);
		gather_free(gather);
	}
}

UNIT_TESTS(CASE(both_families_make_one_listing), CASE(another_spelling_replaces_the_one_that_was_not_known),
	   CASE(a_peer_that_was_not_read_whole_was_not_looked_at), CASE(a_full_listing_has_no_list_of_peers),
	   CASE(what_was_not_asked_or_failed_has_no_facts), CASE(the_plan_hears_the_higher_figure_of_the_cpu),
	   CASE(a_configuration_with_a_section_missing_is_none))
