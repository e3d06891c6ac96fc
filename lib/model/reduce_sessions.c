/* SPDX-License-Identifier: MIT
 * What vpn-sessiondb says: which session of a tunnel is alive, since when, and so whether anything that was seen
 * to begin again (an IKE SA, an SPI, a counter) was a rekey, a rebuilt child, or a new session.
 *
 * established_at = when the command was sent minus Duration; the device's clock and zone do not matter. Two
 * readings of one session differ by rounding and by the run time of the command, never by more than `tolerance`.
 * Another Index is another session, and so is one that began after its predecessor was last seen (diagnosis.md
 * section I). A beginning that moves otherwise is a clock that was set or that runs away, here or there, and no
 * session.
 *
 * A peer may have several sessions at once: for a moment where the new one is made before the old one is broken, for
 * ever where two sites come out of one address. The youngest speaks for the tunnel, the selectors of all are heard;
 * when it goes, an older one that was there all the time is no restart.
 */
#include "model/reduction.h"

#include "base/timefmt.h"
#include "model/counters.h"

#include <inttypes.h>

enum {
	TOLERANCE_MS = 5000,              /* 2 s, 1 s of rounding, and 2 s for a busy device to begin its answer */
	TOLERANCE_LIMIT_MS = 10000,       /* however long the command ran */
	RENEWAL_PATIENCE_MS = 900 * 1000, /* without vpn-sessiondb, a renewal is taken for a rekey after this */
};

static bool is_settling(const struct vt_unit *unit, int64_t at_ms)
{
	return at_ms < unit->settled_at_ms;
}

static int64_t tolerance_ms(const struct reduction *r)
{
	const struct vt_taken *taken = &r->snap->taken[VT_ASKED_SESSIONS];
	int64_t ms = TOLERANCE_MS + (taken->finished_at_ms - taken->started_at_ms);
	return ms < TOLERANCE_LIMIT_MS ? ms : TOLERANCE_LIMIT_MS;
}

static int64_t established_at(const struct reduction *r, const struct vt_session *session)
{
	if (session->duration_s == VT_ABSENT || session->duration_s > (uint64_t)INT64_MAX / 2000)
		return 0;
	return r->snap->taken[VT_ASKED_SESSIONS].started_at_ms - (int64_t)session->duration_s * 1000;
}

static bool is_same_session(const struct reduction *r, const struct tunnel *tunnel, const struct vt_session *session,
			    int64_t established_ms)
{
	bool other = tunnel->last_index != VT_ABSENT && session->index != VT_ABSENT &&
		     tunnel->last_index != session->index;
	if (tunnel->last_established_ms == 0 || established_ms == 0)
		return !other;
	if (other)
		return established_ms < tunnel->last_established_ms - tolerance_ms(r);
	/* Where this run has not seen the session yet, its beginning is all there is to compare. */
	int64_t after = tunnel->session_listed_ms ? tunnel->session_listed_ms - tolerance_ms(r)
						  : tunnel->last_established_ms + tolerance_ms(r);
	return established_ms <= after || established_ms <= tunnel->last_established_ms + tolerance_ms(r);
}

/* Everything that waited for the session to explain it was a rekey. */
static void settle_renewals(struct reduction *r, struct tunnel *tunnel)
{
	if (tunnel->ike_renewed_at_ms)
		reduction_event(r, VT_EVENT_IKE_REKEY, tunnel->ike_renewed_at_ms, tunnel, NULL, VT_STR_NONE,
				VT_STR_NONE, "a new IKE SA inside the same session");
	tunnel->ike_renewed_at_ms = 0;
	for (size_t i = 0; i < tunnel->selectors_len; i++) {
		struct selector *selector = tunnel->selectors[i];
		if (selector->renewed_at_ms == 0)
			continue;
		selector->row.rekeys++;
		selector->dirty = true;
		reduction_event(r, VT_EVENT_REKEY, selector->renewed_at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
				"new SPI inside the same session");
		selector->renewed_at_ms = 0;
	}
}

