/* SPDX-License-Identifier: MIT
 * The simulated fleet as time passes: what follows from a world, and that it always follows in the same way.
 */
#include "tests/asasim/truth.h"
#include "tests/asasim/world.h"

#include "tap.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define START INT64_C(1767600000000) /* 2026-01-05 08:00 UTC */
#define HEAD                                                                                                           \
	"world: test\nseed: 5\nhistory: 2h\ndevices: [ { name: one }, { name: two, failover: { stateful: true } }, { " \
	"name: three } ]\n"                                                                                            \
	"peers: [ { name: acme } ]\ntunnels:\n"

struct sim {
	struct world *world;
	struct model *model;
};

/* A world from text; `why` is for those that are wrong. */
static struct world *read_text(const char *text, char *why, size_t room)
{
	char file[4096];
	const char *folder = getenv("TMPDIR");
	snprintf(file, sizeof file, "%s/asasim-world-XXXXXX", folder ? folder : "/tmp");
	int fd = mkstemp(file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	struct world_options options = { .start_ms = START, .start_given = true };
	struct world *world = world_read(file, &options, why, room);
	unlink(file);
	return world;
}

static struct sim begin(const char *text)
{
	char why[512] = "";
	struct sim s = { .world = read_text(text, why, sizeof why) };
	assert_string_equal(why, "");
	s.model = model_new(s.world);
	return s;
}

static void end(struct sim *s)
{
	model_free(s->model);
	world_free(s->world);
}

static void after(struct sim *s, double seconds)
{
	model_advance(s->model, model_now(s->model) + (int64_t)(seconds * 1000));
}

static void fault(struct sim *s, struct fault_words words)
{
	char why[256] = "";
	words.at_ms = model_now(s->model);
	struct fault *f = world_fault(s->world, &words, why, sizeof why);
	assert_string_equal(why, "");
	model_inject(s->model, f);
}

static char *dump(struct sim *s)
{
	json_t *o = truth_json(s->model, NULL);
	char *text = json_dumps(o, JSON_SORT_KEYS);
	json_decref(o);
	return text;
}

/* Which state an end shows for its own attempts, or the established SA. */
static const char *state_of(const struct link *link, unsigned e)
{
	const struct end *mine = &link->end[e], *far = &link->end[!e];
	if (mine->ike.up)
		return "up";
	if (mine->attempt.running && mine->attempt.state[0])
		return ike_state_name(mine->attempt.state[0]);
	if (far->attempt.running && far->attempt.state[1])
		return ike_state_name(far->attempt.state[1]);
	return "";
}

#define QUIET_B "traffic: { pps: 10, size: 100, initiator: a }"

static void one_stride_or_many_end_in_the_same_state(void **state)
{
	(void)state;
	static const char text[] = HEAD
		"  - { name: t1, a: one, b: two, ike: 1, selectors: 4, lifetime: 600 }\n"
		"  - { name: t2, a: two, b: three, ike: 2, lifetime: 420, pfs: 14, on_b: { pfs: 19 } }\n"
		"  - { name: t3, a: three, b: acme, ike: 1, traffic: { pps: 3, on: 10m, off: 50m } }\n"
		"faults: [ { fault: psk, tunnel: t1, end: b, at: 20m, for: 10m }, { fault: loss, percent: 40, tunnel: "
		"t2, at: -1h },\n"
		"          { fault: udp500, tunnel: t3, at: 70m, for: 5m }, { fault: reboot, device: two, at: 2h, for: "
		"3m } ]\n";
	struct sim one = begin(text), many = begin(text);
	after(&one, 5 * 3600);
	for (int i = 0; i < 5 * 3600 * 4; i++) {
		after(&many, 0.25);
		if (i % 100 == 0) /* looking changes nothing */
			for (size_t k = 0; k < many.world->n_links; k++)
				model_counters(many.model, many.world->links[k], 0, 0);
	}
	char *a = dump(&one), *b = dump(&many);
	assert_string_equal(a, b);
	free(a);
	free(b);
	end(&one);
	end(&many);
}

static void both_ends_of_a_healthy_tunnel_agree(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, selectors: 3, lifetime: 900 }\n");
	after(&s, 3000);
	const struct link *link = s.world->links[0];
	for (size_t k = 0; k < link->n_sel; k++) {
		struct counters a = model_counters(s.model, link, k, 0), b = model_counters(s.model, link, k, 1);
		assert_true(link->sel[k].end[0].up && link->sel[k].end[1].up);
		assert_int_equal(link->sel[k].end[0].spi_out, link->sel[k].end[1].spi_in);
		assert_int_equal(link->sel[k].end[1].spi_out, link->sel[k].end[0].spi_in);
		assert_true(a.encaps > 0);
		assert_int_equal(a.encaps, b.decaps);
		assert_int_equal(b.encaps, a.decaps);
		assert_int_equal(a.tx_bytes, b.rx_bytes);
	}
	assert_int_equal(link->end[0].session.since_ms, link->end[1].session.since_ms);
	end(&s);
}

