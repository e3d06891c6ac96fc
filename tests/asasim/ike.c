/* SPDX-License-Identifier: MIT
 * One negotiation between two gateways, message by message.
 *
 * The play has two actors. Each is waiting for one message, knows when it sent its last one and how often it has
 * repeated it. The loop takes whatever comes first: a message arriving, or a retransmission timer. Messages with
 * odd numbers come from the initiator. Losing a packet is drawn from the seed and the packet's number, so the
 * same play comes out every time.
 *
 * IKEv1 Main Mode is six messages: 1-2 choose a policy, 3-4 carry the key exchange (and NAT detection), 5-6 the
 * encrypted identities, which move to UDP 4500 when both ends speak NAT-T and an address was translated.
 * Aggressive Mode is three. IKEv2 is IKE_SA_INIT (1-2) and IKE_AUTH (3-4).
 */
#include "ike.h"

#include "model.h"

#include <string.h>

const char *ike_state_name(enum ike_state state)
{
	static const char *const names[IKE_STATES] = {
		[IKE_NONE] = "",
		[MM_WAIT_MSG2] = "MM_WAIT_MSG2",
		[MM_WAIT_MSG3] = "MM_WAIT_MSG3",
		[MM_WAIT_MSG4] = "MM_WAIT_MSG4",
		[MM_WAIT_MSG5] = "MM_WAIT_MSG5",
		[MM_WAIT_MSG6] = "MM_WAIT_MSG6",
		[MM_ACTIVE] = "MM_ACTIVE",
		[AM_WAIT_MSG2] = "AM_WAIT_MSG2",
		[AM_WAIT_MSG3] = "AM_WAIT_MSG3",
		[AM_ACTIVE] = "AM_ACTIVE",
		[V2_IN_NEG] = "IN-NEG",
		[V2_READY] = "READY",
	};
	return names[state];
}

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool ike_policy_match(unsigned version, const struct ike_policy *a, const struct ike_policy *b)
{
	return same(a->encryption, b->encryption) && same(a->hash, b->hash) && a->group == b->group &&
	       (version == 1 || same(a->prf, b->prf));
}

enum mode { MODE_MAIN, MODE_AGGRESSIVE, MODE_V2 };

struct actor {
	enum ike_state state;
	unsigned last_sent; /* message number, 0: none */
	unsigned waits_for; /* message number, 0: none */
	uint32_t sent_at;
	unsigned repeats;
	bool known;
	bool gave_up;
};

struct play {
	enum mode mode;
	const struct ike_side *side;
	const struct ike_path *path;
	struct ike_script *script;
	uint64_t draw;
	unsigned packets;
	unsigned last; /* number of the last message of this mode */
	struct actor actor[2];
	/* Packets under way, at most one from each side; 0: none. */
	struct {
		unsigned message;
		uint32_t at;
		enum ike_note notify; /* an informational notify instead of a message of the exchange */
	} flight[2];
};

static void step(struct play *p, uint32_t at, unsigned side, enum ike_state state, enum ike_note note)
{
	p->actor[side].state = state;
	if (p->script->n == IKE_STEPS)
		return;
	p->script->step[p->script->n++] = (struct ike_step){
		.at_ms = at,
		.side = (uint8_t)side,
		.state = (uint8_t)state,
		.note = (uint8_t)note,
		.known = p->actor[side].known,
	};
}

/* The state of a side that has sent message `n` and waits for the next one. */
static enum ike_state waiting(const struct play *p, unsigned n)
{
	if (p->mode == MODE_MAIN)
		return (enum ike_state)(MM_WAIT_MSG2 + n - 1);
	if (p->mode == MODE_AGGRESSIVE)
		return n == 1 ? AM_WAIT_MSG2 : AM_WAIT_MSG3;
	return V2_IN_NEG;
}

static enum ike_state active(const struct play *p)
{
	return p->mode == MODE_MAIN ? MM_ACTIVE : p->mode == MODE_AGGRESSIVE ? AM_ACTIVE : V2_READY;
}

static void put_on_wire(struct play *p, unsigned side, unsigned message, enum ike_note notify, uint32_t at)
{
	const bool *open = p->script->floated ? p->path->udp4500 : p->path->udp500;
	uint64_t luck = sim_draw(p->draw, 1, ++p->packets, message);
	p->flight[side].message = 0;
	p->flight[side].notify = NOTE_NONE;
	if (!open[side] || luck % 1000000 < p->path->loss_ppm[side])
		return;
	p->flight[side].message = message;
	p->flight[side].notify = notify;
	p->flight[side].at = at + p->path->latency_ms;
}

