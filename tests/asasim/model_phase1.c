/* SPDX-License-Identifier: MIT
 * Attempts: a negotiation as ike.c wrote it down, played step by step into the states of both ends.
 */
#include "model_parts.h"

#include "base/memory.h"
#include "world.h"

#include <stdlib.h>

static void session_up(struct link *link, unsigned e, int64_t at_ms, unsigned version)
{
	struct end *end = &link->end[e];
	struct gateway *gw = end->gw;
	end->session = (struct session){ .up = true, .index = ++gw->last_index, .since_ms = at_ms, .children = 1 };
	gw->cumulative[version]++;
	if (++gw->active > gw->peak)
		gw->peak = gw->active;
	if (++gw->active_v[version] > gw->peak_v[version])
		gw->peak_v[version] = gw->active_v[version];
}

static void ike_times(struct model *m, struct link *link, struct ike_sa *ike, unsigned lifetime_s, int64_t at_ms)
{
	ike->since_ms = at_ms;
	ike->lifetime_s = lifetime_s;
	ike->expires_ms = at_ms + (int64_t)lifetime_s * 1000;
	ike->rekeys_ms = ike->expires_ms - (int64_t)child_early(m, link, (int64_t)lifetime_s * 1000);
}

static void ike_keys(struct model *m, struct link *link)
{
	uint64_t spi[2] = { link_draw(m, link), link_draw(m, link) };
	for (unsigned e = 0; e < 2; e++) {
		link->end[e].ike.spi_local = spi[e];
		link->end[e].ike.spi_remote = spi[!e];
		link->end[e].ike.tunnel_id = (uint32_t)(link_draw(m, link) % UINT32_C(2000000000)) + 1;
	}
}

static void phase1_done(struct model *m, struct link *link, unsigned i, const struct ike_script *script, int64_t at_ms)
{
	for (unsigned e = 0; e < 2; e++) {
		struct end *end = &link->end[e];
		if (end->ike.up)
			session_forget(link, e, at_ms, DOWN_RECONNECTED);
		end->ike = (struct ike_sa){
			.up = true,
			.version = link->end[i].cfg.ike,
			.initiator = e == i,
			.nat = script->floated,
			.aggressive = link->end[i].cfg.aggressive && link->end[i].cfg.ike == 1,
			.policy = script->policy,
			.peer = *link_seen_as(link, !e),
		};
		session_up(link, e, at_ms, end->ike.version);
		ike_times(m, link, &end->ike, script->lifetime_s[e == i ? 0 : 1], at_ms);
		link_say(link, e, end->ike.version == 2 ? LOG_V2_UP : LOG_P1_DONE, at_ms);
	}
	ike_keys(m, link);
	for (size_t s = 0; s < link->n_sel; s++)
		link->sel[s].retry_at_ms = 0;
}

static void side_of(const struct link *link, unsigned e, const struct vt_addr *source, struct ike_policy *room,
		    struct ike_side *side)
{
	const struct end *end = &link->end[e];
	const struct end_cfg *cfg = &end->cfg;
	unsigned version = cfg->ike;
	*side = (struct ike_side){
		.reachable = !end->gw->down,
		.enabled = gateway_speaks(end->gw, version) && cfg->ike_enabled,
		.answers = cfg->connection != ORIGINATE_ONLY,
		.knows_peer = cfg->tunnel_group && (cfg->dynamic || vt_addr_eq(&cfg->peer, source)),
		.nat_t = cfg->nat_t,
		.key_local = cfg->psk_local,
		.key_remote = cfg->psk_remote,
		.policies = room,
		.n_policies = gateway_policies(end->gw, version, room, 32),
	};
}

/* Asks the engine how a negotiation started by end `i` would go right now. */
static void negotiate(struct model *m, struct link *link, unsigned i, struct ike_script *script)
{
	struct ike_policy room[2][32];
	struct ike_side side[2];
	const struct end_cfg *ci = &link->end[i].cfg;
	side_of(link, i, link_seen_as(link, !i), room[0], &side[0]);
	side_of(link, !i, link_seen_as(link, i), room[1], &side[1]);
	if (!vt_addr_eq(&ci->peer, link_seen_as(link, !i))) {
		/* The configured address belongs to somebody else, or to nobody. */
		const struct gateway *other = world_gateway_at(m->world, &ci->peer);
		side[1].reachable = other && !other->down;
		side[1].enabled = other && gateway_speaks(other, ci->ike);
		side[1].knows_peer = false;
		side[1].n_policies = other ? gateway_policies(other, ci->ike, room[1], 32) : 0;
	} else if (link->end[!i].cfg.ike != ci->ike) {
		side[1].enabled = gateway_speaks(link->end[!i].gw, ci->ike);
		side[1].n_policies = gateway_policies(link->end[!i].gw, ci->ike, room[1], 32);
		side[1].knows_peer = false;
	}
	struct ike_path path = { .latency_ms = link->latency_ms, .nat = link->nat >= 0 };
	for (unsigned d = 0; d < 2; d++) {
		unsigned from = d == 0 ? i : !i;
		path.udp500[d] = link_carries(link, from, PATH_UDP500);
		path.udp4500[d] = link_carries(link, from, PATH_UDP4500);
		path.loss_ppm[d] = link->loss_ppm[from];
	}
	ike_negotiate(ci->ike, ci->aggressive && ci->ike == 1, side, &path, link_draw(m, link), script);
}