static void drop_renewals(struct tunnel *tunnel)
{
	tunnel->ike_renewed_at_ms = 0;
	for (size_t i = 0; i < tunnel->selectors_len; i++) {
		tunnel->selectors[i]->renewed_at_ms = 0;
		tunnel->selectors[i]->child = tunnel->selectors[i]->child_bytes = VT_ABSENT;
	}
}

static void begin_session(struct reduction *r, struct tunnel *tunnel, const struct vt_session *session,
			  int64_t established_ms)
{
	struct vt_unit *unit = r->unit;
	bool known = tunnel->last_index != VT_ABSENT || tunnel->last_established_ms != 0;
	bool watched = unit->restored || unit->poll > 1;
	int64_t at_ms = established_ms ? established_ms : r->at_ms;
	char before[VT_TIME_TEXT] = "";
	if (known && tunnel->last_established_ms)
		vt_time_format(tunnel->last_established_ms, before);
	if (known && is_settling(unit, r->at_ms))
		reduction_event(r, VT_EVENT_SESSION_RESTART, at_ms, tunnel, NULL, VT_STR_NONE, VT_STR_NONE,
				"Index %" PRIu64 "; not counted against the tunnel: %s", session->index,
				unit->settle_cause);
	else if (known) {
		tunnel->row.restarts++;
		reduction_event(r, VT_EVENT_SESSION_RESTART, at_ms, tunnel, NULL, VT_STR_NONE, VT_STR_NONE,
				"Index %" PRIu64 " after %" PRIu64 "; the session before began %s", session->index,
				tunnel->last_index, before[0] ? before : "at a time not known");
	} else if (watched)
		reduction_event(r, VT_EVENT_SESSION_UP, at_ms, tunnel, NULL, VT_STR_NONE, VT_STR_NONE, "Index %" PRIu64,
				session->index);
	unit->new_sessions++;
	drop_renewals(tunnel);
	tunnel->row.session_index = tunnel->last_index = session->index;
	tunnel->row.established_at_ms = tunnel->last_established_ms = established_ms;
	tunnel->session_gone_ms = 0;
	tunnel->dirty = true;
}

static void continue_session(struct reduction *r, struct tunnel *tunnel, const struct vt_session *session,
			     int64_t established_ms)
{
	int64_t apart = established_ms - tunnel->last_established_ms;
	if (session->index != tunnel->last_index ||
	    (established_ms && (apart > tolerance_ms(r) || apart < -tolerance_ms(r)))) {
		tunnel->row.session_index = tunnel->last_index = session->index;
		tunnel->row.established_at_ms = tunnel->last_established_ms = established_ms;
		tunnel->dirty = true;
	}
	if (tunnel->session_gone_ms) {
		tunnel->session_gone_ms = 0;
		tunnel->row.established_at_ms = tunnel->last_established_ms;
		tunnel->row.session_index = session->index;
		tunnel->dirty = true;
	}
	settle_renewals(r, tunnel);
}

static uint64_t child_number(struct vt_str tunnel_id)
{
	ptrdiff_t dot = vt_str_find_char(tunnel_id, '.');
	uint64_t number;
	return dot >= 0 && vt_str_to_u64(vt_str_from(tunnel_id, (size_t)dot + 1), &number) ? number : VT_ABSENT;
}

/* A child with a higher number and fewer bytes than its predecessor was torn down and built again in between. */
static void note_child(struct reduction *r, struct tunnel *tunnel, struct selector *selector,
		       const struct vt_session_ipsec *child)
{
	uint64_t number = child_number(child->tunnel_id);
	uint64_t bytes = child->bytes_tx != VT_ABSENT && child->bytes_rx != VT_ABSENT
				 ? child->bytes_tx + child->bytes_rx
				 : VT_ABSENT;
	bool rebuilt = selector->child != VT_ABSENT && number != VT_ABSENT && number > selector->child &&
		       selector->child_bytes != VT_ABSENT && bytes != VT_ABSENT && bytes < selector->child_bytes;
	if (rebuilt) {
		reduction_event(r, VT_EVENT_SELECTOR_REBUILT, r->at_ms, tunnel, selector, VT_STR_NONE, VT_STR_NONE,
				"child %" PRIu64 " after %" PRIu64 " inside the same session", number, selector->child);
		selector->renewed_at_ms = 0;
	}
	selector->child = number;
	selector->child_bytes = bytes;
}