static void a_rekey_keeps_session_and_counters(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, lifetime: 900, ike_lifetime: 86400 }\n");
	const struct link *link = s.world->links[0];
	uint32_t spi = link->sel[0].end[0].spi_in;
	unsigned index = link->end[0].session.index;
	uint64_t encaps = model_counters(s.model, link, 0, 0).encaps;
	after(&s, 900);
	assert_int_not_equal(link->sel[0].end[0].spi_in, spi);
	assert_int_equal(link->end[0].session.index, index);
	assert_true(model_counters(s.model, link, 0, 0).encaps > encaps);
	end(&s);
}

static void faults_show_at_both_ends(void **state)
{
	(void)state;
	static const struct {
		const char *fault, *end, *direction, *a, *b;
	} cases[] = {
		{ "psk", "b", NULL, "MM_WAIT_MSG6", "MM_WAIT_MSG5" },
		{ "udp500", NULL, "ab", "MM_WAIT_MSG2", "" },
		{ "udp500", NULL, "ba", "MM_WAIT_MSG2", "MM_WAIT_MSG3" },
		{ "no-tunnel-group", "b", NULL, "MM_WAIT_MSG4", "" },
		{ "not-enabled", "b", NULL, "MM_WAIT_MSG2", "" },
		{ "policy", "b", NULL, "MM_WAIT_MSG2", "" },
		{ "no-route", "a", NULL, "MM_WAIT_MSG2", "" },
		{ "no-route", "b", NULL, "MM_WAIT_MSG2", "MM_WAIT_MSG3" },
		{ "esp", NULL, "both", "up", "up" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, " QUIET_B " }\n");
		const struct link *link = s.world->links[0];
		assert_string_equal(state_of(link, 0), "up");
		fault(&s, (struct fault_words){ .fault = cases[i].fault,
						.tunnel = "t",
						.end = cases[i].end,
						.direction = cases[i].direction });
		fault(&s, (struct fault_words){ .fault = "clear", .tunnel = "t" });
		after(&s, 300);
		/* An attempt lives 32 s: within the next 40 s both states are seen together at some moment. */
		bool seen = false;
		for (int t = 0; t < 40 && !seen; t++, after(&s, 1))
			seen = strcmp(state_of(link, 0), cases[i].a) == 0 && strcmp(state_of(link, 1), cases[i].b) == 0;
		if (!seen)
			print_message("# %s: now %s and %s\n", cases[i].fault, state_of(link, 0), state_of(link, 1));
		assert_true(seen);
		model_clear(s.model, NULL);
		after(&s, 120);
		assert_string_equal(state_of(link, 0), "up");
		assert_true(link->sel[0].end[0].up);
		end(&s);
	}
}

