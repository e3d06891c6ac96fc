/* SPDX-License-Identifier: MIT
 * The whole truth about a world at its present time, for tests to compare with what somebody read over SSH.
 */
#include "truth.h"

#include "render.h"

#include "base/timefmt.h"

#include <stdio.h>

static json_t *time_json(int64_t at_ms)
{
	char text[VT_TIME_TEXT];
	if (at_ms <= 0)
		return json_null();
	vt_time_format(at_ms, text);
	return json_string(text);
}

static json_t *ident_json(const struct prefix *p)
{
	char a[64], m[64];
	return json_pack("{s:s, s:s, s:i, s:i, s:i}", "addr", plain_addr(&p->addr, a), "mask", mask_text(p, m),
			 "prefix", (int)p->bits, "protocol", 0, "port", 0);
}

static json_t *spi_json(uint32_t spi)
{
	return json_sprintf("0x%08x", spi);
}

static json_t *selector_json(struct model *m, const struct link *link, size_t s, unsigned e)
{
	const struct selector *sel = &link->sel[s];
	const struct child *c = &sel->end[e];
	const struct end_cfg *cfg = &link->end[e].cfg;
	struct pair p = c->up ? agreed_pair(sel, e) : s < cfg->n_pairs ? cfg->pairs[s] : (struct pair){ 0 };
	struct counters n = model_counters(m, link, s, e);
	json_t *o = json_pack("{s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "up", (int)c->up, "local_ident",
			      ident_json(&p.local), "remote_ident", ident_json(&p.remote), "encaps_pkts",
			      (json_int_t)n.encaps, "decaps_pkts", (json_int_t)n.decaps, "tx_bytes",
			      (json_int_t)n.tx_bytes, "rx_bytes", (json_int_t)n.rx_bytes, "send_errors",
			      (json_int_t)n.send_errors, "recv_errors", (json_int_t)n.recv_errors, "hits",
			      (json_int_t)model_hits(m, link, s, e));
	if (!c->up)
		return o;
	json_object_set_new(o, "spi_in", spi_json(c->spi_in));
	json_object_set_new(o, "spi_out", spi_json(c->spi_out));
	json_object_set_new(o, "child", json_integer(c->number));
	json_object_set_new(o, "sa_since", time_json(c->since_ms));
	json_object_set_new(o, "left_s", json_integer((c->expires_ms - model_now(m)) / 1000));
	json_object_set_new(o, "last_packet", time_json(model_last_packet(m, link, s, e)));
	return o;
}

static json_t *attempt_json(const struct attempt *a, unsigned side)
{
	if (!a->running || a->state[side] == IKE_NONE)
		return NULL;
	return json_pack("{s:s, s:s}", "state", ike_state_name(a->state[side]), "role",
			 side ? "responder" : "initiator");
}

static json_t *tunnel_json(struct model *m, const struct link *link, unsigned e)
{
	const struct end *end = &link->end[e], *far = &link->end[!e];
	char a[64];
	json_t *states = json_array(), *selectors = json_array(), *try;
	enum ike_state up = end->ike.version == 2 ? V2_READY : end->ike.aggressive ? AM_ACTIVE : MM_ACTIVE;
	if (end->ike.up)
		json_array_append_new(states, json_pack("{s:s, s:s}", "state", ike_state_name(up), "role",
							end->ike.initiator ? "initiator" : "responder"));
	if ((try = attempt_json(&end->attempt, 0)))
		json_array_append_new(states, try);
	if ((try = attempt_json(&far->attempt, 1)))
		json_array_append_new(states, try);
	for (size_t s = 0; s < link->n_sel; s++)
		json_array_append_new(selectors, selector_json(m, link, s, e));
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:b, s:o, s:o, s:I}", "name", link->name, "end",
			      e ? "b" : "a", "peer", plain_addr(end->ike.up ? &end->ike.peer : &end->cfg.peer, a),
			      "other", far->gw->name, "ike_version", (int)end->cfg.ike, "up", (int)end->ike.up, "nat_t",
			      (int)end->ike.nat, "ike", states, "selectors", selectors, "attempts",
			      (json_int_t)link->attempts_made);
	if (end->ike.up) {
		json_object_set_new(o, "ike_since", time_json(end->ike.since_ms));
		json_object_set_new(o, "ike_lifetime_s", json_integer(end->ike.lifetime_s));
		json_object_set_new(o, "ike_left_s", json_integer((end->ike.expires_ms - model_now(m)) / 1000));
	}
	if (end->session.up)
		json_object_set_new(o, "session",
				    json_pack("{s:i, s:o, s:I, s:i}", "index", (int)end->session.index, "since",
					      time_json(end->session.since_ms), "duration_s",
					      (json_int_t)((model_now(m) - end->session.since_ms) / 1000), "last_child",
					      (int)end->session.children));
	return o;
}