static void send(struct play *p, unsigned side, unsigned message, uint32_t at)
{
	struct actor *a = &p->actor[side];
	a->last_sent = message;
	a->waits_for = message < p->last ? message + 1 : 0;
	a->sent_at = at;
	a->repeats = 0;
	put_on_wire(p, side, message, NOTE_NONE, at);
}

static const struct ike_policy *choose(const struct play *p)
{
	for (size_t i = 0; i < p->side[0].n_policies; i++)
		for (size_t r = 0; r < p->side[1].n_policies; r++)
			if (ike_policy_match(p->mode == MODE_V2 ? 2 : 1, &p->side[0].policies[i],
					     &p->side[1].policies[r])) {
				uint32_t li = p->side[0].policies[i].lifetime_s, lr = p->side[1].policies[r].lifetime_s;
				bool local = p->mode ==
					     MODE_V2; /* IKEv2 does not negotiate lifetimes; IKEv1 takes the smaller */
				p->script->lifetime_s[0] = local || li < lr ? li : lr;
				p->script->lifetime_s[1] = local || lr < li ? lr : li;
				return &p->side[0].policies[i];
			}
	return NULL;
}

static void drop(struct play *p, uint32_t at, unsigned side, enum ike_note note)
{
	p->actor[side].waits_for = 0;
	p->actor[side].last_sent = 0;
	p->actor[side].gave_up = true;
	step(p, at, side, IKE_NONE, note);
}

/* The first message reaches a responder that has no SA yet. */
static void first_arrives(struct play *p, uint32_t at)
{
	const struct ike_side *r = &p->side[1];
	if (!r->reachable)
		return;
	if (!r->enabled) {
		step(p, at, 1, IKE_NONE, NOTE_NOT_ENABLED);
		return;
	}
	if (!r->answers) {
		step(p, at, 1, IKE_NONE, NOTE_ANSWERED_ONLY);
		return;
	}
	const struct ike_policy *policy = choose(p);
	if (!policy) {
		step(p, at, 1, IKE_NONE, NOTE_NO_PROPOSAL);
		put_on_wire(p, 1, 0, NOTE_GOT_NO_PROPOSAL, at);
		p->flight[1].message = p->flight[1].notify ? 99 : 0;
		return;
	}
	p->script->policy = *policy;
	if (p->mode == MODE_AGGRESSIVE) {
		/* The identity travels in the first message, and so does everything the key needs. */
		if (!r->knows_peer) {
			step(p, at, 1, IKE_NONE, NOTE_NO_GROUP);
			return;
		}
		p->actor[1].known = true;
	}
	p->actor[1].gave_up = false;
	step(p, at, 1, waiting(p, 2), NOTE_NONE);
	send(p, 1, 2, at);
}

static bool keys_agree(const struct play *p)
{
	return same(p->side[0].key_local, p->side[1].key_remote) && same(p->side[0].key_remote, p->side[1].key_local);
}

static void finish(struct play *p, uint32_t at, unsigned side)
{
	p->script->established[side] = true;
	p->actor[side].waits_for = 0;
	p->actor[side].known = true;
	step(p, at, side, active(p), NOTE_DONE);
}

/* What a side makes of the message it was waiting for; answers whether it goes on. */
static bool main_mode_accepts(struct play *p, unsigned message, uint32_t at)
{
	switch (message) {
	case 3: /* the responder looks up the key by the address it sees */
		if (!p->side[1].knows_peer) {
			drop(p, at, 1, NOTE_NO_GROUP);
			return false;
		}
		p->actor[1].known = true;
		if (p->path->nat && p->side[0].nat_t && p->side[1].nat_t)
			step(p, at, 1, p->actor[1].state, NOTE_NAT);
		return true;
	case 4:
		if (p->path->nat && p->side[0].nat_t && p->side[1].nat_t) {
			step(p, at, 0, p->actor[0].state, NOTE_NAT);
			p->script->floated = true;
		}
		return true;
	case 5: /* the first encrypted message: with another key it is noise, and noise is dropped */
		if (!keys_agree(p)) {
			step(p, at, 1, p->actor[1].state, NOTE_BAD_DECRYPT);
			return false;
		}
		return true;
	default:
		return true;
	}
}

static bool aggressive_accepts(struct play *p, unsigned message, uint32_t at)
{
	if (message == 2 && !keys_agree(p)) {
		/* The responder's hash is in the clear message: the initiator sees at once that the keys differ. */
		drop(p, at, 0, NOTE_BAD_DECRYPT);
		return false;
	}
	return true;
}

