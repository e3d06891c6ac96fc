/* SPDX-License-Identifier: MIT
 * One moment of one link: which of its timers is due, and whether anybody asks for an SA.
 */
#include "model_parts.h"

/* ---- demand ---- */

/* End `d` would start a negotiation for a packet of its own. */
static bool may_ask(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct end *end = &link->end[d];
	const struct end_cfg *cfg = &end->cfg;
	return !sel->end[d].up && sel->dir[d].own > 0 && !end->gw->down && flow_reaches_map(cfg) && cfg->ike_enabled &&
	       !cfg->dynamic && cfg->connection != ANSWER_ONLY;
}

/* Negotiating already: as initiator, or as the responder of the other end's attempt. */
static bool negotiating(const struct link *link, unsigned d)
{
	return link->end[d].attempt.running ||
	       (link->end[!d].attempt.running && link->end[!d].attempt.state[1] != IKE_NONE);
}

void packet_wants_sa(struct model *m, struct link *link, unsigned d, size_t s, int64_t at_ms)
{
	if (link->end[d].ike.up)
		quick_start(m, link, d, s, at_ms);
	else if (!negotiating(link, d))
		attempt_start(m, link, d, at_ms);
}

void quick_wanted(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	for (size_t s = 0; s < link->n_sel; s++)
		if (may_ask(link, &link->sel[s], i) && link->end[i].ike.up &&
		    traffic_last(&link->sel[s].dir[i], at_ms) >= at_ms - (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS) {
			quick_start(m, link, i, s, at_ms);
			return;
		}
}

/* ---- one moment of one link ---- */

static void child_moment(struct model *m, struct link *link, unsigned e, size_t s, int64_t at_ms)
{
	struct child *c = &link->sel[s].end[e];
	if (c->up && c->expires_ms <= at_ms) {
		child_down(link, e, s, at_ms);
		if (link_carries_ike(link, e))
			child_down(link, !e, s, at_ms);
		if (children_up(link, e) == 0 && link->end[e].ike.up)
			session_delete(link, e, at_ms, DOWN_EXPIRED);
		return;
	}
	if (c->up && (c->rekeys_ms <= at_ms || c->kb_expires_ms <= at_ms))
		child_rekey(m, link, e, s, at_ms);
	if (!c->up || c->idle_at_ms > at_ms)
		return;
	int64_t quiet_until = model_last_packet(m, link, s, e) + link->end[e].cfg.idle_min * MINUTE_MS;
	if (quiet_until > at_ms) {
		c->idle_at_ms = quiet_until;
		return;
	}
	struct log_entry *entry = link_say(link, e, LOG_TERMINATED, at_ms);
	entry->sel = (uint32_t)s;
	entry->state = DOWN_IDLE;
	child_down(link, e, s, at_ms);
	if (link_carries_ike(link, e))
		child_down(link, !e, s, at_ms);
	if (children_up(link, e) == 0)
		session_delete(link, e, at_ms, DOWN_IDLE);
}

static void sel_next(struct link *link, struct selector *sel, int64_t at_ms)
{
	int64_t next = NEVER;
	for (unsigned e = 0; e < 2; e++) {
		const struct child *c = &sel->end[e];
		if (c->up)
			next = earlier(next, earlier(earlier(c->expires_ms, c->rekeys_ms),
						     earlier(c->kb_expires_ms, c->idle_at_ms)));
		sel->wanted_ms[e] = NEVER;
		if (!may_ask(link, sel, e) || negotiating(link, e))
			continue;
		int64_t after = at_ms;
		if (after < sel->retry_at_ms)
			after = sel->retry_at_ms;
		if (after < link->end[e].hold_ms && !link->end[e].ike.up)
			after = link->end[e].hold_ms;
		sel->wanted_ms[e] = traffic_next(&sel->dir[e], after);
		next = earlier(next, sel->wanted_ms[e]);
	}
	sel->next_ms = next;
}

static void sel_moment(struct model *m, struct link *link, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	for (unsigned e = 0; e < 2; e++)
		child_moment(m, link, e, s, at_ms);
	for (unsigned e = 0; e < 2; e++)
		if (sel->wanted_ms[e] <= at_ms && may_ask(link, sel, e)) {
			sel->wanted_ms[e] = NEVER;
			packet_wants_sa(m, link, e, s, at_ms);
		}
	sel_next(link, sel, at_ms);
}

static bool peer_alive(const struct link *link, unsigned e)
{
	const struct end *other = &link->end[!e];
	return link_carries_ike(link, e) && link_carries_ike(link, !e) && other->ike.up &&
	       other->ike.spi_remote == link->end[e].ike.spi_local;
}

/* The last packet of any kind that came in through the tunnel. */
static int64_t last_heard(const struct link *link, unsigned e, int64_t at_ms)
{
	int64_t last = INT64_MIN;
	for (size_t s = 0; s < link->n_sel; s++) {
		const struct selector *sel = &link->sel[s];
		if (!flow_arrives(link, sel, !e) || flow_share(link, sel, !e) == 0)
			continue;
		int64_t at = traffic_last(&sel->dir[!e], at_ms);
		if (at > last)
			last = at;
	}
	return last;
}

static int64_t dpd_patience_ms(const struct end_cfg *cfg)
{
	return (cfg->dpd_threshold_s + 3 * cfg->dpd_retry_s) * INT64_C(1000);
}

static void dpd_look(struct link *link, unsigned e, int64_t at_ms)
{
	struct end *end = &link->end[e];
	if (!end->ike.up || peer_alive(link, e) || end->cfg.dpd_threshold_s == 0)
		end->dpd_ms = NEVER;
	else if (end->dpd_ms == NEVER)
		end->dpd_ms = at_ms + dpd_patience_ms(&end->cfg);
}

/* Keepalives go unanswered. They are only sent while nothing arrives: a peer whose ESP still comes in is alive. */
static void dpd_moment(struct link *link, unsigned e, int64_t at_ms)
{
	int64_t quiet_until = last_heard(link, e, at_ms);
	if (quiet_until != INT64_MIN)
		quiet_until += dpd_patience_ms(&link->end[e].cfg);
	if (quiet_until > at_ms) {
		link->end[e].dpd_ms = quiet_until;
		return;
	}
	link_say(link, e, LOG_DPD_LOST, at_ms);
	session_delete(link, e, at_ms, DOWN_LOST);
}

static void end_moment(struct model *m, struct link *link, unsigned e, int64_t at_ms)
{
	struct end *end = &link->end[e];
	if (end->attempt.running)
		attempt_play(m, link, e, at_ms);
	if (end->dpd_ms <= at_ms)
		dpd_moment(link, e, at_ms);
	if (end->doom_ms <= at_ms) {
		end->doom_ms = NEVER;
		if (children_up(link, e) == 0)
			session_delete(link, e, at_ms, end->doom_why);
	}
	if (end->ike.up && end->ike.expires_ms <= at_ms)
		session_delete(link, e, at_ms, DOWN_EXPIRED);
	if (end->ike.up && end->ike.rekeys_ms <= at_ms)
		attempt_rekey(m, link, e, at_ms);
	if (end->session.up && end->cfg.session_min &&
	    end->session.since_ms + end->cfg.session_min * MINUTE_MS <= at_ms)
		session_delete(link, e, at_ms, DOWN_MAX_TIME);
}

void link_next(struct model *m, struct link *link, int64_t at_ms, bool all)
{
	int64_t next = NEVER;
	for (unsigned e = 0; e < 2; e++) {
		const struct end *end = &link->end[e];
		dpd_look(link, e, at_ms);
		if (end->attempt.running && !attempt_done(&end->attempt))
			next = earlier(next,
				       end->attempt.start_ms + end->attempt.script->step[end->attempt.next].at_ms);
		next = earlier(next, earlier(end->dpd_ms, end->doom_ms));
		if (end->ike.up)
			next = earlier(next, earlier(end->ike.expires_ms, end->ike.rekeys_ms));
		if (end->session.up && end->cfg.session_min)
			next = earlier(next, end->session.since_ms + end->cfg.session_min * MINUTE_MS);
	}
	for (size_t s = 0; s < link->n_sel; s++) {
		if (all)
			sel_next(link, &link->sel[s], at_ms);
		next = earlier(next, link->sel[s].next_ms);
	}
	link->next_ms = next;
	model_heap_fix(m, link);
}

/* Something about phase 1 of both ends that decides whether selectors may ask: when it changes, all look again. */
static unsigned phase1_mark(const struct link *link)
{
	unsigned mark = 0;
	for (unsigned e = 0; e < 2; e++)
		mark = mark * 4 + link->end[e].ike.up * 2u + negotiating(link, e);
	return mark;
}

void link_moment(struct model *m, struct link *link, int64_t at_ms)
{
	unsigned mark = phase1_mark(link);
	for (unsigned e = 0; e < 2; e++)
		end_moment(m, link, e, at_ms);
	for (size_t s = 0; s < link->n_sel; s++)
		if (link->sel[s].next_ms <= at_ms)
			sel_moment(m, link, s, at_ms);
	link_next(m, link, at_ms,
		  mark != phase1_mark(link) || link->end[0].hold_ms >= at_ms || link->end[1].hold_ms >= at_ms);
}
