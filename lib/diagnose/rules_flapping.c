/* SPDX-License-Identifier: MIT
 * Does the tunnel come and go, and does the log say why?
 *
 * A session that ended is in the log with its age and a reason (113019). Three of them within an hour are flapping.
 * Ages that are all alike are a timer: whichever lifetime or timeout they equal is the cause. Rekeys are never counted.
 */
#include "diagnose/rules.h"

#include <stdlib.h>

enum {
	DROPS_MIN = 3,
	WINDOW_MS = 3600 * 1000,
	AGES_MAX = 64,
};

struct drops {
	const struct vt_log_line *lines[AGES_MAX];
	uint64_t ages_s[AGES_MAX];
	size_t len;
	bool within_an_hour, times_known;
};

/* "11d 14h:16m:29s", "0h:07m:58s" */
static bool read_age(struct vt_str text, uint64_t *age_s)
{
	uint64_t total = 0, n;
	bool any = false;
	while (text.len) {
		vt_skip_blanks(&text);
		if (!vt_scan_u64(&text, &n) || text.len == 0 || n > 1000000)
			return any && text.len == 0;
		uint64_t unit = *text.p == 'd'   ? 86400
				: *text.p == 'h' ? 3600
				: *text.p == 'm' ? 60
				: *text.p == 's' ? 1
						 : 0;
		total += n * unit;
		any |= unit != 0;
		text = vt_str_from(text, 1);
		vt_scan_char(&text, ':');
	}
	*age_s = total;
	return any;
}

