/* SPDX-License-Identifier: MIT
 * lib/model: what a series of polls says about tunnels.
 *
 * A case is a story: at each time one line says what the firewall lists then (struct look), and the expectation is
 * the tunnel's status and the events of that poll. Time is a number; nothing waits.
 */
#include "model/counters.h"
#include "model/reduce.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

#define T0 INT64_C(1764000000000)
#define MIN 60

/* What one poll shows of the one tunnel (peer 203.0.113.9, selector 10.1.0.0/16 ⇄ 10.2.0.0/16). */
struct look {
	int at_s;
	const char *state; /* of the IKEv1 SA, NULL: no SA */
	const char *role;  /* default initiator */
	const char *type;  /* default L2L */
	uint64_t left_s;   /* lifetime remaining; 0: not printed */
	uint32_t spi;      /* of the selector (in spi, out spi + 1); 0: no IPsec SA */
	uint64_t encaps, decaps;
	uint64_t index; /* of the session; 0: sessions are not asked for */
	uint64_t duration_s;
	uint64_t elder, elder_duration_s; /* another session of the peer, listed before; 0: none */
	bool no_session;                  /* sessions are asked for and there is none */
	uint64_t child;                   /* number of the child in vpn-sessiondb; 0: none listed */
	uint64_t bytes;
	bool truncated;       /* both SA listings were cut short */
	uint64_t uptime_s;    /* 0: show version is not asked for */
	const char *failover; /* state of this host; NULL: not asked for */
	const char *failover_at;
	uint64_t cumulative; /* of the summary; 0: not asked for */
	uint64_t hits;       /* of the crypto ACL's entry for 10.1/16 → 10.2/16; 0: not asked for */
	uint64_t other_hits; /* … and for 10.1/16 → 10.3/16 */
	bool burst;
	bool fail; /* the device does not answer at all */
	/* expected */
	const char *status; /* NULL: no tunnel row at all */
	const char *events; /* kinds in order, blank-separated; status changes as "status:up" */
	int since_s;        /* of the status; -1: do not look */
};

struct story {
	struct vt_unit *unit;
	struct vt_reduce_options options;
	struct vt_tunnel_row tunnel; /* as committed last; texts are dropped */
	bool seen;
	uint64_t restarts;
	struct vt_sample sample;
	bool sampled;
};

static struct vt_str s(const char *text)
{
	return vt_str_of(text);
}

static void fill_ike(const struct look *look, struct vt_ike_sa *ike, struct vt_ikev1_sa *sa)
{
	*sa = (struct vt_ikev1_sa){
		.peer = s("203.0.113.9"),
		.type = s(look->type ? look->type : "L2L"),
		.role = s(look->role ? look->role : "initiator"),
		.rekey = 0,
		.state = s(look->state),
		.lifetime_s = 86400,
		.lifetime_remaining_s = look->left_s ? look->left_s : VT_ABSENT,
	};
	ike->ikev1.seen = ike->ikev2.seen = true;
	ike->ikev1.sas = sa;
	ike->ikev1.sas_len = look->state != NULL;
}

static void fill_ipsec(const struct look *look, struct vt_ipsec_sa *ipsec, struct vt_ipsec_selector *sel)
{
	memset(sel, 0xff, sizeof *sel); /* every number VT_ABSENT … */
	sel->interface = s("outside");
	sel->crypto_map = s("outside_map");
	sel->sequence = 10;
	sel->local_addr = sel->acl = sel->dynamic_peer = sel->username = VT_STR_NONE;
	sel->local_ident = (struct vt_ident){ s("10.1.0.0"), s("255.255.0.0"), 0, 0, VT_ABSENT };
	sel->remote_ident = (struct vt_ident){ s("10.2.0.0"), s("255.255.0.0"), 0, 0, VT_ABSENT };
	sel->peer = s("203.0.113.9");
	sel->encaps_pkts = look->encaps;
	sel->decaps_pkts = look->decaps;
	sel->send_errors = sel->recv_errors = 0;
	sel->local_endpoint = (struct vt_endpoint){ s("192.0.2.1"), 500 };
	sel->remote_endpoint = (struct vt_endpoint){ s("203.0.113.9"), 500 };
	sel->inbound_spi = look->spi;
	sel->outbound_spi = look->spi + 1;
	sel->inbound_esp = sel->outbound_esp = NULL;
	sel->inbound_esp_len = sel->outbound_esp_len = 0;
	ipsec->selectors = sel;
	ipsec->selectors_len = look->spi != 0;
}

static void fill_session(const struct look *look, struct vt_vpn_sessiondb *db, struct vt_session *session,
			 struct vt_session_ipsec *child, char tunnel_id[32])
{
	memset(session, 0, sizeof *session);
	session->index = look->index;
	session->ip = session->connection = s("203.0.113.9");
	session->duration_s = look->duration_s;
	snprintf(tunnel_id, 32, "%" PRIu64 ".%" PRIu64, look->index, look->child);
	*child = (struct vt_session_ipsec){
		.tunnel_id = s(tunnel_id),
		.local = { s("10.1.0.0"), s("255.255.0.0"), 0, 0, VT_ABSENT },
		.remote = { s("10.2.0.0"), s("255.255.0.0"), 0, 0, VT_ABSENT },
		.bytes_tx = look->bytes,
		.bytes_rx = look->bytes,
	};
	session->ipsec = child;
	session->ipsec_len = look->child != 0;
	db->sessions = session;
	db->sessions_len = look->index != 0;
	if (look->elder) {
		session[1] = session[0];
		session[0].index = look->elder;
		session[0].duration_s = look->elder_duration_s;
		session[0].ipsec_len = 0;
		db->sessions_len++;
	}
}