static json_t *context_json(struct model *m, const struct gateway *gw)
{
	struct drops drops = model_drops(m, gw);
	json_t *tunnels = json_array();
	for (size_t i = 0; i < gw->n_ends; i++)
		json_array_append_new(tunnels, tunnel_json(m, gw->links[i], end_index(gw->ends[i], gw->links[i])));
	json_t *o = json_pack("{s:o, s:i, s:i, s:i, s:I, s:I}", "tunnels", tunnels, "sessions", (int)gw->active,
			      "cumulative", (int)(gw->cumulative[1] + gw->cumulative[2]), "peak", (int)gw->peak,
			      "drop_need_sa", (json_int_t)drops.need_sa, "drop_invalid_spi",
			      (json_int_t)drops.invalid_spi);
	json_object_set_new(o, "phase1_failures", json_integer((json_int_t)gw->p1_fails));
	json_object_set_new(o, "auth_failures", json_integer((json_int_t)gw->auth_fails));
	json_object_set_new(o, "rejects", json_integer((json_int_t)gw->rejects));
	if (gw->context)
		json_object_set_new(o, "context", json_string(gw->context));
	return o;
}

static json_t *device_json(struct model *m, const struct device *d)
{
	json_t *contexts = json_array();
	for (size_t i = 0; i < d->n_gw; i++)
		json_array_append_new(contexts, context_json(m, d->gw[i]));
	return json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:b, s:s, s:o, s:b, s:o}", "name", d->name, "hostname",
			 d->hostname, "version", d->version, "uptime_s",
			 (json_int_t)((model_now(m) - d->boot_ms) / 1000), "boot", time_json(d->boot_ms), "modified",
			 time_json(d->modified_ms), "failover_pair", (int)d->pair, "active_unit",
			 d->active_unit ? "secondary" : "primary", "last_failover", time_json(d->last_failover_ms),
			 "down", (int)d->gw[0]->down, "contexts", contexts);
}

json_t *truth_json(struct model *m, const struct device *only)
{
	struct world *w = model_world(m);
	json_t *devices = json_array(), *faults = json_array();
	for (size_t i = 0; i < w->n_devices; i++)
		if (!only || only == w->devices[i])
			json_array_append_new(devices, device_json(m, w->devices[i]));
	for (size_t i = 0; i < w->n_faults; i++) {
		const struct fault *f = w->faults[i];
		json_t *o = json_pack("{s:s, s:b, s:o}", "fault", f->name, "active", (int)f->on, "at",
				      time_json(f->at_ms));
		if (f->link)
			json_object_set_new(o, "tunnel", json_string(f->link->name));
		if (f->device || f->gw)
			json_object_set_new(o, "device", json_string(f->device ? f->device->name : f->gw->name));
		json_array_append_new(faults, o);
	}
	return json_pack("{s:s, s:o, s:I, s:I, s:o, s:o}", "world", w->name, "time", time_json(model_now(m)), "time_ms",
			 (json_int_t)model_now(m), "seed", (json_int_t)w->seed, "devices", devices, "faults", faults);
}