static struct drops read_drops(const struct vt_side *side)
{
	struct drops d = { 0 };
	for (size_t i = 0; i < side->logs_len && d.len < AGES_MAX; i++) {
		const struct vt_syslog *m = side->logs[i].message;
		const struct vt_log_sign *sign = vt_log_sign_of(m);
		if (!sign || sign->kind != VT_SIGN_DOWN || (m->id != 113019 && m->id != 750007))
			continue;
		d.ages_s[d.len] = VT_ABSENT;
		if (m->vpn_len && m->vpn->duration.len)
			read_age(m->vpn->duration, &d.ages_s[d.len]);
		d.lines[d.len++] = &side->logs[i];
	}
	for (size_t i = 0; i + DROPS_MIN <= d.len; i++) {
		int64_t first = d.lines[i]->message->time_ms, last = d.lines[i + DROPS_MIN - 1]->message->time_ms;
		d.times_known |= first != INT64_MIN && last != INT64_MIN;
		d.within_an_hour |= first != INT64_MIN && last != INT64_MIN && last - first <= WINDOW_MS;
	}
	return d;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* The age that the drops have in common: the median, when all but one lie within 5 % or 30 s of it. */
static bool common_age(const struct drops *d, uint64_t *age_s)
{
	uint64_t sorted[AGES_MAX];
	size_t n = 0, near = 0;
	for (size_t i = 0; i < d->len; i++)
		if (d->ages_s[i] != VT_ABSENT && d->ages_s[i] > 60)
			sorted[n++] = d->ages_s[i];
	if (n < DROPS_MIN)
		return false;
	qsort(sorted, n, sizeof *sorted, by_size);
	*age_s = sorted[n / 2];
	uint64_t slack = *age_s / 20 > 30 ? *age_s / 20 : 30;
	for (size_t i = 0; i < n; i++)
		near += sorted[i] + slack >= *age_s && sorted[i] <= *age_s + slack;
	return near + 1 >= n && near >= DROPS_MIN;
}

static bool is_about(uint64_t age_s, uint64_t timer_s)
{
	uint64_t slack = timer_s / 20 > 30 ? timer_s / 20 : 30;
	return timer_s != VT_ABSENT && timer_s && age_s + slack >= timer_s && age_s <= timer_s + slack;
}

/* The lifetimes of both phases, as far as anything shows them. */
static const char *lifetime_of(const struct vt_side *side, uint64_t age_s)
{
	const struct vt_session *s = side->session;
	for (size_t i = 0; s && i < s->ipsec_len; i++)
		if (is_about(age_s, s->ipsec[i].rekey_int_s))
			return "the IPsec lifetime of the session";
	for (size_t i = 0; s && i < s->ike_len; i++)
		if (is_about(age_s, s->ike[i].rekey_int_s))
			return "the IKE lifetime of the session";
	const struct vt_config *config = side->box->config;
	if (side->tunnel && side->tunnel->entry && is_about(age_s, side->tunnel->entry->lifetime_s))
		return "the IPsec lifetime of the crypto map entry";
	if (config && is_about(age_s, config->lifetime_s))
		return "the IPsec lifetime of the configuration";
	for (size_t i = 0; config && i < config->policies_len; i++)
		if (is_about(age_s, config->policies[i].lifetime_s))
			return "the lifetime of an IKE policy";
	return is_about(age_s, 28800) ? "the IPsec lifetime that an ASA has by default" : NULL;
}

static void judge_period(struct diagnosing *d, unsigned end, const struct drops *drops)
{
	uint64_t age_s;
	const struct vt_side *side = d->ends[end].side;
	if (!common_age(drops, &age_s))
		return;
	const char *lifetime = lifetime_of(side, age_s);
	if (!lifetime) {
		note(d, "the sessions all lived about %ju s, which is none of the lifetimes shown", (uintmax_t)age_s);
		return;
	}
	suspect(d, "FL-REKEY", VT_STRONG, VT_BASIS_STATED, end, "%zu sessions lived about %ju s: %s.", drops->len,
		(uintmax_t)age_s, lifetime);
	summarise(d, "The tunnel to %s lives about %ju s and drops, again and again: that is %s, so the rekey fails.",
		  side->peer_text, (uintmax_t)age_s, lifetime);
}

/* The reason that most of the endings have. */
static void judge_reasons(struct diagnosing *d, unsigned end, const struct drops *drops)
{
	const struct vt_log_line *line = drops->lines[drops->len - 1];
	struct vt_str reason = line->message->vpn_len ? line->message->vpn->reason : VT_STR_NONE;
	const char *fault = vt_teardown_fault(reason);
	size_t same = 0;
	for (size_t i = 0; i < drops->len; i++) {
		const struct vt_syslog *m = drops->lines[i]->message;
		same += m->vpn_len && vt_str_ieq(m->vpn->reason, reason);
	}
	bool wanted = d->r->flapping || d->r->state != VT_TUNNEL_UP;
	if (!fault || !wanted || 2 * same <= drops->len)
		return;
	bool cause = !strncmp(fault, "FL-", 3);
	/* A phase that fails now has its reason from its own rules; an ending is a cause of coming and going. */
	if (!cause && (d->ends[end].ike == END_UP || d->ends[end].pairs))
		return;
	if (!strcmp(fault, "FL-IDLE") && !d->r->flapping) {
		show(d, &line->at, "it rested after its idle timeout");
		return;
	}
	if (cause && !d->r->flapping)
		return;
	suspect(d, fault, VT_STRONG, VT_BASIS_STATED, end,
		"%zu of %zu endings in the log of %s have the reason \"" VT_FMT "\".", same, drops->len,
		end_name(d, end), VT_ARG(reason));
}

void rules_flapping(struct diagnosing *d)
{
	for (unsigned end = 0; end < 2; end++) {
		const struct vt_side *side = d->ends[end].side;
		if (!side)
			continue;
		struct drops drops = read_drops(side);
		if (drops.len == 0)
			continue;
		const struct vt_log_line *last = drops.lines[drops.len - 1];
		if (drops.len >= DROPS_MIN) {
			uint64_t age_s;
			d->r->flapping = drops.within_an_hour || !drops.times_known || common_age(&drops, &age_s);
			show(d, &last->at, "the last of %zu sessions that ended in this log", drops.len);
			if (d->r->flapping)
				judge_period(d, end, &drops);
		}
		judge_reasons(d, end, &drops);
		if (d->r->flapping && !d->r->summary)
			summarise(d, "The tunnel to %s comes and goes: %zu sessions ended in the log.", side->peer_text,
				  drops.len);
	}
}