static void ask(struct vt_snapshot *snap, enum vt_asked what, bool truncated)
{
	snap->taken[what] = (struct vt_taken){ .asked = true,
					       .started_at_ms = snap->taken_at_ms,
					       .finished_at_ms = snap->taken_at_ms + 500,
					       .report = { .lines = 10, .recognised = 10, .truncated = truncated } };
}

static void tell(const struct vt_commit *commit, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < commit->events_len; i++) {
		const struct vt_event_row *event = &commit->events[i];
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%.*s", i ? " " : "",
					 vt_event_kind_name(event->kind), event->kind == VT_EVENT_STATUS ? ":" : "",
					 event->kind == VT_EVENT_STATUS ? (int)event->to.len : 0,
					 event->to.p ? event->to.p : "");
	}
}

static void fill_hits(const struct look *look, struct vt_arena *arena, struct vt_access_lists *lists)
{
	struct vt_parse_report report = { 0 };
	const char *text = vt_arena_printf(
		arena,
		"access-list vpn_hq; 2 elements; name hash: 0x1\n"
		"access-list vpn_hq line 1 extended permit ip 10.1.0.0 255.255.0.0 10.2.0.0 255.255.0.0 "
		"(hitcnt=%" PRIu64 ") 0x2\n"
		"access-list vpn_hq line 2 extended permit ip 10.1.0.0 255.255.0.0 10.3.0.0 255.255.0.0 "
		"(hitcnt=%" PRIu64 ") 0x3\n",
		look->hits, look->other_hits);
	assert_int_equal(vt_access_list_parse(s(text), arena, lists, &report), VT_OK);
}

static struct vt_commit *poll(struct story *story, const struct look *look)
{
	struct vt_ikev1_sa sa;
	struct vt_ike_sa ike = { 0 };
	struct vt_ipsec_selector selector;
	struct vt_ipsec_sa ipsec = { 0 };
	struct vt_session session[2];
	struct vt_session_ipsec child;
	struct vt_vpn_sessiondb db = { 0 };
	struct vt_version version = { .uptime_s = look->uptime_s, .modified = -1 };
	struct vt_failover failover = { .on = 1,
					.unit = s("Primary"),
					.this_host = { .state = s(look->failover) },
					.last_failover_at = s(look->failover_at) };
	struct vt_sessiondb_row row = { .type = s("Site-to-Site VPN"), .cumulative = look->cumulative };
	struct vt_vpn_sessiondb_summary summary = { .rows = &row, .rows_len = 1 };
	struct vt_snapshot snap = { .device = s("fw"),
				    .taken_at_ms = T0 + look->at_s * INT64_C(1000),
				    .burst = look->burst };
	char tunnel_id[32];
	if (look->fail)
		return vt_reduce_failure(story->unit, snap.taken_at_ms, snap.taken_at_ms + 60000, VT_DEVICE_UNREACHABLE,
					 s("fw does not answer on TCP 22"));
	ask(&snap, VT_ASKED_IKE, look->truncated);
	fill_ike(look, &ike, &sa);
	snap.ike = &ike;
	if (!look->burst) {
		ask(&snap, VT_ASKED_IPSEC, look->truncated);
		fill_ipsec(look, &ipsec, &selector);
		snap.ipsec = &ipsec;
	}
	if (look->index || look->no_session) {
		ask(&snap, VT_ASKED_SESSIONS, false);
		fill_session(look, &db, session, &child, tunnel_id);
		snap.sessions = &db;
	}
	if (look->uptime_s) {
		ask(&snap, VT_ASKED_VERSION, false);
		snap.version = &version;
	}
	if (look->failover) {
		ask(&snap, VT_ASKED_FAILOVER, false);
		snap.failover = &failover;
	}
	struct vt_arena *arena = vt_arena_new();
	struct vt_access_lists lists = { 0 };
	const struct vt_access_lists *answers[] = { &lists };
	if (look->hits) {
		ask(&snap, VT_ASKED_HITS, false);
		fill_hits(look, arena, &lists);
		snap.hits = answers;
		snap.hits_len = 1;
	}
	if (look->cumulative) {
		ask(&snap, VT_ASKED_SUMMARY, false);
		snap.summary = &summary;
	}
	struct vt_commit *commit = vt_reduce(story->unit, &snap, &story->options);
	vt_arena_free(arena);
	return commit;
}

static void take(struct story *story, const struct vt_commit *commit)
{
	for (size_t i = 0; i < commit->tunnels_len; i++) {
		story->tunnel = commit->tunnels[i];
		story->seen = true;
		story->restarts = commit->tunnels[i].restarts;
	}
	if (commit->forget_tunnels_len)
		story->seen = false;
	story->sampled = commit->samples_len > 0;
	if (story->sampled)
		story->sample = commit->samples[0];
}

static struct story begin(void)
{
	return (struct story){ .unit = vt_unit_new(s("fw"), VT_STR_NONE, s("192.0.2.1")),
			       .options = vt_reduce_defaults() };
}

