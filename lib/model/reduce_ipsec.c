/* SPDX-License-Identifier: MIT
 * What the IPsec listing says: which selectors have an SA, with which SPIs, and how far their counters moved.
 *
 * A new SPI whose counters went on is a rekey; one whose counters began again is a rebuilt child or a new session,
 * and one that never counted anything can be either: those wait for vpn-sessiondb (reduce_sessions.c), which is asked
 * early then.
 */
#include "model/reduction.h"

#include "base/addr.h"
#include "model/counters.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_remote_access(const struct vt_ipsec_selector *s)
{
	if (s->username.p && s->username.len && !vt_str_ieq(s->username, s->peer))
		return true;
	for (size_t i = 0; i < s->inbound_esp_len; i++)
		for (size_t j = 0; j < s->inbound_esp[i].settings.len; j++)
			if (vt_str_eq(s->inbound_esp[i].settings.items[j], VT_STR("RA")))
				return true;
	return false;
}

/* The printed "current … spi" lines, or the first SA of the direction where a release does not print them. */
static uint64_t spi_of(uint64_t printed, const struct vt_esp_sa *sas, size_t len)
{
	return printed != VT_ABSENT && printed != 0 ? printed : len ? sas[len - 1].spi : VT_ABSENT;
}

static bool endpoint_set(const struct vt_unit *unit, struct vt_str *slot, const struct vt_endpoint *endpoint)
{
	char text[128], room[64];
	struct vt_str addr = canonical_peer(unit, endpoint->addr, room);
	if (!endpoint->addr.p)
		return false;
	int len = endpoint->port == VT_ABSENT
			  ? snprintf(text, sizeof text, VT_FMT, VT_ARG(addr))
			  : snprintf(text, sizeof text,
				     vt_str_find_char(addr, ':') >= 0 ? "[" VT_FMT "]:%" PRIu64 : VT_FMT ":%" PRIu64,
				     VT_ARG(addr), endpoint->port);
	return len > 0 && (size_t)len < sizeof text && text_set(slot, (struct vt_str){ text, (size_t)len });
}

static void note_endpoints(struct reduction *r, struct tunnel *tunnel, const struct vt_ipsec_selector *s)
{
	struct vt_str before = vt_arena_str(r->arena, tunnel->row.remote_endpoint);
	tunnel->dirty |= endpoint_set(r->unit, &tunnel->row.local_endpoint, &s->local_endpoint);
	tunnel->dirty |= s->interface.len && text_set(&tunnel->row.interface, s->interface);
	char room[64];
	struct vt_str own = s->local_endpoint.addr.len ? s->local_endpoint.addr : s->local_addr;
	if (own.len)
		tunnel->dirty |= text_set(&tunnel->row.local_addr, canonical_peer(r->unit, own, room));
	if (!endpoint_set(r->unit, &tunnel->row.remote_endpoint, &s->remote_endpoint))
		return;
	tunnel->dirty = true;
	if (before.p)
		reduction_event(r, VT_EVENT_PEER_ADDRESS, r->at_ms, tunnel, NULL, before, tunnel->row.remote_endpoint,
				"the peer is reached at another address or port than before");
}

static void step(uint64_t *counter, uint64_t *rate, uint64_t *delta, uint64_t now, int64_t interval_ms, bool same_flow,
		 bool *reset)
{
	struct vt_increment increment = vt_counter_step(*counter, now, interval_ms, *rate, same_flow);
	*reset |= increment.reset;
	*delta = increment.delta;
	*rate = vt_counter_rate(increment.delta, interval_ms);
	*counter = now;
}

/* Which way packets went over the interval, and since when only one way. */
static void note_direction(struct selector *selector, const struct vt_counters *delta, int64_t at_ms)
{
	bool out = delta->encaps_pkts != VT_ABSENT && delta->encaps_pkts > 0;
	bool in = delta->decaps_pkts != VT_ABSENT && delta->decaps_pkts > 0;
	if (out)
		selector->live.last_encaps_at_ms = at_ms;
	if (in)
		selector->live.last_decaps_at_ms = at_ms;
	if (out == in) {
		/* Both: it passes. Neither: nobody asks, which proves and disproves nothing. */
		if (out)
			selector->one_way_since_ms = 0;
	} else if (selector->one_way_since_ms == 0 || selector->one_way_out != out) {
		selector->one_way_since_ms = at_ms;
		selector->one_way_out = out;
	}
}

