/* SPDX-License-Identifier: MIT
 * The tunnel is up: does it carry traffic, and where does it stop?
 *
 * Counters are read as differences between two listings; one listing alone tells only what happened since the tunnel
 * rose, and says so. With both ends in view the arithmetic of diagnosis.md section F finds the segment. Traces are
 * read as section 6 of formats.md says: the first packet of a tunnel that is down is dropped, and that is no fault.
 */
#include "diagnose/rules.h"

#define OBSERVED VT_BASIS_OBSERVED

enum {
	LOSS_MIN_PKTS = 1000,    /* fewer tell nothing about loss */
	REJECTED_MIN_PKTS = 100, /* received and rejected: below, one burst at a rekey explains it */
	REJECTED_PER_THOUSAND = 1,
};

struct flow {
	const struct vt_seen_pair *pair;
	bool known, twice, reset;
	uint64_t sent, got, send_errors, recv_errors;
};

static uint64_t grown(uint64_t before, uint64_t now, bool *reset)
{
	if (now == VT_ABSENT || before == VT_ABSENT)
		return 0;
	if (now >= before)
		return now - before;
	*reset = true;
	return now;
}

static struct flow flow_of(const struct vt_seen_pair *pair)
{
	static const struct vt_ipsec_selector nothing;
	const struct vt_ipsec_selector *now = pair->last, *before = pair->samples > 1 ? pair->first : &nothing;
	struct flow f = { .pair = pair, .twice = pair->samples > 1 };
	f.known = now->encaps_pkts != VT_ABSENT && now->decaps_pkts != VT_ABSENT;
	f.sent = grown(before->encaps_pkts, now->encaps_pkts, &f.reset);
	f.got = grown(before->decaps_pkts, now->decaps_pkts, &f.reset);
	f.send_errors = grown(before->send_errors, now->send_errors, &f.reset);
	f.recv_errors = grown(before->recv_errors, now->recv_errors, &f.reset);
	return f;
}

static const char *networks(const struct diagnosing *d, const struct vt_ipsec_selector *s)
{
	return vt_arena_printf(d->arena, VT_FMT "/" VT_FMT " to " VT_FMT "/" VT_FMT, VT_ARG(s->local_ident.addr),
			       VT_ARG(s->local_ident.mask), VT_ARG(s->remote_ident.addr), VT_ARG(s->remote_ident.mask));
}

static void show_flow(struct diagnosing *d, unsigned end, const struct flow *f)
{
	if (f->twice)
		show(d, &f->pair->last_at, "%s: encaps +%ju, decaps +%ju between the two listings%s", end_name(d, end),
		     (uintmax_t)f->sent, (uintmax_t)f->got, f->reset ? "; counters began anew in between" : "");
	else
		show(d, &f->pair->last_at, "%s: encaps %ju, decaps %ju since the tunnel rose", end_name(d, end),
		     (uintmax_t)f->sent, (uintmax_t)f->got);
}

/* ---- packet-tracer ---- */

struct trace_reading {
	const struct vt_trace_phase *encrypt, *translation, *drop, *route;
	bool leaves_in_clear;
};

static bool is_phase(const struct vt_trace_phase *p, const char *type, const char *subtype)
{
	return vt_str_ieq(p->type, vt_str_of(type)) && (!subtype || vt_str_ieq(p->subtype, vt_str_of(subtype)));
}

/* "Static translate a/p to b/p", "Dynamic translate a/p to b/p": another address behind it means translation. */
static bool translates(const struct vt_trace_phase *p)
{
	for (size_t i = 0; i < p->info.len; i++) {
		struct vt_str line = vt_str_trim(p->info.items[i]), from, to, word;
		bool dynamic = vt_str_istarts(line, VT_STR("Dynamic translate "));
		if (!dynamic && !vt_str_istarts(line, VT_STR("Static translate ")))
			continue;
		ptrdiff_t at = vt_str_find(line, VT_STR("translate "));
		line = vt_str_from(line, (size_t)at + strlen("translate "));
		if (!vt_scan_until(&line, '/', &from) || !vt_scan_word(&line, &word))
			return dynamic;
		at = vt_str_find(line, VT_STR("to "));
		line = vt_str_from(line, at < 0 ? line.len : (size_t)at + 3);
		if (!vt_scan_until(&line, '/', &to))
			return dynamic;
		return !vt_str_eq(from, to);
	}
	return false;
}