static void go_on(struct story *story, const struct look *looks, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct look *look = &looks[i];
		struct vt_commit *commit = poll(story, look);
		char events[2048];
		tell(commit, events, sizeof events);
		take(story, commit);
		vt_commit_free(commit);
		const char *status = story->seen ? vt_tunnel_status_name(story->tunnel.status) : NULL;
		if (strcmp(events, look->events ? look->events : "") != 0)
			fail_msg("at %d s: events are \"%s\", expected \"%s\"", look->at_s, events,
				 look->events ? look->events : "");
		if ((status == NULL) != (look->status == NULL) || (status && strcmp(status, look->status) != 0))
			fail_msg("at %d s: status is %s, expected %s", look->at_s, status ? status : "(no tunnel)",
				 look->status ? look->status : "(no tunnel)");
		int64_t since_s = (story->tunnel.status_since_ms - T0) / 1000;
		if (look->since_s != -1 && status && since_s != look->since_s)
			fail_msg("at %d s: %s since %" PRId64 " s, expected %d s", look->at_s, status, since_s,
				 look->since_s);
	}
}

#define TELL(...)                                                                                                      \
	const struct look looks[] = { __VA_ARGS__ };                                                                   \
	struct story story = begin();                                                                                  \
	go_on(&story, looks, sizeof looks / sizeof *looks)
#define END vt_unit_free(story.unit)

static void a_tunnel_is_up_since_its_session_began(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 100, .encaps = 5, .decaps = 5, .index = 7, .duration_s = 3600, .status = "up",
	       .events = "ike-state status:up", .since_s = -3600 },
	     { 60, "MM_ACTIVE", .spi = 100, .encaps = 15, .decaps = 9, .status = "up", .since_s = -3600 });
	assert_true(story.sampled);
	assert_int_equal(story.sample.delta.encaps_pkts, 10);
	assert_int_equal(story.sample.delta.decaps_pkts, 4);
	assert_int_equal(story.sample.delta.tx_bytes, VT_ABSENT);
	END;
}

static void a_new_spi_with_counters_going_on_is_a_rekey(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 100, .encaps = 5, .decaps = 5, .index = 7, .duration_s = 100, .status = "up",
	       .events = "ike-state status:up", .since_s = -1 },
	     { 60, "MM_ACTIVE", .spi = 200, .encaps = 9, .decaps = 9, .status = "up", .events = "rekey",
	       .since_s = -1 });
	assert_int_equal(story.restarts, 0);
	END;
}

static void a_new_spi_that_never_counted_waits_for_the_session_to_explain_it(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 100, .index = 7, .duration_s = 100, .status = "up",
	       .events = "ike-state status:up", .since_s = -1 },
	     { 60, "MM_ACTIVE", .spi = 200, .status = "up", .since_s = -1 });
	assert_true(vt_unit_wants_sessions(story.unit));
	const struct look same[] = { { 120, "MM_ACTIVE", .spi = 200, .index = 7, .duration_s = 220, .status = "up",
				       .events = "rekey", .since_s = -1 } };
	go_on(&story, same, 1);
	assert_false(vt_unit_wants_sessions(story.unit));
	const struct look other[] = {
		{ 180, "MM_ACTIVE", .spi = 300, .status = "up", .since_s = -1 },
		{ 240, "MM_ACTIVE", .spi = 300, .index = 8, .duration_s = 80, .status = "up",
		  .events = "session-restart", .since_s = -1 },
	};
	go_on(&story, other, 2);
	assert_int_equal(story.restarts, 1);
	END;
}

static void a_session_restart_is_known_by_index_or_by_its_beginning(void **state)
{
	(void)state;
	/* Index the same after the counter wrapped, or unread: the beginning decides; a second of rounding does not. */
	TELL({ 0, "MM_ACTIVE", .spi = 100, .encaps = 50, .index = 7, .duration_s = 1000, .status = "up",
	       .events = "ike-state status:up", .since_s = -1 },
	     { 300, "MM_ACTIVE", .spi = 100, .encaps = 60, .decaps = 1, .index = 7, .duration_s = 1299, .status = "up",
	       .since_s = -1 },
	     { 600, "MM_ACTIVE", .spi = 100, .encaps = 70, .decaps = 2, .index = 7, .duration_s = 1602, .status = "up",
	       .since_s = -1 },
	     { 900, "MM_ACTIVE", .spi = 300, .encaps = 3, .decaps = 3, .index = 7, .duration_s = 60, .status = "up",
	       .events = "session-restart", .since_s = -1 });
	assert_int_equal(story.restarts, 1);
	/* What was counted since the reset is the increment. */
	assert_int_equal(story.sample.delta.encaps_pkts, 3);
	END;
}

static void a_clock_that_runs_away_or_is_set_is_no_restart(void **state)
{
	(void)state;
	/* Eight seconds a day, then an hour forward and two back again. */
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .index = 7, .duration_s = 100000,
	       .uptime_s = 2 * 86400, .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 86400, "MM_ACTIVE", .spi = 1, .encaps = 2, .decaps = 2, .index = 7, .duration_s = 186392,
	       .uptime_s = 3 * 86400, .status = "up", .since_s = -1 },
	     { 90000, "MM_ACTIVE", .spi = 1, .encaps = 3, .decaps = 3, .index = 7, .duration_s = 186452,
	       .uptime_s = 3 * 86400, .status = "up", .since_s = -1 },
	     { 82860, "MM_ACTIVE", .spi = 1, .encaps = 4, .decaps = 4, .index = 7, .duration_s = 186512,
	       .uptime_s = 3 * 86400, .status = "up", .since_s = -1 });
	assert_int_equal(story.restarts, 0);
	END;
}