static bool v2_accepts(struct play *p, unsigned message, uint32_t at)
{
	if (message == 2 && p->path->nat && p->side[0].nat_t && p->side[1].nat_t)
		p->script->floated = true;
	if (message != 3)
		return true;
	if (!p->side[1].knows_peer || !keys_agree(p)) {
		enum ike_note why = p->side[1].knows_peer ? NOTE_AUTH_FAILED : NOTE_NO_GROUP;
		drop(p, at, 1, why);
		put_on_wire(p, 1, 0, NOTE_AUTH_FAILED, at);
		p->flight[1].message = p->flight[1].notify ? 99 : 0;
		return false;
	}
	p->actor[1].known = true;
	return true;
}

static bool accepts(struct play *p, unsigned message, uint32_t at)
{
	switch (p->mode) {
	case MODE_MAIN:
		return main_mode_accepts(p, message, at);
	case MODE_AGGRESSIVE:
		return aggressive_accepts(p, message, at);
	case MODE_V2:
		return v2_accepts(p, message, at);
	}
	return false;
}

static void notify_arrives(struct play *p, enum ike_note notify, uint32_t at)
{
	if (p->actor[0].gave_up || p->script->established[0])
		return;
	if (p->mode == MODE_V2)
		drop(p, at, 0, notify);
	else /* un-encrypted, so IKEv1 logs it and goes on waiting */
		step(p, at, 0, p->actor[0].state, notify);
}

static void arrives(struct play *p, unsigned message, unsigned to, uint32_t at)
{
	struct actor *a = &p->actor[to];
	if (to == 1 && message == 1 && a->last_sent == 0) {
		first_arrives(p, at);
		return;
	}
	if (a->waits_for != message) {
		/* A repeat of something answered already: answer again. */
		if (a->last_sent == message + 1) {
			if (message == 1)
				step(p, at, to, a->state, NOTE_DUPLICATE);
			put_on_wire(p, to, a->last_sent, NOTE_NONE, at);
		}
		return;
	}
	if (!accepts(p, message, at))
		return;
	if (message == p->last) {
		finish(p, at, to);
		return;
	}
	send(p, to, message + 1, at);
	if (message + 1 == p->last)
		finish(p, at, to);
	else
		step(p, at, to, waiting(p, message + 1), NOTE_NONE);
}

static void timer(struct play *p, unsigned side, uint32_t at)
{
	struct actor *a = &p->actor[side];
	/* An IKEv2 responder only repeats when asked again. */
	if (a->repeats == IKE_RETRANSMITS) {
		drop(p, at, side, NOTE_TIMED_OUT);
		return;
	}
	a->repeats++;
	a->sent_at = at;
	if (p->mode != MODE_V2 || side == 0)
		put_on_wire(p, side, a->last_sent, NOTE_NONE, at);
}

static bool play_on(struct play *p)
{
	uint32_t best = UINT32_MAX;
	int what = -1; /* 0,1: flight from that side; 2,3: timer of side - 2 */
	for (int s = 0; s < 2; s++) {
		if (p->flight[s].message && p->flight[s].at < best) {
			best = p->flight[s].at;
			what = s;
		}
		const struct actor *a = &p->actor[s];
		if (a->waits_for && a->sent_at + IKE_RETRANSMIT_MS < best) {
			best = a->sent_at + IKE_RETRANSMIT_MS;
			what = 2 + s;
		}
	}
	if (what < 0)
		return false;
	p->script->ends_at_ms = best;
	if (what >= 2) {
		timer(p, (unsigned)what - 2, best);
		return true;
	}
	unsigned message = p->flight[what].message;
	enum ike_note notify = p->flight[what].notify;
	p->flight[what].message = 0;
	if (notify)
		notify_arrives(p, notify, best);
	else
		arrives(p, message, what ? 0 : 1, best);
	return true;
}

void ike_negotiate(unsigned version, bool aggressive, const struct ike_side side[2], const struct ike_path *path,
		   uint64_t draw, struct ike_script *script)
{
	memset(script, 0, sizeof *script);
	struct play play = { .side = side, .path = path, .script = script, .draw = draw };
	play.mode = version == 2 ? MODE_V2 : aggressive ? MODE_AGGRESSIVE : MODE_MAIN;
	play.last = play.mode == MODE_MAIN ? 6 : play.mode == MODE_AGGRESSIVE ? 3 : 4;
	play.actor[0].known = true;
	step(&play, 0, 0, waiting(&play, 1), NOTE_STARTED);
	send(&play, 0, 1, 0);
	while (play_on(&play))
		continue;
}
