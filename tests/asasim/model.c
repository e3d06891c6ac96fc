/* SPDX-License-Identifier: MIT
 * The simulated fleet as time passes.
 *
 * Every link knows the earliest moment at which something happens to it (a step of a running negotiation, a
 * rekey, an expiry, a lost keepalive, a packet that finds no SA); a heap orders the links by it. Faults have their
 * own ordered list. model_advance() takes whichever comes first until it reaches the asked-for moment.
 *
 * What happens at such a moment is decided from the configuration of both ends and the network as they are then.
 * Both ends have their own SAs: they agree because one negotiation made both, and they may stop agreeing when one
 * end loses its half (reboot, lost delete) and the other has not noticed yet.
 */
#include "model_parts.h"

#include "base/memory.h"

#include <stdlib.h>

int64_t model_now(const struct model *m)
{
	return m->now_ms;
}

struct world *model_world(struct model *m)
{
	return m->world;
}

/* ---- the heap of links ---- */

static bool before(const struct link *a, const struct link *b)
{
	return a->next_ms != b->next_ms ? a->next_ms < b->next_ms : a->id < b->id;
}

static void heap_put(struct model *m, size_t at, struct link *link)
{
	m->heap[at] = link;
	link->heap_at = at;
}

void model_heap_fix(struct model *m, struct link *link)
{
	size_t at = link->heap_at;
	while (at > 0 && before(link, m->heap[(at - 1) / 2])) {
		heap_put(m, at, m->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (size_t kid; (kid = 2 * at + 1) < m->n_heap; at = kid) {
		if (kid + 1 < m->n_heap && before(m->heap[kid + 1], m->heap[kid]))
			kid++;
		if (!before(m->heap[kid], link))
			break;
		heap_put(m, at, m->heap[kid]);
	}
	heap_put(m, at, link);
}

/* ---- faults ---- */

static void link_conditions(struct model *m, struct link *link, int64_t at_ms)
{
	flow_settle_all(link, at_ms);
	memset(link->blocked, 0, sizeof link->blocked);
	memset(link->loss_ppm, 0, sizeof link->loss_ppm);
	for (unsigned e = 0; e < 2; e++)
		link->end[e].cfg = link->end[e].base;
	for (size_t i = 0; i < m->world->n_faults; i++) {
		const struct fault *f = m->world->faults[i];
		if (!f->on || f->link != link)
			continue;
		for (unsigned d = 0; d < 2; d++) {
			for (unsigned k = 0; k < PATH_KINDS && f->kind == FAULT_BLOCK; k++)
				link->blocked[d][k] |= (f->dirs >> d & 1) && (f->kinds >> k & 1);
			if (f->kind == FAULT_LOSS && (f->dirs >> d & 1))
				link->loss_ppm[d] = f->loss_ppm;
			char why[160];
			if (f->kind == FAULT_SET && (f->ends >> d & 1))
				end_cfg_set(m->world->arena, &link->end[d].cfg, f->key, f->value, why, sizeof why);
		}
	}
	link_next(m, link, at_ms, true);
}

static void wipe_gateway(struct gateway *gw, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++) {
		struct link *link = gw->links[i];
		unsigned e = gw->ends[i] == &link->end[1];
		flow_settle_all(link, at_ms);
		session_forget(link, e, at_ms, DOWN_REBOOT);
		attempt_end(&link->end[0].attempt);
		attempt_end(&link->end[1].attempt);
	}
}

static void gateway_relink(struct model *m, struct gateway *gw, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		link_next(m, gw->links[i], at_ms, true);
}

static void gateway_set_down(struct model *m, struct gateway *gw, bool down, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		flow_settle_all(gw->links[i], at_ms);
	gw->down = down;
	gateway_relink(m, gw, at_ms);
}

static void reboot_begins(struct model *m, struct device *dev, int64_t at_ms, int64_t back_ms)
{
	for (size_t g = 0; g < dev->n_gw; g++) {
		struct gateway *gw = dev->gw[g];
		wipe_gateway(gw, at_ms);
		gw->last_index = gw->peak = gw->active = 0;
		memset(gw->cumulative, 0, sizeof gw->cumulative);
		memset(gw->active_v, 0, sizeof gw->active_v);
		memset(gw->peak_v, 0, sizeof gw->peak_v);
		memset(gw->previous_tunnels, 0, sizeof gw->previous_tunnels);
		gw->drops = (struct drops){ 0 };
		memset(gw->children_made, 0, sizeof gw->children_made);
		memset(gw->children_peak, 0, sizeof gw->children_peak);
		gw->auth_fails = gw->rejects = gw->p1_fails = 0;
		gw->logged = 0;
		gateway_set_down(m, gw, true, at_ms);
	}
	dev->boot_ms = dev->back_ms = back_ms;
}

static void failover(struct model *m, struct device *dev, int64_t at_ms)
{
	if (!dev->pair)
		return;
	unsigned was = dev->active_unit;
	dev->unit_active_ms[was] += at_ms - dev->unit_since_ms[was];
	dev->active_unit = !was;
	dev->unit_since_ms[!was] = at_ms;
	dev->last_failover_ms = at_ms;
	for (size_t g = 0; g < dev->n_gw && !dev->stateful; g++) {
		wipe_gateway(dev->gw[g], at_ms);
		dev->gw[g]->last_index = 0;
		gateway_relink(m, dev->gw[g], at_ms);
	}
	for (size_t g = 0; g < dev->n_gw; g++)
		if (dev->gw[g]->n_ends) {
			struct link *link = dev->gw[g]->links[0];
			link_say(link, dev->gw[g]->ends[0] == &link->end[1],
				 dev->active_unit ? LOG_SWITCH_STANDBY : LOG_SWITCH_ACTIVE, at_ms);
		}
}

static void clear_sa(struct model *m, struct link *link, int64_t at_ms)
{
	session_delete(link, link->end[0].gw->device ? 0 : 1, at_ms, DOWN_ADMIN);
	link_next(m, link, at_ms, true);
}

void model_modified(struct model *m, struct device *device, const char *by)
{
	device->modified_ms = m->now_ms;
	device->modified_by = by;
}

static void config_changed(struct model *m, struct link *link, unsigned e, int64_t at_ms)
{
	model_modified(m, link->end[e].gw->device, "admin");
	link_say(link, e, LOG_CONFIG, at_ms);
}

/* A mistake is typed in, and so is its repair. */
static void configs_changed(struct model *m, const struct fault *f, int64_t at_ms)
{
	for (unsigned e = 0; e < 2; e++)
		if ((f->ends >> e & 1) && f->link->end[e].gw->device)
			config_changed(m, f->link, e, at_ms);
}

static void fault_begins(struct model *m, struct fault *f, int64_t at_ms)
{
	f->on = true;
	switch (f->kind) {
	case FAULT_SET:
		configs_changed(m, f, at_ms);
		link_conditions(m, f->link, at_ms);
		break;
	case FAULT_BLOCK:
	case FAULT_LOSS:
		link_conditions(m, f->link, at_ms);
		break;
	case FAULT_DOWN:
		gateway_set_down(m, f->gw, true, at_ms);
		break;
	case FAULT_REBOOT:
		reboot_begins(m, f->device, at_ms, f->until_ms ? f->until_ms : at_ms);
		break;
	case FAULT_FAILOVER:
		failover(m, f->device, at_ms);
		break;
	case FAULT_CLEAR:
		clear_sa(m, f->link, at_ms);
		break;
	}
	if (f->kind == FAULT_FAILOVER || f->kind == FAULT_CLEAR)
		f->over = true;
}

static void fault_ends(struct model *m, struct fault *f, int64_t at_ms)
{
	f->on = false;
	f->over = true;
	if (f->kind == FAULT_SET)
		configs_changed(m, f, at_ms);
	if (f->link && f->kind != FAULT_CLEAR)
		link_conditions(m, f->link, at_ms);
	if (f->kind == FAULT_DOWN)
		gateway_set_down(m, f->gw, false, at_ms);
	for (size_t g = 0; f->kind == FAULT_REBOOT && g < f->device->n_gw; g++)
		gateway_set_down(m, f->device->gw[g], false, at_ms);
}

static int64_t fault_next_ms(const struct fault *f)
{
	if (f->over)
		return NEVER;
	if (!f->on)
		return f->at_ms;
	if (f->kind == FAULT_REBOOT && !f->until_ms)
		return f->at_ms;
	return f->until_ms ? f->until_ms : NEVER;
}

static struct fault *fault_due(const struct model *m)
{
	struct fault *first = NULL;
	for (size_t i = 0; i < m->world->n_faults; i++)
		if (!first || fault_next_ms(m->world->faults[i]) < fault_next_ms(first))
			first = m->world->faults[i];
	return first;
}

void model_advance(struct model *m, int64_t now_ms)
{
	struct fault *fault = fault_due(m);
	for (;;) {
		int64_t at_fault = fault ? fault_next_ms(fault) : NEVER,
			at_link = m->n_heap ? m->heap[0]->next_ms : NEVER;
		int64_t at = earlier(at_fault, at_link);
		if (at > now_ms || at == NEVER)
			break;
		/* A moment that is already past happens now. */
		if (at > m->now_ms)
			m->now_ms = at;
		if (at_fault <= at_link) {
			if (fault->on)
				fault_ends(m, fault, m->now_ms);
			else
				fault_begins(m, fault, m->now_ms);
			fault = fault_due(m);
		} else {
			link_moment(m, m->heap[0], m->now_ms);
		}
	}
	if (now_ms > m->now_ms)
		m->now_ms = now_ms;
}

void model_inject(struct model *m, struct fault *f)
{
	struct world *w = m->world;
	*VT_PUSH(w->arena, w->faults, w->n_faults, w->cap_faults) = f;
	if (f->at_ms < m->now_ms)
		f->at_ms = m->now_ms;
	model_advance(m, m->now_ms);
}

void model_clear(struct model *m, const struct link *link)
{
	for (size_t i = 0; i < m->world->n_faults; i++) {
		struct fault *f = m->world->faults[i];
		if (f->over || (link && f->link != link))
			continue;
		if (f->on)
			fault_ends(m, f, m->now_ms);
		f->over = true;
	}
	model_advance(m, m->now_ms);
}

void model_demand(struct model *m, struct link *link, unsigned e, size_t s)
{
	struct selector *sel = &link->sel[s];
	const struct end_cfg *cfg = &link->end[e].cfg;
	if (sel->end[e].up || link->end[e].gw->down || !cfg->ike_enabled || cfg->dynamic ||
	    cfg->connection == ANSWER_ONLY)
		return;
	packet_wants_sa(m, link, e, s, m->now_ms);
	link_next(m, link, m->now_ms, true);
	model_advance(m, m->now_ms);
}

struct model *model_new(struct world *world)
{
	struct model *m = vt_must(calloc(1, sizeof *m));
	m->world = world;
	m->heap = vt_must(calloc(world->n_links + 1, sizeof *m->heap));
	m->n_heap = world->n_links;
	m->now_ms = world->start_ms - world->history_ms;
	for (size_t i = 0; i < world->n_links; i++) {
		struct link *link = world->links[i];
		heap_put(m, i, link);
		link->next_ms = NEVER;
		for (unsigned e = 0; e < 2; e++) {
			struct end *end = &link->end[e];
			end->cfg = end->base;
			end->ike.expires_ms = end->ike.rekeys_ms = end->dpd_ms = end->doom_ms = NEVER;
		}
		for (size_t s = 0; s < link->n_sel; s++) {
			struct selector *sel = &link->sel[s];
			sel->settled_ms = m->now_ms;
			for (unsigned e = 0; e < 2; e++)
				sel->end[e].expires_ms = sel->end[e].rekeys_ms = sel->end[e].kb_expires_ms =
					sel->end[e].idle_at_ms = NEVER;
		}
	}
	for (size_t i = 0; i < world->n_links; i++)
		link_next(m, world->links[i], m->now_ms, true);
	model_advance(m, world->start_ms);
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->world->n_links; i++)
		for (unsigned e = 0; e < 2; e++)
			attempt_end(&m->world->links[i]->end[e].attempt);
	for (size_t i = 0; i < m->world->n_gateways; i++)
		free(m->world->gateways[i]->ring);
	free(m->heap);
	free(m);
}