static void the_youngest_of_several_sessions_speaks(void **state)
{
	(void)state;
	/* Two sites behind one address: whichever comes first in the listing, and when the younger goes, too. */
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .index = 9, .duration_s = 100, .elder = 7,
	       .elder_duration_s = 5000, .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 60, "MM_ACTIVE", .spi = 1, .encaps = 2, .decaps = 2, .index = 9, .duration_s = 160, .elder = 7,
	       .elder_duration_s = 5060, .status = "up", .since_s = -1 },
	     { 120, "MM_ACTIVE", .spi = 1, .encaps = 3, .decaps = 3, .index = 7, .duration_s = 5120, .elder = 9,
	       .elder_duration_s = 220, .status = "up", .since_s = -1 },
	     { 180, "MM_ACTIVE", .spi = 1, .encaps = 4, .decaps = 4, .index = 7, .duration_s = 5180, .status = "up",
	       .since_s = -1 },
	     { 240, "MM_ACTIVE", .spi = 1, .encaps = 5, .decaps = 5, .index = 12, .duration_s = 10, .elder = 7,
	       .elder_duration_s = 5240, .status = "up", .events = "session-restart", .since_s = -1 });
	assert_int_equal(story.restarts, 1);
	END;
}

static void a_rekeyed_ike_sa_is_no_restart(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .left_s = 100, .spi = 1, .encaps = 1, .decaps = 1, .index = 7, .duration_s = 90,
	       .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 60, "MM_ACTIVE", .left_s = 86390, .spi = 1, .encaps = 2, .decaps = 2, .status = "up", .since_s = -1 },
	     { 120, "MM_ACTIVE", .left_s = 86330, .spi = 1, .encaps = 3, .decaps = 3, .index = 7, .duration_s = 210,
	       .status = "up", .events = "ike-rekey", .since_s = -1 });
	END;
}

static void a_stuck_initiator_is_phase1_failing_also_between_two_attempts(void **state)
{
	(void)state;
	TELL({ 0, "MM_WAIT_MSG2", .status = "negotiating", .events = "ike-state status:negotiating", .since_s = 0 },
	     { 30, "MM_WAIT_MSG2", .burst = true, .status = "negotiating", .since_s = 0 },
	     { 60, NULL, .status = "phase1-failing", .events = "ike-state status:phase1-failing", .since_s = 0 },
	     { 120, "MM_WAIT_MSG2", .status = "phase1-failing", .events = "ike-state", .since_s = 0 },
	     { 180, NULL, .status = "phase1-failing", .events = "ike-state", .since_s = 0 },
	     /* No attempt for more than five minutes: nothing is known any more. */
	     { 480, NULL, .status = "unknown", .events = "status:unknown", .since_s = 480 });
	END;
}

static void ike_that_comes_up_without_selectors_is_phase2(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .status = "negotiating", .events = "ike-state status:negotiating", .since_s = 0 },
	     { 60, "MM_WAIT_MSG6", .status = "phase2-failing", .events = "ike-state status:phase2-failing",
	       .since_s = 0 },
	     { 120, "MM_ACTIVE", .status = "phase2-failing", .events = "ike-state", .since_s = 0 });
	END;
}

static void ike_alone_says_nothing_until_the_sas_were_read(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .burst = true, .status = "unknown", .events = "ike-state status:unknown", .since_s = 0 },
	     { 60, "MM_ACTIVE", .status = "negotiating", .events = "status:negotiating", .since_s = 60 });
	END;
}

static void packets_in_one_direction_only_are_no_traffic_after_a_while(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 10, .decaps = 10, .status = "up", .events = "ike-state status:up",
	       .since_s = 0 },
	     { 60, "MM_ACTIVE", .spi = 1, .encaps = 20, .decaps = 10, .status = "up", .since_s = 0 },
	     { 4 * MIN, "MM_ACTIVE", .spi = 1, .encaps = 30, .decaps = 10, .status = "up", .since_s = 0 },
	     { 6 * MIN, "MM_ACTIVE", .spi = 1, .encaps = 40, .decaps = 10, .status = "no-traffic",
	       .events = "status:no-traffic", .since_s = 60 },
	     /* A quiet minute proves nothing; the first answer does. */
	     { 7 * MIN, "MM_ACTIVE", .spi = 1, .encaps = 40, .decaps = 10, .status = "no-traffic", .since_s = 60 },
	     { 8 * MIN, "MM_ACTIVE", .spi = 1, .encaps = 41, .decaps = 11, .status = "up", .events = "status:up",
	       .since_s = 8 * MIN });
	END;
}

static void silence_of_the_device_is_unknown_and_nothing_is_forgotten(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .index = 7, .duration_s = 500, .status = "up",
	       .events = "ike-state status:up", .since_s = -500 },
	     { 60, .fail = true, .status = "up", .events = "device-state", .since_s = -500 },
	     { 120, .fail = true, .status = "unknown", .events = "status:unknown", .since_s = 120 },
	     { 180, .fail = true, .status = "unknown", .since_s = 120 },
	     { 240, "MM_ACTIVE", .spi = 1, .encaps = 9, .decaps = 9, .index = 7, .duration_s = 740, .status = "up",
	       .events = "device-state status:up", .since_s = -500 });
	assert_int_equal(story.restarts, 0);
	END;
}