static struct trace_reading read_trace(const struct vt_packet_tracer *t)
{
	struct trace_reading reading = { 0 };
	for (size_t i = 0; i < t->phases_len; i++) {
		const struct vt_trace_phase *p = &t->phases[i];
		if (is_phase(p, "VPN", "encrypt"))
			reading.encrypt = p;
		if (is_phase(p, "NAT", NULL) && !is_phase(p, "NAT", "rpf-check") && translates(p))
			reading.translation = p;
		if (vt_str_find(p->type, VT_STR("ROUTE-LOOKUP")) >= 0)
			reading.route = p;
		if (vt_str_ieq(p->result, VT_STR("DROP")))
			reading.drop = p;
	}
	reading.leaves_in_clear = !reading.encrypt && vt_str_ieq(t->result.action, VT_STR("allow"));
	return reading;
}

static void judge_drop(struct diagnosing *d, unsigned end, const struct vt_trace *trace,
		       const struct vt_trace_phase *drop, bool up)
{
	const struct vt_trace_result *result = &trace->trace->result;
	struct vt_quote quote = vt_given_quote(d->ends[end].side->box, &trace->given,
					       drop->type.p ? drop->type : drop->result);
	if (is_phase(drop, "ACCESS-LIST", NULL)) {
		suspect(d, "NT-ACL", VT_CERTAIN, VT_BASIS_STATIC, end,
			"packet-tracer on %s drops in phase %ju, access list: " VT_FMT ".", end_name(d, end),
			(uintmax_t)drop->phase, VT_ARG(drop->config.len ? drop->config.items[0] : result->drop_reason));
		show(d, &quote, "the access list drops it");
	} else if (is_phase(drop, "NAT", "rpf-check")) {
		suspect(d, up ? "NT-NATEX" : "P2-NATEX", VT_CERTAIN, VT_BASIS_STATIC, end,
			"packet-tracer on %s drops in NAT rpf-check: the reply matches another NAT rule than the "
			"request.",
			end_name(d, end));
		show(d, &quote, "request and reply match different NAT rules");
	} else if (vt_str_find(drop->type, VT_STR("ROUTE-LOOKUP")) >= 0 ||
		   vt_str_ieq(result->drop_keyword, VT_STR("no-route"))) {
		suspect(d, up ? "NT-ROUTE" : "P2-ROUTE", VT_CERTAIN, VT_BASIS_STATIC, end,
			"packet-tracer on %s finds no route for the flow.", end_name(d, end));
		show(d, &quote, "no route");
	} else if (is_phase(drop, "VPN", "encrypt")) {
		show(d, &quote,
		     up ? "dropped at encryption although an SA is listed: trace again in ten seconds"
			: "no SA yet: the first packet is always dropped while IKE starts");
		note(d, "one trace that drops at VPN/encrypt proves nothing: run it again after ten seconds");
	} else {
		show(d, &quote, "dropped here (" VT_FMT ")", VT_ARG(result->drop_reason));
	}
}

static void judge_trace(struct diagnosing *d, unsigned end, const struct vt_trace *trace)
{
	const struct vt_side *side = d->ends[end].side;
	struct trace_reading t = read_trace(trace->trace);
	bool up = d->ends[end].pairs > 0;
	if (trace->given.listing->report.truncated && !t.encrypt && !t.drop)
		return;
	const struct vt_trace_result *result = &trace->trace->result;
	struct vt_quote at_result = vt_given_quote(side->box, &trace->given, result->action);
	if (t.drop) {
		judge_drop(d, end, trace, t.drop, up);
		return;
	}
	if (t.encrypt) {
		struct vt_quote quote = vt_given_quote(side->box, &trace->given, t.encrypt->subtype);
		show(d, &quote, "%s encrypts this flow: NAT, route and access lists here are right", end_name(d, end));
		EXCLUDE(d, "packet-tracer shows VPN / encrypt / ALLOW", "NT-NATEX", "NT-ROUTE", "NT-ACL", "NT-NOENC",
			"P2-NATEX", "P2-ROUTE");
		return;
	}
	if (!t.leaves_in_clear)
		return;
	if (t.translation) {
		struct vt_quote quote = vt_given_quote(side->box, &trace->given, t.translation->type);
		suspect(d, up ? "NT-NATEX" : "P2-NATEX", VT_CERTAIN, VT_BASIS_STATIC, end,
			"packet-tracer on %s: phase %ju translates the source, so the flow misses the crypto map and "
			"leaves in clear.",
			end_name(d, end), (uintmax_t)t.translation->phase);
		show(d, &quote, "this NAT rule wins");
		show(d, &at_result, "allowed, and not encrypted: it leaves in clear");
		return;
	}
	bool elsewhere = side->tunnel && side->tunnel->interface.len && result->output_interface.len &&
			 !vt_str_eq(side->tunnel->interface, result->output_interface);
	if (elsewhere) {
		struct vt_quote quote = vt_given_quote(side->box, &trace->given, result->output_interface);
		suspect(d, up ? "NT-ROUTE" : "P2-ROUTE", VT_CERTAIN, VT_BASIS_STATIC, end,
			"packet-tracer on %s: the flow leaves by " VT_FMT ", the crypto map is on " VT_FMT ".",
			end_name(d, end), VT_ARG(result->output_interface), VT_ARG(side->tunnel->interface));
		show(d, &quote, "another interface than the crypto map's");
		return;
	}
	suspect(d, "NT-NOENC", VT_STRONG, VT_BASIS_STATIC, end,
		"packet-tracer on %s has no VPN / encrypt phase: the flow misses the crypto access list and leaves in "
		"clear.",
		end_name(d, end));
	show(d, &at_result, "allowed, and not encrypted: it leaves in clear");
}