static bool note_counters(struct reduction *r, struct selector *selector, const struct vt_ipsec_selector *s,
			  int64_t at_ms, bool same_flow)
{
	struct vt_counters *now = &selector->live.counters, *rate = &selector->live.per_s;
	int64_t interval_ms = selector->live.counters_at_ms ? at_ms - selector->live.counters_at_ms : 0;
	struct vt_sample *sample = reduction_sample(r, selector->row.id);
	bool reset = false;
	step(&now->encaps_pkts, &rate->encaps_pkts, &sample->delta.encaps_pkts, s->encaps_pkts, interval_ms, same_flow,
	     &reset);
	step(&now->decaps_pkts, &rate->decaps_pkts, &sample->delta.decaps_pkts, s->decaps_pkts, interval_ms, same_flow,
	     &reset);
	step(&now->send_errors, &rate->send_errors, &sample->delta.send_errors, s->send_errors, interval_ms, same_flow,
	     &reset);
	step(&now->recv_errors, &rate->recv_errors, &sample->delta.recv_errors, s->recv_errors, interval_ms, same_flow,
	     &reset);
	selector->live.counters_at_ms = at_ms;
	if (s->outbound_esp_len) {
		selector->live.lifetime_s = s->outbound_esp[s->outbound_esp_len - 1].lifetime_s;
		selector->live.lifetime_kb = s->outbound_esp[s->outbound_esp_len - 1].lifetime_kb;
	}
	note_direction(selector, &sample->delta, at_ms);
	return reset;
}

static void selector_status(struct reduction *r, struct selector *selector, enum vt_selector_status status)
{
	if (selector->row.status == status)
		return;
	selector->row.status = status;
	selector->row.status_since_ms = r->at_ms;
	selector->dirty = true;
}

/* A new SPI. What it means shows in the counters, or only in the session. */
static void note_renewal(struct reduction *r, struct tunnel *tunnel, struct selector *selector, bool counted,
			 bool reset)
{
	selector->row.spi_since_ms = r->at_ms;
	if (counted && !reset) {
		selector->row.rekeys++;
		reduction_event(r, VT_EVENT_REKEY, r->at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
				"new SPI inside the same session, the counters went on");
	} else {
		selector->renewed_at_ms = r->at_ms;
		r->unit->wants_sessions = true;
	}
}

static void take_selector(struct reduction *r, struct tunnel *tunnel, struct selector *selector,
			  const struct vt_ipsec_selector *s)
{
	int64_t at_ms = r->snap->taken[VT_ASKED_IPSEC].started_at_ms;
	uint64_t spi_in = spi_of(s->inbound_spi, s->inbound_esp, s->inbound_esp_len);
	uint64_t spi_out = spi_of(s->outbound_spi, s->outbound_esp, s->outbound_esp_len);
	bool was_present = selector->present, known = selector->row.spi_out != VT_ABSENT;
	bool new_spi = selector->row.spi_in != spi_in || selector->row.spi_out != spi_out;
	bool counted = selector->live.counters.encaps_pkts != VT_ABSENT &&
		       (selector->live.counters.encaps_pkts || selector->live.counters.decaps_pkts);
	bool reset = note_counters(r, selector, s, at_ms, !new_spi);
	selector->present = true;
	selector->gone_at_ms = 0;
	selector->seen_poll = r->unit->poll;
	if (new_spi || selector->row.path_mtu != s->path_mtu || selector->row.sequence != s->sequence)
		selector->dirty = true;
	selector->dirty |= text_set(&selector->row.crypto_map, s->crypto_map);
	selector->row.sequence = s->sequence;
	selector->row.path_mtu = s->path_mtu;
	selector->row.spi_in = spi_in;
	selector->row.spi_out = spi_out;
	if (!was_present) {
		selector->row.spi_since_ms = r->at_ms;
		selector_status(r, selector, VT_SELECTOR_UP);
		if (r->unit->restored || r->unit->poll > 1)
			reduction_event(r, VT_EVENT_SELECTOR_UP, r->at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
					"%s", known ? "it has an SA again" : "seen for the first time");
		if (known)
			r->unit->wants_sessions = true;
	} else if (new_spi) {
		note_renewal(r, tunnel, selector, counted, reset);
	} else if (reset) {
		reduction_event(r, VT_EVENT_COUNTER_RESET, r->at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
				"counters went back under the same SPI");
	}
	if (reset)
		r->unit->wants_sessions = true;
}