static void a_truncated_listing_takes_nothing_away(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .status = "up", .events = "ike-state status:up",
	       .since_s = 0 },
	     { 60, NULL, .truncated = true, .status = "up", .events = "parser parser", .since_s = 0 },
	     { 90, NULL, .truncated = true, .status = "up", .since_s = 0 }, /* told once, until it is whole again */
	     { 120, NULL, .status = "unknown", .events = "ike-state selector-lost status:unknown", .since_s = 120 });
	END;
}

static void a_reboot_is_no_flap_of_the_tunnel(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 100, .decaps = 100, .index = 70, .duration_s = 500,
	       .uptime_s = 864000, .status = "up", .events = "ike-state status:up", .since_s = -500 },
	     { 900, "MM_ACTIVE", .spi = 9, .encaps = 3, .decaps = 3, .index = 1, .duration_s = 100, .uptime_s = 200,
	       .status = "up", .events = "reboot session-restart", .since_s = -500 });
	assert_int_equal(story.restarts, 0);
	END;
}

static void an_uptime_in_days_and_hours_is_no_reboot(void **state)
{
	(void)state;
	/* "10 days 3 hours" is printed for a whole hour, then "10 days 4 hours". */
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .uptime_s = 10 * 86400 + 3 * 3600, .status = "up",
	       .events = "ike-state status:up", .since_s = -1 },
	     { 3500, "MM_ACTIVE", .spi = 1, .encaps = 2, .decaps = 2, .uptime_s = 10 * 86400 + 3 * 3600, .status = "up",
	       .since_s = -1 },
	     { 3900, "MM_ACTIVE", .spi = 1, .encaps = 3, .decaps = 3, .uptime_s = 10 * 86400 + 4 * 3600, .status = "up",
	       .since_s = -1 });
	END;
}

static void a_standby_unit_shows_replicas_and_is_not_believed(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .failover = "Active", .failover_at = "10:00",
	       .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 60, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .failover = "Standby Ready", .failover_at = "11:00",
	       .status = "unknown", .events = "failover status:unknown", .since_s = 60 },
	     { 120, NULL, .failover = "Standby Ready", .failover_at = "11:00", .status = "unknown", .since_s = 60 });
	END;
}

static void a_tunnel_that_must_be_up_is_down_after_two_polls(void **state)
{
	(void)state;
	struct story story = begin();
	struct vt_expectation expectation = { .peer = s("203.0.113.9"), .name = s("acme-hq"), .must_be_up = true };
	vt_unit_expect(story.unit, &expectation, 1);
	const struct look looks[] = {
		{ 0, NULL, .status = "unknown", .events = "status:unknown", .since_s = 0 },
		{ 60, NULL, .status = "unknown", .since_s = 0 },
		{ 120, NULL, .status = "down", .events = "status:down", .since_s = 0 },
	};
	go_on(&story, looks, 3);
	END;
}

static void remote_access_clients_are_not_tunnels(void **state)
{
	(void)state;
	TELL({ 0, "AM_ACTIVE", .type = "user", .status = NULL, .since_s = -1 },
	     { 60, "AM_WAIT_MSG3", .type = "user", .role = "responder", .status = NULL, .since_s = -1 },
	     { 120, "MM_TM_INIT_XAUTH", .type = "user", .role = "responder", .status = NULL, .since_s = -1 },
	     /* A site-to-site peer that has not matched its tunnel-group yet is listed as "user" as well. */
	     { 180, "MM_WAIT_MSG3", .type = "user", .role = "responder", .status = "negotiating",
	       .events = "ike-state status:negotiating", .since_s = 180 });
	END;
}

static void a_stranger_that_never_had_a_session_is_forgotten(void **state)
{
	(void)state;
	TELL({ 0, "MM_WAIT_MSG3", .role = "responder", .status = "negotiating",
	       .events = "ike-state status:negotiating", .since_s = 0 },
	     { 60, NULL, .status = "phase1-failing", .events = "ike-state status:phase1-failing", .since_s = 0 },
	     { 600, NULL, .status = "unknown", .events = "status:unknown", .since_s = 600 },
	     { 3700, NULL, .status = NULL, .since_s = -1 });
	END;
}

static void a_child_built_again_inside_the_session_is_told(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 100, .decaps = 100, .index = 7, .duration_s = 900, .child = 2,
	       .bytes = 100000, .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 300, "MM_ACTIVE", .spi = 5, .encaps = 4, .decaps = 4, .index = 7, .duration_s = 1200, .child = 5,
	       .bytes = 4000, .status = "up", .events = "rekey selector-rebuilt", .since_s = -1 });
	assert_int_equal(story.restarts, 0);
	END;
}

static void sessions_that_lived_and_died_unseen_are_counted(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 9, .decaps = 9, .index = 7, .duration_s = 900, .cumulative = 40,
	       .status = "up", .events = "ike-state status:up", .since_s = -1 },
	     { 300, "MM_ACTIVE", .spi = 5, .encaps = 10, .decaps = 10, .index = 10, .duration_s = 20, .cumulative = 43,
	       .status = "up", .events = "rekey session-restart hidden-sessions", .since_s = -1 },
	     { 600, "MM_ACTIVE", .spi = 5, .encaps = 11, .decaps = 11, .index = 10, .duration_s = 320, .cumulative = 43,
	       .status = "up", .since_s = -1 });
	END;
}