/* ---- one end ---- */

static void nothing_returns(struct diagnosing *d, unsigned end, const struct flow *f)
{
	d->r->state = VT_TUNNEL_NO_TRAFFIC;
	summarise(d, "%s encrypts for %s and gets nothing back: the cause lies beyond its encryptor.", end_name(d, end),
		  networks(d, f->pair->last));
	note(d, "traffic that goes one way by nature, such as syslog or traps, looks the same: ask whether a reply is "
		"expected");
	suspect(d, "NT-ENCONLY", VT_LIKELY, OBSERVED, end, "encaps rise and decaps do not.");
	suspect(d, "NT-ESPBLOCK", VT_POSSIBLE, OBSERVED, end, "ESP may be lost on the path.");
	suspect(d, "NT-STALESPI", VT_POSSIBLE, OBSERVED, end, "The other end may no longer have this SA.");
	suspect(d, "NT-ACL", VT_POSSIBLE, OBSERVED, !end,
		"The other end may drop the packets after decryption, or the replies.");
}

static void nothing_replies(struct diagnosing *d, unsigned end, const struct flow *f)
{
	bool encrypts = false;
	d->r->state = VT_TUNNEL_NO_TRAFFIC;
	for (size_t i = 0; i < d->ends[end].side->traces_len; i++) {
		struct trace_reading t = read_trace(d->ends[end].side->traces[i].trace);
		encrypts |= t.encrypt && vt_str_ieq(t.encrypt->result, VT_STR("ALLOW"));
	}
	summarise(d, "%s decrypts packets of %s and no reply reaches its encryptor: the cause is local to it.",
		  end_name(d, end), networks(d, f->pair->last));
	suspect(d, "NT-DECONLY", encrypts ? VT_STRONG : VT_LIKELY, OBSERVED, end,
		encrypts ? "A trace of the reply is encrypted, so the firewall is right: the host does not answer, or "
			   "answers another way."
			 : "decaps rise and encaps do not.");
	EXCLUDE(d, "packets arrive and are decrypted", "NT-ESPBLOCK", "NT-STALESPI");
}

static void nothing_moves(struct diagnosing *d, unsigned end, const struct flow *f)
{
	const struct end_view *e = &d->ends[end];
	if (e->demand && e->side->hits_delta != VT_ABSENT && e->side->hits_delta > 0) {
		d->r->state = VT_TUNNEL_NO_TRAFFIC;
		summarise(d, "The crypto access list of %s takes hits and nothing is encrypted for %s.",
			  end_name(d, end), networks(d, f->pair->last));
		show(d, &e->side->hits_at, "%ju hits since the listing before", (uintmax_t)e->side->hits_delta);
		suspect(d, "NT-NOENC", VT_LIKELY, OBSERVED, end, "There is demand, and both counters stand still.");
	}
}

/* ---- both ends ---- */

static bool mirrors(const struct vt_ipsec_selector *a, const struct vt_ipsec_selector *b)
{
	return vt_str_eq(a->local_ident.addr, b->remote_ident.addr) &&
	       vt_str_eq(a->remote_ident.addr, b->local_ident.addr) &&
	       vt_str_eq(a->local_ident.mask, b->remote_ident.mask) &&
	       vt_str_eq(a->remote_ident.mask, b->local_ident.mask);
}

