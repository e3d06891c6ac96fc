/* SPDX-License-Identifier: MIT
 * What the logs say. A line that a later success has overtaken is history and not a cause; a log from another hour
 * than the clock is said to be one.
 */
#include "diagnose/rules.h"

enum { STALE_MS = 3600 * 1000 };

struct log_reading {
	unsigned end;
	const struct vt_side *side;
	size_t phase1_up, phase2_up; /* order of the last success; SIZE_MAX: none */
	bool stale;
};

static struct log_reading read_marks(const struct diagnosing *d, unsigned end)
{
	const struct vt_side *side = d->ends[end].side;
	struct log_reading log = { end, side, SIZE_MAX, SIZE_MAX, false };
	int64_t newest = INT64_MIN;
	for (size_t i = 0; i < side->logs_len; i++) {
		const struct vt_log_sign *sign = vt_log_sign_of(side->logs[i].message);
		if (side->logs[i].message->time_ms > newest)
			newest = side->logs[i].message->time_ms;
		if (sign && sign->kind == VT_SIGN_PHASE1_UP)
			log.phase1_up = i;
		if (sign && sign->kind == VT_SIGN_PHASE2_UP)
			log.phase1_up = log.phase2_up = i;
	}
	const struct vt_clock *clock = side->box->clock;
	log.stale = clock && newest != INT64_MIN && clock->local_ms - newest > STALE_MS;
	return log;
}

/* No proposal chosen: before phase 1 was ever up it is about phase 1. */
static const char *fault_of(const struct diagnosing *d, const struct log_reading *log, const struct vt_log_sign *sign)
{
	if (sign->fault && !strcmp(sign->fault, "P2-TSET") && sign->from == 713068 && log->phase1_up == SIZE_MAX &&
	    d->ends[log->end].ike != END_UP)
		return "P1-POLICY";
	return sign->fault;
}

static bool is_overtaken(const struct diagnosing *d, const struct log_reading *log, size_t i, const char *fault)
{
	const struct end_view *e = &d->ends[log->end];
	bool phase1 = !strncmp(fault, "P1-", 3), phase2 = !strncmp(fault, "P2-", 3);
	/* 713258 is said while phase 1 is up, of the phase 2 that follows. */
	if (!strcmp(fault, "P1-MAPIFC"))
		return e->pairs > 0;
	if (phase1 && (e->ike == END_UP || e->pairs))
		return true;
	if (phase1 && log->phase1_up != SIZE_MAX && i < log->phase1_up)
		return true;
	if (phase2 && log->phase2_up != SIZE_MAX && i < log->phase2_up)
		return true;
	/* With SAs for packets in place what was refused is at most another pair of networks. */
	return phase2 && e->pairs && strcmp(fault, "P2-PROXY") != 0;
}

static bool is_any_to_any(struct vt_str proxy)
{
	return vt_str_starts(proxy, VT_STR("0.0.0.0/0.0.0.0")) || vt_str_starts(proxy, VT_STR("0.0.0.0/0"));
}

static bool has_pair(const struct vt_side *side, const struct vt_syslog_vpn *vpn)
{
	struct vt_ident local, remote;
	if (!vt_ident_scan(vpn->local_proxy, &local) || !vt_ident_scan(vpn->remote_proxy, &remote))
		return false;
	for (size_t i = 0; i < side->pairs_len; i++) {
		const struct vt_ipsec_selector *s = side->pairs[i].last;
		if (!side->pairs[i].gone && vt_str_eq(s->local_ident.addr, local.addr) &&
		    vt_str_eq(s->local_ident.mask, local.mask) && vt_str_eq(s->remote_ident.addr, remote.addr) &&
		    vt_str_eq(s->remote_ident.mask, remote.mask))
			return true;
	}
	return false;
}

/* A cloud peer asks for any to any first; with another SA in place its refusal is part of a healthy start. */
static bool is_false_friend(const struct diagnosing *d, const struct log_reading *log, const struct vt_syslog *m)
{
	if (!d->ends[log->end].pairs || !m->vpn_len)
		return false;
	return (is_any_to_any(m->vpn->local_proxy) && is_any_to_any(m->vpn->remote_proxy)) ||
	       has_pair(log->side, m->vpn);
}