static void state_goes_on_after_a_restart_of_the_collector(void **state)
{
	(void)state;
	TELL({ 0, "MM_ACTIVE", .spi = 1, .encaps = 10, .decaps = 10, .index = 7, .duration_s = 500, .status = "up",
	       .events = "ike-state status:up", .since_s = -500 });
	const struct look look = {
		60, "MM_ACTIVE", .spi = 1, .encaps = 12, .decaps = 12, .index = 7, .duration_s = 560
	};
	struct vt_commit *commit = poll(&story, &look);
	/* The rows a store would have kept: the first poll's, as they stand in the unit now. */
	assert_int_equal(commit->live_len, 1);
	struct vt_tunnel_row tunnel = story.tunnel;
	tunnel.device = s("fw"), tunnel.context = VT_STR_NONE, tunnel.peer = s("203.0.113.9"),
	tunnel.name = tunnel.owner = tunnel.expect = VT_STR_NONE;
	tunnel.role = s("initiator"), tunnel.status_reason = s("1 selector with an SA"),
	tunnel.ike_state = s("MM_ACTIVE");
	tunnel.tunnel_group = s("203.0.113.9"), tunnel.interface = s("outside"), tunnel.local_addr = s("192.0.2.1"),
	tunnel.local_endpoint = s("192.0.2.1:500"), tunnel.remote_endpoint = s("203.0.113.9:500");
	struct vt_selector_row selector = {
		.id = commit->live[0].selector_id,
		.tunnel_id = tunnel.id,
		.local = s("10.1.0.0/16"),
		.remote = s("10.2.0.0/16"),
		.status = VT_SELECTOR_UP,
		.spi_in = 1,
		.spi_out = 2,
		.crypto_map = s("outside_map"),
		.sequence = 10,
		.path_mtu = VT_ABSENT,
	};
	struct vt_unit_rows rows = { .device = commit->device,
				     .tunnels = &tunnel,
				     .tunnels_len = 1,
				     .selectors = &selector,
				     .selectors_len = 1,
				     .live = commit->live,
				     .live_len = 1 };
	vt_unit_free(story.unit);
	story = begin();
	vt_unit_restore(story.unit, &rows);
	vt_commit_free(commit);
	const struct look after[] = {
		{ 120, "MM_ACTIVE", .spi = 1, .encaps = 20, .decaps = 20, .index = 7, .duration_s = 620, .status = NULL,
		  .since_s = -1 },
		{ 420, "MM_ACTIVE", .spi = 4, .encaps = 2, .decaps = 2, .index = 9, .duration_s = 30, .status = "up",
		  .events = "session-restart", .since_s = -500 },
	};
	go_on(&story, after, 1);
	assert_int_equal(story.sample.delta.encaps_pkts, 8);
	go_on(&story, after + 1, 1);
	assert_int_equal(story.restarts, 1);
	END;
}

/* The device's own configuration: one peer, two selectors. */
static void configure(struct story *story, const char *peers)
{
	struct vt_config *config = vt_config_new();
	struct vt_expected expected;
	char text[1024];
	snprintf(text, sizeof text,
		 "name 203.0.113.9 hq-peer\n"
		 "access-list vpn_hq extended permit ip 10.1.0.0 255.255.0.0 10.2.0.0 255.255.0.0\n"
		 "access-list vpn_hq extended permit ip 10.1.0.0 255.255.0.0 10.3.0.0 255.255.0.0\n"
		 "crypto map m 10 match address vpn_hq\ncrypto map m 10 set peer %s\n"
		 "crypto map m 10 set ikev1 transform-set T\ncrypto map m interface outside\n",
		 peers);
	vt_config_read(config, s(text));
	vt_config_finish(config);
	vt_config_expected(config, config->arena, &expected);
	vt_unit_configure(story->unit, config, &expected);
	vt_config_free(config);
}

static void a_configured_tunnel_nobody_asks_for_is_idle(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "hq-peer");
	const struct look looks[] = {
		{ 0, NULL, .hits = 7, .other_hits = 3, .status = "idle", .events = "status:idle", .since_s = 0 },
		{ 300, NULL, .hits = 7, .other_hits = 3, .status = "idle", .since_s = 0 },
		/* Somebody asks, the SA is there with the next poll: nothing was ever wrong. */
		{ 360, NULL, .hits = 8, .other_hits = 3, .status = "idle", .since_s = 0 },
		{ 420, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .status = "up",
		  .events = "ike-state selector-up status:up", .since_s = 420 },
		{ 480, NULL, .status = "idle", .events = "ike-state selector-lost status:idle", .since_s = 480 },
		/* Hits that came while it was up ask for nothing. */
		{ 540, NULL, .hits = 30, .other_hits = 3, .status = "idle", .since_s = 480 },
	};
	go_on(&story, looks, sizeof looks / sizeof *looks);
	assert_int_equal(vt_unit_selectors(story.unit), 2);
	END;
}