static bool has_inbound(const struct vt_ipsec_selector *s, uint64_t spi)
{
	if (s->inbound_spi == spi)
		return true;
	for (size_t i = 0; i < s->inbound_esp_len; i++)
		if (s->inbound_esp[i].spi == spi)
			return true;
	return false;
}

static bool knows_spi(const struct vt_side *side, uint64_t spi)
{
	for (size_t i = 0; i < side->pairs_len; i++)
		if (!side->pairs[i].gone && has_inbound(side->pairs[i].last, spi))
			return true;
	return false;
}

static void lost_on_the_way(struct diagnosing *d, unsigned from, const struct flow *f)
{
	const struct vt_ipsec_selector *s = f->pair->last;
	const char *a = end_name(d, from), *b = end_name(d, !from);
	d->r->state = VT_TUNNEL_NO_TRAFFIC;
	if (s->outbound_spi != VT_ABSENT && !knows_spi(d->ends[!from].side, s->outbound_spi)) {
		summarise(d, "%s encrypts with SPI 0x%08jx, and %s has no such inbound SA: it drops every packet.", a,
			  (uintmax_t)s->outbound_spi, b);
		suspect(d, "NT-STALESPI", f->twice ? VT_CERTAIN : VT_STRONG, OBSERVED, from,
			"The outbound SPI of %s is not an inbound SPI of %s.", a, b);
		return;
	}
	summarise(d, "%s encrypts packets of %s, %s decrypts none of them: they are lost between the two.", a,
		  networks(d, s), b);
	suspect(d, "NT-ESPBLOCK", VT_STRONG, OBSERVED, from,
		"%s sends, %s gets nothing of it, and both use the same SPI.", a, b);
	if (s->outbound_spi != VT_ABSENT)
		EXCLUDE(d, "the outbound SPI of one end is an inbound SPI of the other", "NT-STALESPI");
	EXCLUDE(d, "packets do not get as far as a network behind either end", "NT-DECONLY", "NT-ENCONLY");
}

static bool judge_both(struct diagnosing *d, const struct flow *a, const struct flow *b)
{
	const struct flow *flows[2] = { a, b };
	for (unsigned i = 0; i < 2; i++)
		if (flows[i]->sent && !flows[!i]->got) {
			lost_on_the_way(d, i, flows[i]);
			return true;
		}
	for (unsigned i = 0; i < 2; i++)
		if (flows[i]->got && !flows[i]->sent) {
			nothing_replies(d, i, flows[i]);
			suspect(d, "NT-DECONLY", VT_STRONG, OBSERVED, i,
				"What %s sends is decrypted by %s, and no reply is encrypted there.", end_name(d, !i),
				end_name(d, i));
			return true;
		}
	for (unsigned i = 0; i < 2; i++)
		if (flows[i]->twice && flows[!i]->twice && flows[i]->sent >= LOSS_MIN_PKTS &&
		    flows[!i]->got < flows[i]->sent - flows[i]->sent / 100)
			note(d,
			     "%s decrypted %ju of the %ju packets that %s encrypted; whether that is loss depends on "
			     "when the listings were taken",
			     end_name(d, !i), (uintmax_t)flows[!i]->got, (uintmax_t)flows[i]->sent, end_name(d, i));
	return false;
}

/* The same pair of networks as the other end has it. */
static bool find_mirror(const struct diagnosing *d, unsigned other_end, const struct vt_ipsec_selector *s,
			struct flow *other)
{
	const struct vt_side *side = d->both ? d->ends[other_end].side : NULL;
	for (size_t i = 0; side && i < side->pairs_len; i++)
		if (!side->pairs[i].gone && mirrors(s, side->pairs[i].last)) {
			*other = flow_of(&side->pairs[i]);
			return other->known;
		}
	return false;
}

/* ---- what else the counters tell ---- */

