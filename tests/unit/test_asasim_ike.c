/* SPDX-License-Identifier: MIT
 * The play of one negotiation: which state each end is left in by each thing that can be wrong.
 */
#include "tests/asasim/ike.h"

#include "tap.h"

#include <stdio.h>
#include <string.h>

static const struct ike_policy good = { "aes-256", "sha", NULL, 5, 86400 };
static const struct ike_policy other = { "3des", "md5", NULL, 2, 3600 };

struct setting {
	struct ike_side side[2];
	struct ike_path path;
};

static struct setting healthy(void)
{
	struct ike_side side = {
		.reachable = true,
		.enabled = true,
		.answers = true,
		.knows_peer = true,
		.nat_t = true,
		.key_local = "key",
		.key_remote = "key",
		.policies = &good,
		.n_policies = 1,
	};
	return (struct setting){
		.side = { side, side },
		.path = { .udp500 = { true, true }, .udp4500 = { true, true }, .latency_ms = 20 },
	};
}

static void nothing(struct setting *s)
{
	(void)s;
}
static void there_is_lost(struct setting *s)
{
	s->path.udp500[0] = false;
}
static void back_is_lost(struct setting *s)
{
	s->path.udp500[1] = false;
}
static void nobody_there(struct setting *s)
{
	s->side[1].reachable = false;
}
static void not_enabled(struct setting *s)
{
	s->side[1].enabled = false;
}
static void no_common_policy(struct setting *s)
{
	s->side[1].policies = &other;
}
static void no_tunnel_group(struct setting *s)
{
	s->side[1].knows_peer = false;
}
static void other_key(struct setting *s)
{
	s->side[1].key_local = s->side[1].key_remote = "another";
}
static void half_swapped_keys(struct setting *s)
{
	s->side[1].key_local = "another";
}
static void behind_nat(struct setting *s)
{
	s->path.nat = true;
}
static void nat_and_4500_blocked(struct setting *s)
{
	s->path.nat = true;
	s->path.udp4500[0] = false;
}
static void only_4500_blocked(struct setting *s)
{
	s->path.udp4500[0] = s->path.udp4500[1] = false;
}
static void originates_only(struct setting *s)
{
	s->side[1].answers = false;
}

/* The last state a side was in before the end, and for how long it was in it. */
struct left {
	enum ike_state state;
	uint32_t lasted_ms;
};

static struct left left_in(const struct ike_script *script, unsigned side)
{
	struct left left = { IKE_NONE, 0 };
	uint32_t since = 0;
	for (size_t i = 0; i < script->n; i++) {
		const struct ike_step *step = &script->step[i];
		if (step->side != side)
			continue;
		if (step->state == IKE_NONE) {
			left.lasted_ms = step->at_ms - since;
			continue;
		}
		if (left.state != (enum ike_state)step->state || left.lasted_ms)
			since = step->at_ms;
		left = (struct left){ (enum ike_state)step->state, 0 };
	}
	return left;
}

enum { V1 = 1, V2 = 2, AGGRESSIVE = 3 };

static void every_fault_leaves_its_states(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		unsigned mode;
		void (*spoil)(struct setting *);
		bool established;
		enum ike_state initiator, responder;
		uint32_t initiator_ms; /* at least this long */
	} cases[] = {
		{ "main mode, all well", V1, nothing, true, MM_ACTIVE, MM_ACTIVE, 0 },
		{ "MSG1 never arrives", V1, there_is_lost, false, MM_WAIT_MSG2, IKE_NONE, 24000 },
		{ "MSG2 never comes back", V1, back_is_lost, false, MM_WAIT_MSG2, MM_WAIT_MSG3, 24000 },
		{ "nobody at the address", V1, nobody_there, false, MM_WAIT_MSG2, IKE_NONE, 24000 },
		{ "IKE is not enabled there", V1, not_enabled, false, MM_WAIT_MSG2, IKE_NONE, 24000 },
		{ "no common policy", V1, no_common_policy, false, MM_WAIT_MSG2, IKE_NONE, 24000 },
		{ "it only originates", V1, originates_only, false, MM_WAIT_MSG2, IKE_NONE, 24000 },
		{ "no tunnel-group: the responder gives up at MSG3", V1, no_tunnel_group, false, MM_WAIT_MSG4,
		  MM_WAIT_MSG3, 24000 },
		{ "keys differ: both wait, the first encrypted message is noise", V1, other_key, false, MM_WAIT_MSG6,
		  MM_WAIT_MSG5, 24000 },
		{ "translation and UDP 4500 filtered looks the same", V1, nat_and_4500_blocked, false, MM_WAIT_MSG6,
		  MM_WAIT_MSG5, 24000 },
		{ "translation by itself does no harm", V1, behind_nat, true, MM_ACTIVE, MM_ACTIVE, 0 },
		{ "without translation nobody needs UDP 4500", V1, only_4500_blocked, true, MM_ACTIVE, MM_ACTIVE, 0 },
		{ "aggressive mode, all well", AGGRESSIVE, nothing, true, AM_ACTIVE, AM_ACTIVE, 0 },
		{ "aggressive mode, keys differ: known from the second message", AGGRESSIVE, other_key, false,
		  AM_WAIT_MSG2, AM_WAIT_MSG3, 0 },
		{ "IKEv2, all well", V2, nothing, true, V2_READY, V2_READY, 0 },
		{ "IKEv2, no answer", V2, there_is_lost, false, V2_IN_NEG, IKE_NONE, 24000 },
		{ "IKEv2, keys differ: an explicit refusal, over at once", V2, other_key, false, V2_IN_NEG, V2_IN_NEG,
		  0 },
		{ "IKEv2 has two keys, and both must be right", V2, half_swapped_keys, false, V2_IN_NEG, V2_IN_NEG, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct setting s = healthy();
		struct ike_script script;
		cases[i].spoil(&s);
		ike_negotiate(cases[i].mode == V2 ? 2 : 1, cases[i].mode == AGGRESSIVE, s.side, &s.path, 42, &script);
		struct left a = left_in(&script, 0), b = left_in(&script, 1);
		char got[160], want[160];
		bool both = script.established[0] && script.established[1];
		snprintf(got, sizeof got, "%s: %d %s %s %d", cases[i].name, both, ike_state_name(a.state),
			 ike_state_name(b.state), a.lasted_ms >= cases[i].initiator_ms);
		snprintf(want, sizeof want, "%s: %d %s %s 1", cases[i].name, cases[i].established,
			 ike_state_name(cases[i].initiator), ike_state_name(cases[i].responder));
		assert_string_equal(got, want);
	}
}