static void a_tunnel_packets_ask_for_in_vain_is_down(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "203.0.113.9");
	const struct look looks[] = {
		{ 0, NULL, .hits = 7, .other_hits = 3, .status = "idle", .events = "status:idle", .since_s = 0 },
		{ 60, NULL, .hits = 9, .other_hits = 3, .status = "idle", .since_s = 0 },
		{ 120, NULL, .hits = 12, .other_hits = 3, .status = "down", .events = "status:down", .since_s = 0 },
		/* A quarter of an hour without another packet: nobody asks any more. */
		{ 120 + 16 * MIN, NULL, .hits = 12, .other_hits = 3, .status = "idle", .events = "status:idle",
		  .since_s = 120 + 16 * MIN },
	};
	go_on(&story, looks, sizeof looks / sizeof *looks);
	END;
}

static void attempts_that_fall_between_two_polls_go_on_failing_while_packets_ask(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "203.0.113.9");
	const struct look looks[] = {
		{ 0, "MM_WAIT_MSG2", .hits = 7, .other_hits = 3, .status = "negotiating",
		  .events = "ike-state status:negotiating", .since_s = 0 },
		{ 60, "MM_WAIT_MSG2", .hits = 8, .other_hits = 3, .status = "phase1-failing",
		  .events = "status:phase1-failing", .since_s = 0 },
		{ 120, NULL, .hits = 9, .other_hits = 3, .status = "phase1-failing", .events = "ike-state",
		  .since_s = 0 },
		{ 60 + 10 * MIN, NULL, .hits = 12, .other_hits = 3, .status = "phase1-failing", .since_s = 0 },
		{ 60 + 29 * MIN, NULL, .hits = 15, .other_hits = 3, .status = "phase1-failing", .since_s = 0 },
		/* Not one of them was seen for half an hour: there are none. */
		{ 60 + 31 * MIN, NULL, .hits = 16, .other_hits = 3, .status = "phase1-failing", .since_s = 0 },
		{ 60 + 33 * MIN, NULL, .hits = 17, .other_hits = 3, .status = "down", .events = "status:down",
		  .since_s = 60 + 31 * MIN },
	};
	go_on(&story, looks, sizeof looks / sizeof *looks);
	END;
}

static void a_selector_packets_ask_for_in_vain_beside_a_healthy_one_is_phase2(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "203.0.113.9");
	const struct look looks[] = {
		{ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .hits = 7, .other_hits = 3, .status = "up",
		  .events = "ike-state status:up", .since_s = 0 },
		{ 60, "MM_ACTIVE", .spi = 1, .encaps = 9, .decaps = 9, .hits = 8, .other_hits = 5, .status = "up",
		  .since_s = 0 },
		{ 120, "MM_ACTIVE", .spi = 1, .encaps = 9, .decaps = 9, .hits = 8, .other_hits = 6,
		  .status = "phase2-failing", .events = "status:phase2-failing", .since_s = 60 },
	};
	go_on(&story, looks, sizeof looks / sizeof *looks);
	END;
}

static void sas_nobody_configured_are_an_orphan(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "198.51.100.1");
	const struct look looks[] = {
		{ 0, "MM_ACTIVE", .spi = 1, .encaps = 1, .decaps = 1, .events = "ike-state status:orphan status:idle",
		  .status = "orphan", .since_s = -1 },
	};
	struct vt_commit *commit = poll(&story, &looks[0]);
	assert_int_equal(commit->tunnels_len, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct vt_tunnel_row *row = &commit->tunnels[i];
		assert_string_equal(vt_tunnel_status_name(row->status),
				    vt_str_eq(row->peer, s("203.0.113.9")) ? "orphan" : "idle");
	}
	vt_commit_free(commit);
	END;
}

static void a_backup_peer_at_rest_is_idle_however_much_is_asked(void **state)
{
	(void)state;
	struct story story = begin();
	configure(&story, "198.51.100.1 203.0.113.9");
	const struct look look = { 0, NULL, .hits = 1, .other_hits = 1 },
			  later = { 60, NULL, .hits = 5, .other_hits = 5 },
			  last = { 180, NULL, .hits = 9, .other_hits = 9 };
	const struct look *looks[] = { &look, &later, &last };
	for (size_t i = 0; i < 3; i++) {
		struct vt_commit *commit = poll(&story, looks[i]);
		for (size_t j = 0; j < commit->tunnels_len; j++)
			if (vt_str_eq(commit->tunnels[j].peer, s("203.0.113.9")))
				assert_int_equal(commit->tunnels[j].status, VT_TUNNEL_IDLE);
			else
				assert_int_equal(commit->tunnels[j].status, i < 2 ? VT_TUNNEL_IDLE : VT_TUNNEL_DOWN);
		vt_commit_free(commit);
	}
	END;
}

static void only_lists_of_tunnels_without_an_sa_are_worth_asking(void **state)
{
	(void)state;
	struct story story = begin();
	struct vt_str names[4];
	assert_false(vt_unit_wants_hits(story.unit));
	configure(&story, "203.0.113.9");
	assert_true(vt_unit_wants_hits(story.unit));
	assert_int_equal(vt_unit_quiet_acls(story.unit, names, 4), 1);
	assert_str(names[0], "vpn_hq");
	END;
}