static void note_bytes(struct reduction *r, struct selector *selector, const struct vt_session_ipsec *child)
{
	int64_t at_ms = r->snap->taken[VT_ASKED_SESSIONS].started_at_ms;
	int64_t interval_ms = selector->live.bytes_at_ms ? at_ms - selector->live.bytes_at_ms : 0;
	struct vt_sample *sample = reduction_sample(r, selector->row.id);
	struct vt_counters *now = &selector->live.counters, *rate = &selector->live.per_s;
	struct vt_increment tx = vt_counter_step(now->tx_bytes, child->bytes_tx, interval_ms, rate->tx_bytes, true);
	struct vt_increment rx = vt_counter_step(now->rx_bytes, child->bytes_rx, interval_ms, rate->rx_bytes, true);
	sample->delta.tx_bytes = tx.delta;
	sample->delta.rx_bytes = rx.delta;
	rate->tx_bytes = vt_counter_rate(tx.delta, interval_ms);
	rate->rx_bytes = vt_counter_rate(rx.delta, interval_ms);
	now->tx_bytes = child->bytes_tx;
	now->rx_bytes = child->bytes_rx;
	selector->live.bytes_at_ms = at_ms;
}

static struct selector *selector_of_child(struct reduction *r, struct tunnel *tunnel, const struct vt_session *session,
					  const struct vt_session_ipsec *child)
{
	struct selector *known = unit_selector_of_text(r->unit,
						       unit_text_id(session->ip, &child->local, &child->remote));
	if (known)
		return known;
	char local[128], remote[128];
	struct selector *selector = tunnel_selector(r->unit, tunnel,
						    ident_text(r->unit, &child->local, local, sizeof local),
						    ident_text(r->unit, &child->remote, remote, sizeof remote), false);
	if (!selector && session->ipsec_len == 1 && tunnel->selectors_len == 1 && tunnel->selectors[0]->present)
		selector = tunnel->selectors[0];
	return selector;
}

static void take_session(struct reduction *r, struct tunnel *tunnel, const struct vt_session *session)
{
	int64_t established_ms = established_at(r, session);
	bool same = (tunnel->last_index != VT_ABSENT || tunnel->last_established_ms) &&
		    is_same_session(r, tunnel, session, established_ms);
	if (same)
		continue_session(r, tunnel, session, established_ms);
	else
		begin_session(r, tunnel, session, established_ms);
	tunnel->session_listed_ms = r->snap->taken[VT_ASKED_SESSIONS].started_at_ms;
	tunnel->row.last_seen_ms = r->at_ms;
	tunnel->dirty |= text_set(&tunnel->row.tunnel_group, session->connection);
	if (tunnel->row.ike_version == VT_ABSENT && session->ike_len) {
		tunnel->row.ike_version = vt_str_eq(session->ike[0].version, VT_STR("IKEv2")) ? 2 : 1;
		tunnel->dirty = true;
	}
}

static void hear_selectors(struct reduction *r, struct tunnel *tunnel, const struct vt_session *session)
{
	for (size_t i = 0; i < session->ipsec_len; i++) {
		struct selector *selector = selector_of_child(r, tunnel, session, &session->ipsec[i]);
		if (!selector)
			continue;
		note_child(r, tunnel, selector, &session->ipsec[i]);
		note_bytes(r, selector, &session->ipsec[i]);
	}
}

static void end_session(struct reduction *r, struct tunnel *tunnel)
{
	if (tunnel->row.session_index == VT_ABSENT && tunnel->row.established_at_ms == 0)
		return;
	reduction_event(r, VT_EVENT_SESSION_GONE, r->at_ms, tunnel, NULL, VT_STR_NONE, VT_STR_NONE,
			"Index %" PRIu64 " is no longer listed", tunnel->row.session_index);
	tunnel->row.session_index = VT_ABSENT;
	tunnel->row.established_at_ms = 0;
	tunnel->session_gone_ms = r->at_ms;
	drop_renewals(tunnel);
	tunnel->dirty = true;
}