static void judge_errors(struct diagnosing *d, unsigned end, const struct flow *f)
{
	const struct vt_ipsec_selector *s = f->pair->last;
	bool rejected = f->recv_errors >= REJECTED_MIN_PKTS && f->recv_errors * 1000 > f->got * REJECTED_PER_THOUSAND;
	if (s->replay_failed_rcv != VT_ABSENT && s->replay_failed_rcv >= REJECTED_MIN_PKTS)
		suspect(d, "NT-REPLAY", VT_STRONG, OBSERVED, end, "%s dropped %ju packets as replays.",
			end_name(d, end), (uintmax_t)s->replay_failed_rcv);
	else if (s->verify_failed != VT_ABSENT && s->verify_failed >= REJECTED_MIN_PKTS)
		suspect(d, "NT-INTEGRITY", VT_STRONG, OBSERVED, end,
			"%s rejected %ju packets that fail authentication.", end_name(d, end),
			(uintmax_t)s->verify_failed);
	else if (rejected) {
		suspect(d, "NT-REPLAY", VT_LIKELY, OBSERVED, end,
			"%s rejected %ju of the packets it received (%ju decrypted).", end_name(d, end),
			(uintmax_t)f->recv_errors, (uintmax_t)f->got);
		suspect(d, "NT-INTEGRITY", VT_LIKELY, OBSERVED, end, "Rejected packets may fail authentication.");
		summarise(d, "The tunnel carries traffic; %s rejects %ju packets, %.1f %% of what arrives.",
			  end_name(d, end), (uintmax_t)f->recv_errors,
			  100.0 * (double)f->recv_errors / (double)(f->got + f->recv_errors));
	} else
		return;
	show_flow(d, end, f);
}

static void judge_data_lifetime(struct diagnosing *d, unsigned end, const struct flow *f)
{
	const struct vt_ipsec_selector *s = f->pair->last;
	const struct vt_esp_sa *out = s->outbound_esp_len ? s->outbound_esp : NULL;
	if (!out || out->lifetime_kb != 0 || out->lifetime_s == 0 || out->lifetime_s == VT_ABSENT || !f->twice ||
	    f->sent || !f->send_errors)
		return;
	d->r->state = VT_TUNNEL_NO_TRAFFIC;
	summarise(
		d,
		"The outbound SA of %s has 0 kB left and was not renewed: nothing more is encrypted, send errors grow.",
		end_name(d, end));
	suspect(d, "NT-KBZERO", VT_STRONG, OBSERVED, end, "0 kB left with %ju s left, send errors +%ju.",
		(uintmax_t)out->lifetime_s, (uintmax_t)f->send_errors);
	show_flow(d, end, f);
}

static void judge_fragments(struct diagnosing *d, unsigned end, const struct flow *f)
{
	bool reset = false;
	const struct vt_ipsec_selector *before = f->pair->first, *now = f->pair->last;
	uint64_t failed = f->twice ? grown(before->pre_frag_failures, now->pre_frag_failures, &reset) : 0;
	uint64_t pmtus = f->twice ? grown(before->pmtus_sent, now->pmtus_sent, &reset) +
					    grown(before->pmtus_rcvd, now->pmtus_rcvd, &reset)
				  : 0;
	if (reset || (!failed && !pmtus))
		return;
	suspect(d, "NT-MTU", VT_LIKELY, OBSERVED, end,
		"Packets too large for the tunnel: pre-frag failures +%ju, PMTUs +%ju.", (uintmax_t)failed,
		(uintmax_t)pmtus);
	show_flow(d, end, f);
}

static void judge_contexts(struct diagnosing *d, unsigned end, const struct flow *f)
{
	const struct vt_ipsec_selector *s = f->pair->last, *before = f->pair->first;
	if (f->twice && s->inbound_esp_len > 1 && before->inbound_esp_len > 1 && s->outbound_esp_len == 1 &&
	    before->outbound_spi == s->outbound_spi)
		suspect(d, "NT-STALECTX", VT_LIKELY, OBSERVED, end,
			"%zu inbound SAs for one outbound SA, in both listings.", s->inbound_esp_len);
}

static void judge_drops(struct diagnosing *d, unsigned end)
{
	const struct vt_box *box = d->ends[end].side->box;
	if (!box->drops_after)
		return;
	for (size_t i = 0; i < box->drops_after->frame.drops_len; i++) {
		const struct vt_asp_counter *now = &box->drops_after->frame.drops[i];
		uint64_t before = 0;
		for (size_t j = 0; j < box->drops_before->frame.drops_len; j++)
			if (vt_str_eq(box->drops_before->frame.drops[j].keyword, now->keyword))
				before = box->drops_before->frame.drops[j].count;
		if (now->count <= before || !vt_str_eq(now->keyword, VT_STR("np-sp-invalid-spi")))
			continue;
		suspect(d, "NT-STALESPI", VT_LIKELY, OBSERVED, end,
			"%s drops packets with an SPI that it does not have (np-sp-invalid-spi +%ju).",
			end_name(d, end), (uintmax_t)(now->count - before));
		show(d, &box->drops_at, "np-sp-invalid-spi +%ju", (uintmax_t)(now->count - before));
	}
}