static void counters_wrap_only_where_the_rate_agrees(void **state)
{
	(void)state;
	static const struct {
		uint64_t before, now;
		uint64_t rate_before; /* thousandths a second */
		bool same_flow;
		uint64_t delta;
		bool reset;
	} cases[] = {
		{ 100, 150, VT_ABSENT, true, 50, false },
		{ 100, 100, VT_ABSENT, true, 0, false },
		{ 100, 30, 1000, true, 30, true },
		{ UINT64_C(4294967000), 704, 20000, true, 1000, false }, /* 1000 packets in 60 s, 20 a second before */
		{ UINT64_C(4294967000), 704, 20000, false, 704, true },  /* the flow was rebuilt */
		{ UINT64_C(4294967000), 704, 10, true, 704, true },      /* far too fast to be a wrap */
		{ UINT64_C(4294967000), 704, VT_ABSENT, true, 704, true },
		{ UINT64_C(9294967000), 704, 20000, true, 704, true }, /* it counts in 64 bits */
		{ VT_ABSENT, 7, VT_ABSENT, true, VT_ABSENT, false },
		{ 7, VT_ABSENT, VT_ABSENT, true, VT_ABSENT, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_increment got = vt_counter_step(cases[i].before, cases[i].now, 60000, cases[i].rate_before,
							  cases[i].same_flow);
		if (got.delta != cases[i].delta || got.reset != cases[i].reset)
			fail_msg("case %zu: %" PRIu64 " → %" PRIu64 " gave %" PRIu64 "%s", i, cases[i].before,
				 cases[i].now, got.delta, got.reset ? " (reset)" : "");
	}
	assert_int_equal(vt_counter_rate(60, 60000), 1000);
	assert_int_equal(vt_counter_rate(60, 0), VT_ABSENT);
	assert_int_equal(vt_counter_rate(VT_ABSENT, 60000), VT_ABSENT);
	assert_int_equal(vt_counter_rate(UINT64_MAX / 2, 60000), VT_ABSENT);
}

static void every_name_reads_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VT_TUNNEL_STATUSES; i++) {
		enum vt_tunnel_status status;
		assert_true(vt_tunnel_status_of(s(vt_tunnel_status_name((enum vt_tunnel_status)i)), &status));
		assert_int_equal(status, i);
	}
	for (unsigned i = 0; i < VT_EVENT_KINDS; i++) {
		enum vt_event_kind kind;
		assert_true(vt_event_kind_of(s(vt_event_kind_name((enum vt_event_kind)i)), &kind));
		assert_int_equal(kind, i);
	}
	enum vt_tunnel_status status;
	assert_false(vt_tunnel_status_of(s("sideways"), &status));
	/* Ids are kept in databases: these values may never change. */
	uint64_t device = vt_device_id(s("fra-fw1"), VT_STR_NONE), tunnel = vt_tunnel_id(device, s("90.1.1.1"));
	assert_int_equal(device, UINT64_C(0x2656ed4924f30127));
	assert_int_equal(tunnel, UINT64_C(0x734d9ae28046ed61));
	assert_int_equal(vt_selector_id(tunnel, s("10.0.0.0/8"), s("0.0.0.0/0")), UINT64_C(0xdb2b34399ab9c2a));
}

UNIT_TESTS(CASE(a_tunnel_is_up_since_its_session_began), CASE(a_new_spi_with_counters_going_on_is_a_rekey),
	   CASE(a_new_spi_that_never_counted_waits_for_the_session_to_explain_it),
	   CASE(a_session_restart_is_known_by_index_or_by_its_beginning),
	   CASE(a_clock_that_runs_away_or_is_set_is_no_restart), CASE(the_youngest_of_several_sessions_speaks),
	   CASE(a_rekeyed_ike_sa_is_no_restart), CASE(a_stuck_initiator_is_phase1_failing_also_between_two_attempts),
	   CASE(ike_that_comes_up_without_selectors_is_phase2), CASE(ike_alone_says_nothing_until_the_sas_were_read),
	   CASE(packets_in_one_direction_only_are_no_traffic_after_a_while),
	   CASE(silence_of_the_device_is_unknown_and_nothing_is_forgotten),
	   CASE(a_truncated_listing_takes_nothing_away), CASE(a_reboot_is_no_flap_of_the_tunnel),
	   CASE(an_uptime_in_days_and_hours_is_no_reboot), CASE(a_standby_unit_shows_replicas_and_is_not_believed),
	   CASE(a_tunnel_that_must_be_up_is_down_after_two_polls), CASE(remote_access_clients_are_not_tunnels),
	   CASE(a_stranger_that_never_had_a_session_is_forgotten), CASE(a_child_built_again_inside_the_session_is_told),
	   CASE(sessions_that_lived_and_died_unseen_are_counted), CASE(state_goes_on_after_a_restart_of_the_collector),
	   CASE(a_configured_tunnel_nobody_asks_for_is_idle), CASE(a_tunnel_packets_ask_for_in_vain_is_down),
	   CASE(attempts_that_fall_between_two_polls_go_on_failing_while_packets_ask),
	   CASE(a_selector_packets_ask_for_in_vain_beside_a_healthy_one_is_phase2),
	   CASE(sas_nobody_configured_are_an_orphan), CASE(a_backup_peer_at_rest_is_idle_however_much_is_asked),
	   CASE(only_lists_of_tunnels_without_an_sa_are_worth_asking), CASE(counters_wrap_only_where_the_rate_agrees),
	   CASE(every_name_reads_back))