/* Where the device does not let us read vpn-sessiondb, a renewal nothing contradicts is a rekey in the end. */
static void lose_patience(struct reduction *r)
{
	for (size_t i = 0; i < r->unit->tunnels_len; i++) {
		struct tunnel *tunnel = r->unit->tunnels[i];
		bool waiting = tunnel->ike_renewed_at_ms && r->at_ms - tunnel->ike_renewed_at_ms > RENEWAL_PATIENCE_MS;
		for (size_t j = 0; j < tunnel->selectors_len; j++)
			waiting |= tunnel->selectors[j]->renewed_at_ms &&
				   r->at_ms - tunnel->selectors[j]->renewed_at_ms > RENEWAL_PATIENCE_MS;
		if (waiting)
			settle_renewals(r, tunnel);
	}
}

/* How many site-to-site sessions there ever were, from whichever row this release prints. */
static uint64_t site_to_site_ever(const struct vt_vpn_sessiondb_summary *summary)
{
	static const char *const rows[] = { "Site-to-Site VPN", "LAN-to-LAN", "L2L" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t j = 0; j < summary->rows_len; j++)
			if (vt_str_ieq(summary->rows[j].type, vt_str_of(rows[i])))
				return summary->rows[j].cumulative;
	return VT_ABSENT;
}

/* The summary is read before the sessions, so a session that begins in between is known early, never hidden. */
static void reduce_hidden_sessions(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	if (!heard_all(r, VT_ASKED_SUMMARY) || !r->snap->summary)
		return;
	uint64_t ever = site_to_site_ever(r->snap->summary), grown = 0;
	bool comparable = ever != VT_ABSENT && unit->cumulative != VT_ABSENT && ever >= unit->cumulative;
	if (comparable)
		grown = ever - unit->cumulative;
	if (comparable && grown > unit->new_sessions)
		reduction_event(r, VT_EVENT_HIDDEN_SESSIONS, r->at_ms, NULL, NULL, VT_STR_NONE, VT_STR_NONE,
				"%" PRIu64 " site-to-site sessions began since the last look and %" PRIu64
				" of them are known: at least %" PRIu64 " lived and died unseen",
				grown, unit->new_sessions, grown - unit->new_sessions);
	unit->new_sessions = comparable && unit->new_sessions > grown ? unit->new_sessions - grown : 0;
	unit->cumulative = ever;
}

static struct tunnel *tunnel_of(struct reduction *r, const struct vt_session *session)
{
	char room[64];
	struct vt_str peer = canonical_peer(r->unit, session->ip, room);
	if (peer.len == 0)
		return NULL;
	struct tunnel *tunnel = unit_tunnel_of_peer(r->unit, peer, true);
	if (tunnel->session_poll != r->unit->poll || established_at(r, session) > established_at(r, tunnel->speaker))
		tunnel->speaker = session;
	tunnel->session_poll = r->unit->poll;
	return tunnel;
}

void reduce_sessions(struct reduction *r)
{
	if (r->snap->burst)
		return;
	if (!heard(r, VT_ASKED_SESSIONS) || !r->snap->sessions) {
		lose_patience(r);
		return;
	}
	r->unit->sessions_at_ms = r->snap->taken[VT_ASKED_SESSIONS].started_at_ms;
	const struct vt_session *sessions = r->snap->sessions->sessions;
	size_t len = r->snap->sessions->sessions_len;
	struct tunnel **tunnels = VT_NEW_ARRAY(r->arena, struct tunnel *, len);
	for (size_t i = 0; i < len; i++)
		tunnels[i] = tunnel_of(r, &sessions[i]);
	for (size_t i = 0; i < len; i++) {
		if (tunnels[i] && tunnels[i]->speaker == &sessions[i])
			take_session(r, tunnels[i], &sessions[i]);
		if (tunnels[i])
			hear_selectors(r, tunnels[i], &sessions[i]);
	}
	if (!heard_all(r, VT_ASKED_SESSIONS))
		return;
	for (size_t i = 0; i < r->unit->tunnels_len; i++)
		if (r->unit->tunnels[i]->session_poll != r->unit->poll)
			end_session(r, r->unit->tunnels[i]);
	r->unit->wants_sessions = false;
	reduce_hidden_sessions(r);
}