static void judge_flow(struct diagnosing *d, unsigned end, const struct flow *f)
{
	struct flow other;
	if (end == 0 && find_mirror(d, 1, f->pair->last, &other)) {
		show_flow(d, 0, f);
		show_flow(d, 1, &other);
		if (judge_both(d, f, &other))
			return;
	} else if (f->sent && !f->got) {
		nothing_returns(d, end, f);
		show_flow(d, end, f);
	} else if (!f->sent && f->got) {
		nothing_replies(d, end, f);
		show_flow(d, end, f);
	} else if (!f->sent && !f->got) {
		nothing_moves(d, end, f);
	}
	judge_errors(d, end, f);
	judge_data_lifetime(d, end, f);
	judge_fragments(d, end, f);
	judge_contexts(d, end, f);
}

static void judge_rekey(struct diagnosing *d, const struct flow *f)
{
	const struct vt_ipsec_selector *before = f->pair->first, *now = f->pair->last;
	if (!f->twice || f->reset || before->outbound_spi == now->outbound_spi || now->outbound_spi == VT_ABSENT)
		return;
	suspect(d, "OK-REKEY", VT_STRONG, VT_BASIS_STATIC, 0,
		"New keys (SPI 0x%08jx, before 0x%08jx), counters that go on: a rekey inside the session.",
		(uintmax_t)now->outbound_spi, (uintmax_t)before->outbound_spi);
	show(d, &f->pair->last_at, "another SPI than in the listing before, and counters that go on");
}

static void sum_up(struct diagnosing *d, const struct flow *best, size_t moving, size_t pairs)
{
	if (d->r->state != VT_TUNNEL_UNKNOWN && d->r->state != VT_TUNNEL_UP)
		return;
	d->r->state = VT_TUNNEL_UP;
	if (d->r->summary)
		return;
	if (!best->known) {
		summarise(d, "The tunnel is up; its listing shows no counters.");
		return;
	}
	show_flow(d, 0, best);
	if (best->twice && moving)
		summarise(d,
			  "The tunnel carries traffic both ways: %zu of %zu pair%s of networks moved between the two "
			  "listings.",
			  moving, pairs, pairs == 1 ? "" : "s");
	else if (best->twice)
		summarise(d,
			  "The tunnel is up and rests: nothing was sent and nothing arrived between the two listings.");
	else
		summarise(d, "The tunnel is up, and traffic has passed %s since it rose.",
			  best->sent && best->got ? "both ways" : "in no direction");
	if (!best->twice)
		note(d,
		     "one listing does not tell whether traffic passes now: take `show crypto ipsec sa peer %s` again "
		     "after a minute",
		     d->ends[0].side->peer_text);
}

void rules_traffic(struct diagnosing *d)
{
	struct flow best = { 0 };
	size_t moving = 0, pairs = 0;
	for (unsigned end = 0; end < 2; end++) {
		const struct vt_side *side = d->ends[end].side;
		for (size_t i = 0; side && i < side->traces_len; i++)
			judge_trace(d, end, &side->traces[i]);
		if (!side || d->r->state == VT_TUNNEL_PHASE1_FAILING)
			continue;
		judge_drops(d, end);
		for (size_t i = 0; i < side->pairs_len; i++) {
			struct flow f = flow_of(&side->pairs[i]);
			if (side->pairs[i].gone || !f.known)
				continue;
			bool moves = f.sent && f.got;
			pairs += end == 0;
			moving += end == 0 && moves;
			if (!best.known || (moves && !(best.sent && best.got)))
				best = f;
			struct flow other;
			if (end == 1 && d->ends[0].pairs && find_mirror(d, 0, side->pairs[i].last, &other))
				continue;
			judge_flow(d, end, &f);
			judge_rekey(d, &f);
		}
	}
	if (!best.known && !d->ends[0].pairs && !d->ends[1].pairs)
		return;
	if (moving && moving < pairs && d->r->state == VT_TUNNEL_NO_TRAFFIC)
		suspect(d, "NT-PARTIAL", VT_LIKELY, OBSERVED, 0,
			"%zu of %zu pairs of networks carry traffic both ways: neither phase 1 nor the path.", moving,
			pairs);
	sum_up(d, &best, moving, pairs);
}