static void esp_blocked_one_way_counts_at_one_end_only(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, " QUIET_B " }\n");
	const struct link *link = s.world->links[0];
	fault(&s, (struct fault_words){ .fault = "esp", .tunnel = "t", .direction = "ba" });
	struct counters a0 = model_counters(s.model, link, 0, 0), b0 = model_counters(s.model, link, 0, 1);
	after(&s, 600);
	struct counters a = model_counters(s.model, link, 0, 0), b = model_counters(s.model, link, 0, 1);
	assert_true(a.encaps > a0.encaps);
	assert_int_equal(a.decaps, a0.decaps);
	assert_int_equal(b.decaps - b0.decaps, a.encaps - a0.encaps);
	assert_true(b.encaps > b0.encaps); /* b answers what it gets */
	end(&s);
}

static void packets_without_an_sa_are_counted_while_they_are_dropped(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, " QUIET_B " }\n");
	const struct gateway *gw = s.world->links[0]->end[0].gw;
	fault(&s, (struct fault_words){ .fault = "udp500", .tunnel = "t" });
	fault(&s, (struct fault_words){ .fault = "clear", .tunnel = "t" });
	after(&s, 60);
	uint64_t before = model_drops(s.model, gw).need_sa;
	after(&s, 10); /* ten packets a second, in the middle of an attempt */
	assert_in_range(model_drops(s.model, gw).need_sa - before, 99, 104);
	end(&s);
}

static void pfs_differs_in_ikev2_and_the_tunnel_lives_one_lifetime(void **state)
{
	(void)state;
	struct sim s = begin(HEAD
			     "  - { name: t, a: one, b: two, ike: 2, lifetime: 420, pfs: 14, on_b: { pfs: 19 } }\n");
	const struct link *link = s.world->links[0];
	unsigned first = link->end[0].session.index;
	after(&s, 4200);
	/* One session a lifetime, and little in between: 9 to 11 in ten lifetimes. */
	assert_in_range(link->end[0].session.index - first, 9, 11);
	end(&s);
}

static void wrong_networks_end_each_session_at_once(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, " QUIET_B
				  ", on_b: { proxy: 10.255.0.0/24 } }\n");
	const struct gateway *gw = s.world->links[0]->end[0].gw;
	unsigned before = gw->cumulative[1];
	after(&s, 600);
	assert_true(gw->cumulative[1] - before > 10);
	assert_false(s.world->links[0]->sel[0].end[0].up);
	end(&s);
}

static void a_quiet_tunnel_goes_after_its_idle_timeout_and_comes_back(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: two, ike: 1, traffic: { pps: 5, on: 10m, off: 110m } }\n");
	const struct link *link = s.world->links[0];
	after(&s, 600); /* a new period has just begun */
	assert_true(link->end[0].session.up);
	after(&s, 25 * 60);
	assert_true(link->end[0].session.up);
	after(&s, 20 * 60);
	assert_false(link->end[0].session.up);
	assert_false(link->end[1].session.up);
	after(&s, 66 * 60);
	assert_true(link->end[0].session.up);
	end(&s);
}

static void a_reboot_loses_everything_and_the_peer_notices(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: three, ike: 1 }\n");
	const struct link *link = s.world->links[0];
	const struct device *device = world_device(s.world, "one");
	char why[256];
	struct fault *f = world_fault(
		s.world,
		&(struct fault_words){ .fault = "reboot", .device = "one", .at_ms = START, .until_ms = START + 120000 },
		why, sizeof why);
	model_inject(s.model, f);
	assert_false(link->end[0].ike.up);
	assert_true(link->end[1].ike.up); /* no notice was sent */
	after(&s, 30);
	assert_false(link->end[1].ike.up); /* lost contact: 10 + 3 times 2 seconds */
	after(&s, 100);
	assert_true(link->end[0].ike.up && link->end[1].ike.up);
	assert_int_equal(link->end[0].session.index, 1);
	assert_int_equal(device->boot_ms, START + 120000);
	end(&s);
}

static void a_stateful_failover_keeps_the_sessions(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: two, b: three, ike: 1 }\n");
	const struct link *link = s.world->links[0];
	unsigned index = link->end[0].session.index;
	fault(&s, (struct fault_words){ .fault = "failover", .device = "two" });
	assert_int_equal(world_device(s.world, "two")->active_unit, 1);
	after(&s, 60);
	assert_int_equal(link->end[0].session.index, index);
	end(&s);
}