static void an_attempt_lives_32_seconds(void **state)
{
	(void)state;
	struct setting s = healthy();
	struct ike_script script;
	there_is_lost(&s);
	ike_negotiate(1, false, s.side, &s.path, 1, &script);
	assert_int_equal(script.ends_at_ms, (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS);
}

static void the_smaller_lifetime_wins_in_ikev1_and_none_in_ikev2(void **state)
{
	(void)state;
	static const struct ike_policy shorter = { "aes-256", "sha", NULL, 5, 3600 };
	struct setting s = healthy();
	struct ike_script script;
	s.side[1].policies = &shorter;
	ike_negotiate(1, false, s.side, &s.path, 1, &script);
	assert_int_equal(script.lifetime_s[0], 3600);
	assert_int_equal(script.lifetime_s[1], 3600);
	ike_negotiate(2, false, s.side, &s.path, 1, &script);
	assert_int_equal(script.lifetime_s[0], 86400);
	assert_int_equal(script.lifetime_s[1], 3600);
}

static void the_initiators_order_decides(void **state)
{
	(void)state;
	const struct ike_policy mine[] = { other, good }, theirs[] = { good, other };
	struct setting s = healthy();
	struct ike_script script;
	s.side[0].policies = mine;
	s.side[1].policies = theirs;
	s.side[0].n_policies = s.side[1].n_policies = 2;
	ike_negotiate(1, false, s.side, &s.path, 1, &script);
	assert_string_equal(script.policy.encryption, "3des");
}

static void a_lossy_path_is_the_same_every_time(void **state)
{
	(void)state;
	unsigned up = 0, late = 0;
	for (uint64_t draw = 0; draw < 200; draw++) {
		struct setting s = healthy();
		struct ike_script one, two;
		s.path.loss_ppm[0] = s.path.loss_ppm[1] = 300000;
		ike_negotiate(1, false, s.side, &s.path, draw, &one);
		ike_negotiate(1, false, s.side, &s.path, draw, &two);
		assert_memory_equal(&one, &two, sizeof one);
		up += one.established[0] && one.established[1];
		late += one.established[0] && one.ends_at_ms > IKE_RETRANSMIT_MS;
	}
	/* Retransmissions carry most of them through; some needed them. */
	assert_in_range(up, 150, 200);
	assert_in_range(late, 50, 200);
}

static void translation_moves_the_exchange_to_port_4500(void **state)
{
	(void)state;
	struct setting s = healthy();
	struct ike_script script;
	behind_nat(&s);
	ike_negotiate(1, false, s.side, &s.path, 1, &script);
	assert_true(script.floated);
	s.side[1].nat_t = false;
	ike_negotiate(1, false, s.side, &s.path, 1, &script);
	assert_false(script.floated);
}

UNIT_TESTS(CASE(every_fault_leaves_its_states), CASE(an_attempt_lives_32_seconds),
	   CASE(the_smaller_lifetime_wins_in_ikev1_and_none_in_ikev2), CASE(the_initiators_order_decides),
	   CASE(a_lossy_path_is_the_same_every_time), CASE(translation_moves_the_exchange_to_port_4500))