static void judge_direction(struct reduction *r, struct selector *selector)
{
	bool one_way = selector->one_way_since_ms &&
		       r->at_ms - selector->one_way_since_ms >= r->options->no_traffic_after_ms;
	selector_status(r, selector, one_way ? VT_SELECTOR_NO_TRAFFIC : VT_SELECTOR_UP);
}

/* Which tunnels were looked at, and all of them? */
static void mark_looked_at(struct reduction *r)
{
	for (size_t i = 0; i < r->snap->ipsec_peers_len; i++) {
		char room[64];
		struct tunnel *tunnel = unit_tunnel_of_peer(
			r->unit, canonical_peer(r->unit, r->snap->ipsec_peers[i], room), false);
		if (tunnel)
			tunnel->looked_poll = r->unit->poll;
	}
}

static bool looked_at(const struct reduction *r, const struct tunnel *tunnel)
{
	return heard_all(r, VT_ASKED_IPSEC) && (!r->snap->ipsec_peers || tunnel->looked_poll == r->unit->poll);
}

static void judge_absent(struct reduction *r, struct tunnel *tunnel, struct selector *selector)
{
	if (!selector->present)
		return;
	selector->present = false;
	selector->gone_at_ms = r->at_ms;
	selector->one_way_since_ms = selector->renewed_at_ms = 0;
	selector_status(r, selector, VT_SELECTOR_GONE);
	r->unit->wants_sessions = true;
	reduction_event(r, VT_EVENT_SELECTOR_LOST, r->at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
			"it has no SA any more");
}

/* The selector a block is about; NULL for a remote-access client. Its canonical spelling is made once: afterwards the
 * text as printed leads to it. (With 100 selectors that is two thirds of the time a poll spends in here.) */
static struct selector *selector_of(struct reduction *r, const struct vt_ipsec_selector *s)
{
	uint64_t text_id = unit_text_id(s->peer, &s->local_ident, &s->remote_ident);
	struct selector *known = unit_selector_of_text(r->unit, text_id);
	if (known)
		return known;
	char room[64], local[128], remote[128];
	struct vt_str peer = canonical_peer(r->unit, s->peer, room);
	if (peer.len == 0 || is_remote_access(s))
		return NULL;
	struct tunnel *tunnel = unit_tunnel_of_peer(r->unit, peer, true);
	struct selector *selector = tunnel_selector(r->unit, tunnel,
						    ident_text(r->unit, &s->local_ident, local, sizeof local),
						    ident_text(r->unit, &s->remote_ident, remote, sizeof remote), true);
	vt_map_put(&r->unit->selector_by_text, text_id, selector);
	return selector;
}

void reduce_ipsec(struct reduction *r)
{
	if (!heard(r, VT_ASKED_IPSEC) || !r->snap->ipsec)
		return;
	const struct vt_ipsec_sa *ipsec = r->snap->ipsec;
	for (size_t i = 0; i < ipsec->selectors_len; i++) {
		const struct vt_ipsec_selector *s = &ipsec->selectors[i];
		struct selector *selector = selector_of(r, s);
		/* Two crypto map entries may hold the same pair; the first listed speaks for it. */
		if (!selector || selector->seen_poll == r->unit->poll)
			continue;
		struct tunnel *tunnel = selector->tunnel;
		/* All selectors of a tunnel are between the same two gateways. */
		if (tunnel->ipsec_seen_poll != r->unit->poll)
			note_endpoints(r, tunnel, s);
		tunnel->ipsec_seen_poll = r->unit->poll;
		take_selector(r, tunnel, selector, s);
		tunnel->row.last_seen_ms = r->at_ms;
	}
	mark_looked_at(r);
	for (size_t i = 0; i < r->unit->tunnels_len; i++) {
		struct tunnel *tunnel = r->unit->tunnels[i];
		bool whole = looked_at(r, tunnel);
		uint64_t present = 0;
		for (size_t j = 0; j < tunnel->selectors_len; j++) {
			if (tunnel->selectors[j]->seen_poll == r->unit->poll)
				judge_direction(r, tunnel->selectors[j]);
			else if (whole)
				judge_absent(r, tunnel, tunnel->selectors[j]);
			present += tunnel->selectors[j]->present;
		}
		if (tunnel->row.selectors != present) {
			tunnel->row.selectors = present;
			tunnel->dirty = true;
		}
	}
	r->unit->ipsec_at_ms = r->snap->taken[VT_ASKED_IPSEC].started_at_ms;
}