static void explain_proxy(struct diagnosing *d, const struct log_reading *log, const struct vt_syslog *m)
{
	const struct vt_syslog_vpn *vpn = m->vpn_len ? m->vpn : NULL;
	if (!vpn || !vpn->local_proxy.len || !vpn->remote_proxy.len || d->r->summary)
		return;
	summarise(d, "%s was asked for " VT_FMT " (here) to " VT_FMT " (there) and has no crypto map entry for it.",
		  end_name(d, log->end), VT_ARG(vpn->local_proxy), VT_ARG(vpn->remote_proxy));
}

static void read_cause(struct diagnosing *d, const struct log_reading *log, size_t i, const struct vt_log_sign *sign)
{
	const struct vt_log_line *line = &log->side->logs[i];
	const char *fault = fault_of(d, log, sign);
	if (is_overtaken(d, log, i, fault) || is_false_friend(d, log, line->message))
		return;
	enum vt_confidence confidence = sign->confidence;
	/* Certificates are no keys: the same failure of IKEv2 is one of the certificate then. */
	if (!strcmp(fault, "P1-PSK") && d->ends[log->end].certificates)
		fault = "P1-CERT";
	if (log->stale && confidence > VT_LIKELY)
		confidence = VT_LIKELY;
	suspect(d, fault, confidence, sign->kind == VT_SIGN_CAUSE ? VT_BASIS_STATED : VT_BASIS_OBSERVED, log->end,
		"The log of %s says so: %s (%ju).", end_name(d, log->end), sign->says, (uintmax_t)line->message->id);
	show(d, &line->at, "%s", sign->says);
	if (!strcmp(fault, "P2-PROXY"))
		explain_proxy(d, log, line->message);
}

static void read_timeout(struct diagnosing *d, const struct vt_log_line *line)
{
	const struct vt_syslog *m = line->message;
	if (m->vpn_len && m->vpn->state.len)
		show(d, &line->at, "an attempt timed out in " VT_FMT, VT_ARG(m->vpn->state));
}

static void read_box_log(struct diagnosing *d, unsigned end)
{
	const struct vt_box *box = d->ends[end].side->box;
	for (size_t i = 0; i < box->given_len; i++) {
		const struct vt_logging *log = box->given[i].listing->facts;
		if (box->given[i].listing->kind != VT_LISTING_LOGGING || !log)
			continue;
		for (size_t j = 0; j < log->messages_len; j++) {
			const struct vt_syslog *m = &log->messages[j];
			const struct vt_log_sign *sign = m->vpn_len && m->vpn->peer.len ? NULL : vt_log_sign_of(m);
			if (!sign || sign->kind != VT_SIGN_CAUSE || d->ends[end].ike == END_UP || d->ends[end].pairs)
				continue;
			/* Of the whole box: it fits this tunnel only while the tunnel wants to come up. */
			bool limits = !strcmp(sign->fault, "P1-THROTTLE") || !strcmp(sign->fault, "P1-LICENSE");
			if (!limits && !(d->ends[end].certificates && !strcmp(sign->fault, "P1-CERT")))
				continue;
			if (!d->ends[end].demand)
				continue;
			struct vt_quote at = vt_given_quote(box, &box->given[i], m->text);
			suspect(d, sign->fault, sign->confidence, VT_BASIS_STATED, end,
				"The log of %s says so: %s (%ju).", end_name(d, end), sign->says, (uintmax_t)m->id);
			show(d, &at, "%s", sign->says);
		}
	}
}

void rules_log(struct diagnosing *d)
{
	for (unsigned end = 0; end < 2; end++) {
		if (!d->ends[end].side)
			continue;
		struct log_reading log = read_marks(d, end);
		for (size_t i = 0; i < log.side->logs_len; i++) {
			const struct vt_log_sign *sign = vt_log_sign_of(log.side->logs[i].message);
			if (sign && (sign->kind == VT_SIGN_CAUSE || sign->kind == VT_SIGN_HINT))
				read_cause(d, &log, i, sign);
			else if (sign && sign->kind == VT_SIGN_TIMEOUT && d->ends[end].ike != END_UP)
				read_timeout(d, &log.side->logs[i]);
		}
		read_box_log(d, end);
		if (log.stale)
			note(d, "the log of %s ends more than an hour before its clock: what it says may be history",
			     end_name(d, end));
	}
}
