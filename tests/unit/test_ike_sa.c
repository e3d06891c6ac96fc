/* SPDX-License-Identifier: MIT
 * The IKE SAs of both versions, in all their shapes, whole and cut.
 */
#include "asa/clean.h"
#include "asa/ike_sa.h"

#include "tests/unit/listing_case.h"
#include "tests/unit/subset.h"

LISTING(ike_sa, struct vt_ike_sa, vt_ike_sa_parse);

static void states_are_judged_by_their_names(void **state)
{
	(void)state;
	static const struct {
		const char *state;
		enum vt_ike_phase phase;
		unsigned message;
	} cases[] = {
		{ "MM_ACTIVE", VT_IKE_UP, 0 },
		{ "AM_Active", VT_IKE_UP, 0 },
		{ "READY", VT_IKE_UP, 0 },
		{ "MM_REKEY_DONE_H2", VT_IKE_UP, 0 },
		{ "MM_ACTIVE_REKEY", VT_IKE_UP, 0 },
		{ "MM_WAIT_MSG2", VT_IKE_WAITING, 2 },
		{ "MM_WAIT_MSG6", VT_IKE_WAITING, 6 },
		{ "AM_WAIT_MSG3", VT_IKE_WAITING, 3 },
		{ "MM_WAIT_DELETE", VT_IKE_GOING, 0 },
		{ "MM_FREE", VT_IKE_GOING, 0 },
		{ "AM_DONE", VT_IKE_GOING, 0 },
		{ "DELETE", VT_IKE_GOING, 0 },
		{ "IN-NEG", VT_IKE_NEGOTIATING, 0 },
		{ "MM_BLD_MSG4", VT_IKE_NEGOTIATING, 0 },
		{ "MM_TM_INIT_XAUTH_V6H", VT_IKE_NEGOTIATING, 0 },
		{ "MM_WAIT_MSG", VT_IKE_NEGOTIATING, 0 },
		{ "", VT_IKE_NONE, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned message = 99;
		enum vt_ike_phase phase = vt_ike_phase_of(vt_str_of(cases[i].state), &message);
		if (phase != cases[i].phase || message != cases[i].message)
			fail_msg("%s: phase %d, message %u; expected %d, %u", cases[i].state, phase, message,
				 cases[i].phase, cases[i].message);
	}
}

static void a_family_that_is_not_mentioned_is_not_known(void **state)
{
	(void)state;
	struct vt_ike_sa *facts = parse_ike_sa("There are no IKEv1 SAs\n");
	assert_parsed();
	assert_true(facts->ikev1.seen);
	assert_false(facts->ikev2.seen);
	facts = parse_ike_sa("\nThere are no IKEv2 SAs\n");
	assert_false(facts->ikev1.seen);
	assert_true(facts->ikev2.seen);
	facts = parse_ike_sa("There are no isakmp sas\n");
	assert_true(facts->ikev1.seen);
}

static void the_old_rows_are_told_from_those_of_ikev2(void **state)
{
	(void)state;
	struct vt_ike_sa *facts = parse_ike_sa(
		"IKE Peer      Type  Dir   Rky  State\n"
		"1 203.0.113.9 L2L   Init  Yes  MM_ACTIVE\n"
		"IKE Peer      Type  Dir   Rky  State      Encrypt Hash  Auth    Lifetime\n"
		"2 edge User  Resp  No   AM_WAIT_MSG3  3des    SHA   preshrd 86400");
	assert_parsed();
	assert_int_equal(facts->ikev1.sas_len, 2);
	struct vt_ikev1_sa *sa = facts->ikev1.sas;
	assert_str(sa[0].type, "L2L");
	assert_str(sa[0].role, "initiator");
	assert_int_equal(sa[0].rekey, 1);
	assert_absent(sa[0].encryption);
	assert_str(sa[1].peer, "edge");
	assert_str(sa[1].type, "user");
	assert_str(sa[1].role, "responder");
	assert_int_equal(sa[1].lifetime_s, 86400);
	assert_int_equal(facts->ikev2.sas_len, 0);
}

static void an_empty_value_does_not_take_the_next_label(void **state)
{
	(void)state;
	struct vt_ike_sa *facts = parse_ike_sa("1   IKE Peer: 203.0.113.9\n"
					       "    Type    : user            Role    : initiator\n"
					       "    Rekey   : no              State   : MM_WAIT_MSG2\n"
					       "    Encrypt :                 Hash    : SHA\n"
					       "    Auth    : preshared       Lifetime: 0\n");
	assert_int_equal(facts->ikev1.sas_len, 1);
	assert_int_equal(facts->ikev1.sas[0].encryption.len, 0);
	assert_str(facts->ikev1.sas[0].auth, "preshared");
}

static void fewer_rows_than_the_total_are_a_cut_listing(void **state)
{
	(void)state;
	static const struct {
		const char *total;
		bool truncated;
	} cases[] = { { "0", false }, { "1", false }, { "2", true } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		snprintf(text, sizeof text,
			 "Total IKE SA: %s\n1 IKE Peer: 192.0.2.1\nType : L2L Role : initiator\nRekey : no State : "
			 "MM_ACTIVE\n",
			 cases[i].total);
		parse_ike_sa(text);
		assert_int_equal(report.truncated, cases[i].truncated);
	}
}

static void a_tunnel_keeps_its_session_and_its_children(void **state)
{
	(void)state;
	struct vt_ike_sa *facts = parse_ike_sa(
		"Session-id:1, Status:UP-ACTIVE, IKE count:2, CHILD count:1\n"
		"10 192.0.2.1/500 192.0.2.9/500 READY INITIATOR\n Life/Active Time: 86400/4 sec\n"
		"Child sa: local selector  10.0.0.0/0 - 10.0.0.255/65535\n"
		"          remote selector 10.2.0.0/443 - 10.2.0.255/443\n          ESP spi in/out: 0xa/0xffffffff\n"
		"11 192.0.2.1/500 192.0.2.9/500 DELETE RESPONDER\n Life/Active Time: 86400/86000 sec\n");
	assert_parsed();
	assert_int_equal(facts->ikev2.sas_len, 2);
	struct vt_ikev2_sa *sa = facts->ikev2.sas;
	assert_int_equal(sa[1].session_id, 1);
	assert_int_equal(sa[0].children_len, 1);
	assert_int_equal(sa[1].children_len, 0);
	assert_int_equal(sa[0].children[0].spi_out, 0xffffffff);
	assert_int_equal(sa[0].children[0].remote_selector.port_start, 443);
}

static void a_line_between_that_is_none_of_it_is_counted(void **state)
{
	(void)state;
	struct vt_ike_sa *facts = parse_ike_sa(
		"1 IKE Peer: 192.0.2.1\n Type : L2L Role : initiator\n"
		"%ASA-3-713902: something\n  Mood : bad\n Rekey : no State : MM_ACTIVE\n");
	assert_int_equal(facts->ikev1.sas_len, 1);
	assert_str(facts->ikev1.sas[0].state, "MM_ACTIVE");
	assert_int_equal(report.skipped, 1);
	assert_str(report.first_skipped, "Mood : bad");
}

/* Every cut that ends at a line end says nothing untrue, and says so when the totals are not reached. */
static void at_every_line_what_was_read_is_true(const char *raw, size_t raw_len)
{
	char *text = malloc(raw_len + 1);
	memcpy(text, raw, raw_len);
	size_t len = raw_len;
	vt_clean(text, &len, NULL);
	struct vt_arena *arena = vt_arena_new(), *scratch = vt_arena_new();
	struct vt_ike_sa whole, part;
	struct vt_parse_report all, some;
	vt_ike_sa_parse((struct vt_str){ text, len }, arena, &whole, &all);
	for (size_t n = 1; n < len; n++) {
		vt_arena_reset(scratch);
		if (text[n - 1] != '\n' || vt_ike_sa_parse((struct vt_str){ text, n }, scratch, &part, &some) != VT_OK)
			continue;
		assert_subset(&vt_ike_sa_shape, &part, &whole, "");
		if (part.ikev1.total != VT_ABSENT && part.ikev1.sas_len < whole.ikev1.sas_len)
			assert_true(some.truncated);
	}
	vt_arena_free(scratch);
	vt_arena_free(arena);
	free(text);
}

static void a_cut_listing_never_says_anything_untrue(void **state)
{
	(void)state;
	fixtures("show_crypto_isakmp_sa", at_every_line_what_was_read_is_true);
	fixtures("show_crypto_ikev2_sa", at_every_line_what_was_read_is_true);
}

static void no_cut_reads_a_byte_too_far(void **state)
{
	(void)state;
	fixtures("show_crypto_isakmp_sa", cut_ike_sa);
	fixtures("show_crypto_ikev2_sa", cut_ike_sa);
}

LISTING_TESTS(CASE(states_are_judged_by_their_names), CASE(a_family_that_is_not_mentioned_is_not_known),
	      CASE(the_old_rows_are_told_from_those_of_ikev2), CASE(an_empty_value_does_not_take_the_next_label),
	      CASE(fewer_rows_than_the_total_are_a_cut_listing), CASE(a_tunnel_keeps_its_session_and_its_children),
	      CASE(a_line_between_that_is_none_of_it_is_counted), CASE(a_cut_listing_never_says_anything_untrue),
	      CASE(no_cut_reads_a_byte_too_far))