void attempt_start(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct attempt *a = &link->end[i].attempt;
	a->script = vt_must(malloc(sizeof *a->script));
	negotiate(m, link, i, a->script);
	a->running = true;
	a->start_ms = at_ms;
	a->next = 0;
	memset(a->state, 0, sizeof a->state);
	memset(a->known, 0, sizeof a->known);
	link->attempts_made++;
	link->end[i].hold_ms = at_ms + HOLD_MS;
}

void attempt_end(struct attempt *a)
{
	free(a->script);
	memset(a, 0, sizeof *a);
}

/* What each end writes to its log at one step of the play. */
static void attempt_log(struct link *link, unsigned i, const struct ike_step *st, enum ike_state was, int64_t at_ms)
{
	unsigned e = st->side == 0 ? i : !i;
	bool v2 = link->end[i].cfg.ike == 2;
	if (v2 && st->side == 1 && was == IKE_NONE && st->state != IKE_NONE)
		link_say(link, e, LOG_V2_INIT, at_ms);
	switch ((enum ike_note)st->note) {
	case NOTE_STARTED:
		link_say(link, e, v2 ? LOG_V2_REQUEST : LOG_P1_START, at_ms);
		break;
	case NOTE_TIMED_OUT:
		link_say(link, e, v2 ? LOG_V2_TIMEOUT : LOG_TIMED_OUT, at_ms)->state = (uint8_t)was;
		if (!v2)
			link_say(link, e, LOG_REMOVE_PEER, at_ms);
		link->end[e].gw->p1_fails++;
		break;
	case NOTE_NOT_ENABLED:
		link_say(link, e, LOG_NOT_ENABLED, at_ms);
		break;
	case NOTE_NO_PROPOSAL:
		link_say(link, e, v2 ? LOG_V2_NO_POLICY : LOG_NO_PROPOSAL_R, at_ms);
		if (!v2)
			link_say(link, e, LOG_NO_PROPOSAL_R2, at_ms);
		link->end[e].gw->rejects++;
		break;
	case NOTE_GOT_NO_PROPOSAL:
		link_say(link, e, v2 ? LOG_V2_GOT_NO_POLICY : LOG_NO_PROPOSAL_I, at_ms);
		break;
	case NOTE_DUPLICATE:
		link_say(link, e, LOG_DUPLICATE, at_ms);
		break;
	case NOTE_NO_GROUP:
		link_say(link, e, v2 ? LOG_V2_NO_GROUP : LOG_NO_GROUP, at_ms);
		if (!v2)
			link_say(link, e, LOG_NO_GROUP2, at_ms);
		break;
	case NOTE_BAD_DECRYPT:
		link_say(link, e, LOG_BAD_KEY, at_ms);
		link_say(link, e, LOG_BAD_KEY2, at_ms);
		link->end[e].gw->auth_fails++;
		break;
	case NOTE_NAT:
		link_say(link, e, LOG_NAT, at_ms);
		break;
	case NOTE_AUTH_FAILED:
		link_say(link, e, LOG_V2_AUTH, at_ms);
		link->end[e].gw->auth_fails++;
		break;
	case NOTE_ANSWERED_ONLY:
		link_say(link, e, LOG_ORIGINATE_ONLY, at_ms);
		break;
	case NOTE_NONE:
	case NOTE_DONE:
		break;
	}
}

bool attempt_done(const struct attempt *a)
{
	return a->next == a->script->n;
}

void attempt_play(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct attempt *a = &link->end[i].attempt;
	while (a->running && !attempt_done(a) && a->start_ms + a->script->step[a->next].at_ms <= at_ms) {
		const struct ike_step *st = &a->script->step[a->next++];
		attempt_log(link, i, st, a->state[st->side], at_ms);
		a->state[st->side] = (enum ike_state)st->state;
		a->known[st->side] = st->known;
	}
	if (!attempt_done(a))
		return;
	if (a->script->established[0] && a->script->established[1]) {
		struct ike_script script = *a->script;
		attempt_end(a);
		attempt_end(&link->end[!i].attempt);
		phase1_done(m, link, i, &script, at_ms);
		quick_wanted(m, link, i, at_ms);
		return;
	}
	attempt_end(a);
}

void attempt_rekey(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct ike_script script;
	negotiate(m, link, i, &script);
	if (!script.established[0] || !script.established[1] || !link->end[!i].ike.up) {
		link->end[i].ike.rekeys_ms = at_ms + script.ends_at_ms + IKE_RETRANSMIT_MS;
		return;
	}
	for (unsigned e = 0; e < 2; e++) {
		struct ike_sa *ike = &link->end[e].ike;
		ike->initiator = e == i;
		ike->policy = script.policy;
		ike_times(m, link, ike, script.lifetime_s[e == i ? 0 : 1], at_ms);
	}
	ike_keys(m, link);
}