static void a_traced_packet_starts_ike(void **state)
{
	(void)state;
	struct sim s = begin(HEAD "  - { name: t, a: one, b: three, ike: 1, traffic: { pps: 0 } }\n");
	struct link *link = s.world->links[0];
	assert_false(link->end[0].ike.up);
	model_demand(s.model, link, 0, 0);
	after(&s, 5);
	assert_true(link->end[0].ike.up);
	end(&s);
}

static void a_wrong_world_is_told_by_file_and_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "world: x\n", ":1: a world needs devices" },
		{ "devices:\n  - name: a\n    colour: red\n", ":3: a device has no key \"colour\"" },
		{ HEAD "  - { a: one, b: nobody }\n", ":7: b: there is no device, context or peer named \"nobody\"" },
		{ HEAD "  - { a: one, b: two, lifetime: soon }\n", ":7: \"soon\" is not a value for lifetime" },
		{ HEAD "  - { a: one, b: two }\nfaults:\n  - { fault: meteor }\n", ":9: there is no fault \"meteor\"" },
		{ "devices: [\n", "did not find" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[512] = "";
		struct world *world = read_text(cases[i].text, why, sizeof why);
		assert_null(world);
		if (!strstr(why, cases[i].said))
			assert_string_equal(why, cases[i].said);
	}
}

static void every_world_of_the_tests_can_be_read(void **state)
{
	(void)state;
	char pattern[4096], why[512] = "";
	glob_t found;
	const char *top = getenv("top_srcdir");
	snprintf(pattern, sizeof pattern, "%s/tests/worlds/*.yaml", top ? top : "..");
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct world_options options = { .start_ms = START, .start_given = true };
		struct world *world = world_read(found.gl_pathv[i], &options, why, sizeof why);
		assert_string_equal(why, "");
		world_free(world);
	}
	globfree(&found);
}

static void packets_are_counted_without_being_sent(void **state)
{
	(void)state;
	static const struct traffic cases[] = {
		{ .pps_milli = 10000, .size_bytes = 1, .phase_ms = 1000 },
		{ .pps_milli = 333, .size_bytes = 1, .phase_ms = 0 },
		{ .pps_milli = 5000, .size_bytes = 1, .on_ms = 10000, .off_ms = 50000, .phase_ms = 77 },
		{ .pps_milli = 50, .size_bytes = 1, .on_ms = 3000, .off_ms = 4000, .phase_ms = 5 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct traffic *t = &cases[i];
		int64_t at = 0;
		/* Walking from packet to packet counts each of them once. */
		for (uint64_t n = 1; n < 500; n++) {
			at = traffic_next(t, at);
			assert_int_equal(traffic_count(t, at), n);
			assert_int_equal(traffic_count(t, at - 1), n - 1);
			assert_int_equal(traffic_last(t, at), at);
		}
	}
}

UNIT_TESTS(CASE(one_stride_or_many_end_in_the_same_state), CASE(both_ends_of_a_healthy_tunnel_agree),
	   CASE(a_rekey_keeps_session_and_counters), CASE(faults_show_at_both_ends),
	   CASE(esp_blocked_one_way_counts_at_one_end_only),
	   CASE(packets_without_an_sa_are_counted_while_they_are_dropped),
	   CASE(pfs_differs_in_ikev2_and_the_tunnel_lives_one_lifetime), CASE(wrong_networks_end_each_session_at_once),
	   CASE(a_quiet_tunnel_goes_after_its_idle_timeout_and_comes_back),
	   CASE(a_reboot_loses_everything_and_the_peer_notices), CASE(a_stateful_failover_keeps_the_sessions),
	   CASE(a_traced_packet_starts_ike), CASE(a_wrong_world_is_told_by_file_and_line),
	   CASE(every_world_of_the_tests_can_be_read), CASE(packets_are_counted_without_being_sent))
