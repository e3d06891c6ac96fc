/* SPDX-License-Identifier: MIT
 * From a configuration that was read to findings that come, stay and go, and to changes that are told.
 */
#include "tests/unit/store_case.h"

#include "config/redact.h"
#include "json/configuration.h"

#define MAP                                                                                                            \
	"access-list A1 extended permit ip 10.0.0.0 255.255.255.0 10.1.0.0 255.255.255.0 \n"                           \
	"crypto ipsec ikev1 transform-set T esp-aes esp-sha-hmac \n"                                                   \
	"crypto map M 10 match address A1\n"                                                                           \
	"crypto map M 10 set peer 203.0.113.9 \n"                                                                      \
	"crypto map M 10 set ikev1 transform-set T\n"                                                                  \
	"crypto map M interface outside\n"                                                                             \
	"crypto ikev1 enable outside\n"
#define GROUP                                                                                                          \
	"tunnel-group 203.0.113.9 type ipsec-l2l\n"                                                                    \
	"tunnel-group 203.0.113.9 ipsec-attributes\n ikev1 pre-shared-key very-s3cret\n"
#define ELSEWHERE                                                                                                      \
	"tunnel-group 192.0.2.77 type ipsec-l2l\ntunnel-group 192.0.2.77 ipsec-attributes\n ikev1 pre-shared-key x\n"

/* One poll of a unit that reads this configuration. */
static void read_config(struct store_case *c, const char *device, const char *text, int64_t at_ms)
{
	struct vt_commit *commit = VT_NEW(c->arena, struct vt_commit);
	struct vt_buf masked = { 0 };
	struct vt_config *config = vt_config_new();
	struct vt_expected expected = { 0 };
	*commit = (struct vt_commit){ .arena = c->arena, .at_ms = at_ms, .device = a_device(device, at_ms) };
	commit->device.config_modified_by = VT_STR("mona");
	commit->device.config_modified_at = VT_STR("10:00:00.000 UTC Mon Jan 5 2026");
	vt_config_redact(vt_str_of(text), &masked);
	vt_config_read_sections(config, vt_buf_view(&masked),
				VT_SECTION_CRYPTO | VT_SECTION_IKE | VT_SECTION_ACL | VT_SECTION_TUNNEL_GROUP);
	vt_config_finish(config);
	vt_config_expected(config, c->arena, &expected);
	vt_commit_configuration(commit, &(struct vt_lint_input){ .config = config, .expected = &expected });
	STORE_OK(vt_store_commit(c->store, commit, e));
	vt_config_free(config);
	vt_buf_free(&masked);
}

static size_t findings(struct store_case *c, const struct vt_finding_query *query, struct vt_finding_row **rows)
{
	struct vt_finding_query all = { .severity = -1, .limit = 100 };
	size_t len;
	bool more;
	STORE_OK(vt_store_findings(c->store, query ? query : &all, c->arena, rows, &len, &more, e));
	return len;
}

static const struct vt_finding_row *of_rule(const struct vt_finding_row *rows, size_t len, const char *rule)
{
	for (size_t i = 0; i < len; i++)
		if (vt_str_eq(rows[i].rule, vt_str_of(rule)))
			return &rows[i];
	return NULL;
}

static void a_finding_comes_stays_goes_and_comes_back(void **state)
{
	(void)state;
	static const struct {
		const char *what, *config;
		bool reopen;
		int64_t since_s; /* of the missing tunnel-group; 0: it is not missing */
	} steps[] = {
		{ "at first sight", MAP ELSEWHERE, false, 100 },
		{ "read again", MAP ELSEWHERE, false, 100 },
		{ "after a restart", MAP ELSEWHERE, true, 100 },
		{ "something else changed", MAP ELSEWHERE "tunnel-group 192.0.2.78 type ipsec-l2l\n", false, 100 },
		{ "repaired", MAP GROUP, false, 0 },
		{ "broken again", MAP ELSEWHERE, false, 600 },
	};
	struct store_case c = store_case_begin();
	uint64_t id = 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct vt_finding_row *rows;
		if (steps[i].reopen)
			store_case_reopen(&c);
		read_config(&c, "fra-fw1", steps[i].config, at_s(100 * ((int64_t)i + 1)));
		size_t len = findings(&c, NULL, &rows);
		const struct vt_finding_row *missing = of_rule(rows, len, "L5");
		int64_t since_ms = missing ? missing->since_ms : 0;
		if (since_ms != (steps[i].since_s ? at_s(steps[i].since_s) : 0))
			fail_msg("%s: since %lld", steps[i].what, (long long)since_ms);
		if (!missing)
			continue;
		assert_true(id == 0 || id == missing->id);
		id = missing->id;
		assert_str(missing->device, "fra-fw1");
		assert_str(missing->peer, "203.0.113.9");
		assert_int_equal(missing->severity, VT_FAULT);
		assert_true(vt_str_find(missing->evidence, VT_STR("crypto map M 10")) > 0);
		assert_int_equal(missing->tunnel_id, 0); /* nobody has seen such a tunnel */
	}
	store_case_end(&c);
}

static void findings_of_one_unit_do_not_touch_those_of_another(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_finding_row *rows;
	uint64_t counts[VT_FAULT + 1], keep = vt_device_id(VT_STR("fra-fw2"), VT_STR_NONE);
	read_config(&c, "fra-fw1", MAP ELSEWHERE, at_s(0));
	size_t of_one = findings(&c, NULL, &rows);
	assert_true(of_one > 0);
	read_config(&c, "fra-fw2", MAP ELSEWHERE, at_s(1));
	assert_int_equal(findings(&c, NULL, &rows), 2 * of_one);
	read_config(&c, "fra-fw2", MAP ELSEWHERE, at_s(2));
	assert_int_equal(findings(&c, NULL, &rows), 2 * of_one);
	/* A device that leaves the fleet takes its findings with it. */
	STORE_OK(vt_store_retire_units(c.store, &keep, 1, e));
	assert_int_equal(findings(&c, NULL, &rows), of_one);
	STORE_OK(vt_store_finding_counts(c.store, counts, e));
	assert_int_equal(counts[VT_ADVICE] + counts[VT_WARNING] + counts[VT_FAULT], of_one);
	store_case_end(&c);
}

static void a_list_has_the_worst_first_in_pages_and_filters(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	char name[16];
	for (int i = 9; i >= 0; i--) {
		snprintf(name, sizeof name, "fw%d", i);
		read_config(&c, name, i % 2 ? MAP ELSEWHERE : MAP GROUP, at_s(i));
	}
	struct vt_finding_row *all, *page, *rows;
	size_t len = findings(&c, NULL, &all), seen = 0;
	for (size_t i = 1; i < len; i++)
		assert_true(
			all[i - 1].severity > all[i].severity ||
			(all[i - 1].severity == all[i].severity && vt_str_cmp(all[i - 1].device, all[i].device) <= 0));
	struct vt_finding_query query = { .severity = -1, .limit = 3 };
	for (bool more = true; more;) {
		size_t page_len;
		STORE_OK(vt_store_findings(c.store, &query, c.arena, &page, &page_len, &more, e));
		for (size_t i = 0; i < page_len; i++)
			assert_int_equal(page[i].id, all[seen++].id);
		query.after = page[page_len - 1].id;
	}
	assert_int_equal(seen, len);
	const struct {
		struct vt_finding_query query;
		size_t len;
	} filters[] = {
		{ { .severity = VT_FAULT, .limit = 100, .rule = VT_STR("L5") }, 5 },
		{ { .severity = -1, .limit = 100, .fault = VT_STR("P1-NOTG") }, 5 },
		{ { .severity = -1, .limit = 100, .fault = VT_STR("P1-NOTG"), .device = VT_STR("fw3") }, 1 },
		{ { .severity = -1, .limit = 100, .rule = VT_STR("L5"), .device = VT_STR("fw4") }, 0 },
		{ { .severity = VT_WARNING, .limit = 100, .rule = VT_STR("L5") }, 0 },
	};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		assert_int_equal(findings(&c, &filters[i].query, &rows), filters[i].len);
	size_t none;
	bool more;
	struct vt_error error;
	query.after = 12345;
	assert_int_equal(vt_store_findings(c.store, &query, c.arena, &rows, &none, &more, &error), VT_E_NOT_FOUND);
	store_case_end(&c);
}

static void changed_lines_are_told_once_and_show_no_secret(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_device_row device = a_device("fra-fw1", at_s(0));
	struct vt_event_query query = { .device_id = device.id, .config_changes = true, .limit = 10 };
	struct vt_event_row *events;
	size_t len;
	read_config(&c, "fra-fw1", MAP GROUP, at_s(0));
	read_config(&c, "fra-fw1", "! another frame\n: Saved\n" MAP GROUP "Cryptochecksum:00\n", at_s(60));
	STORE_OK(vt_store_events(c.store, &query, c.arena, &events, &len, e));
	assert_int_equal(len, 0);
	store_case_reopen(&c);
	read_config(&c, "fra-fw1", MAP "crypto map M 10 set pfs group14\n" GROUP, at_s(120));
	read_config(&c, "fra-fw1", MAP "crypto map M 10 set pfs group14\n" GROUP, at_s(180));
	STORE_OK(vt_store_events(c.store, &query, c.arena, &events, &len, e));
	assert_int_equal(len, 1);
	assert_int_equal(events[0].kind, VT_EVENT_CONFIG_CHANGED);
	assert_int_equal(events[0].at_ms, at_s(120));
	assert_str(events[0].to, "mona");
	assert_str(
		events[0].detail,
		"1 line that concerns VPN came, 0 went (last modified by mona at 10:00:00.000 UTC Mon Jan 5 2026, the "
		"device's own clock)\n+ crypto map M 10 set pfs group14");
	/* Back to what it was: the text is there already. */
	read_config(&c, "fra-fw1", MAP GROUP, at_s(240));
	STORE_OK(vt_store_events(c.store, &query, c.arena, &events, &len, e));
	assert_int_equal(len, 2);
	store_case_end(&c);
}

/* A row that the database refused would hold up everything behind it. */
static void names_of_any_bytes_are_kept(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_finding_row *rows;
	read_config(&c, "fra-fw1",
		    "crypto map \"\\\xff\xc3\x01\x7f 10 set peer 203.0.113.9 no\xf0\x9f\n"
		    "crypto map \"\\\xff\xc3\x01\x7f interface out\xed\xa0\x80side\n"
		    "access-list A1 extended permit ip any any\n",
		    at_s(0));
	size_t len = findings(&c, NULL, &rows);
	assert_true(len > 0);
	read_config(&c, "fra-fw1", "access-list \xff extended permit ip any any\n", at_s(60));
	store_case_end(&c);
}

static void the_past_is_forgotten_and_the_present_is_not(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_finding_row *rows;
	const struct vt_retention keep = {
		.samples_ms = 1000, .hourly_ms = 1000, .events_ms = 1000, .evidence_ms = 1000
	};
	read_config(&c, "fra-fw1", MAP ELSEWHERE, at_s(0));
	read_config(&c, "fra-fw1", MAP GROUP, at_s(60));
	size_t now = findings(&c, NULL, &rows);
	bool more = true;
	for (int i = 0; i < 100 && more; i++)
		STORE_OK(vt_store_maintain(c.store, at_s(86400), &keep, &more, e));
	assert_int_equal(findings(&c, NULL, &rows), now);
	/* What the unit has now is still known: reading it again is no change, another text is one. */
	struct vt_event_query query = { .device_id = vt_device_id(VT_STR("fra-fw1"), VT_STR_NONE),
					.config_changes = true,
					.limit = 10 };
	struct vt_event_row *events;
	size_t len;
	read_config(&c, "fra-fw1", MAP GROUP, at_s(86400));
	STORE_OK(vt_store_events(c.store, &query, c.arena, &events, &len, e));
	assert_int_equal(len, 0);
	read_config(&c, "fra-fw1", MAP ELSEWHERE, at_s(86460));
	STORE_OK(vt_store_events(c.store, &query, c.arena, &events, &len, e));
	assert_int_equal(len, 1);
	store_case_end(&c);
}

static void the_configuration_comes_back_as_it_was_last_read(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_configuration kept;
	struct vt_error error;
	uint64_t id = vt_device_id(VT_STR("fra-fw1"), VT_STR_NONE);
	assert_int_equal(vt_store_configuration(c.store, id, c.arena, &kept, &error), VT_E_NOT_FOUND);
	read_config(&c, "fra-fw1", MAP ELSEWHERE, at_s(0));
	read_config(&c, "fra-fw1", MAP GROUP, at_s(60));
	read_config(&c, "fra-fw1", MAP GROUP, at_s(120));
	STORE_OK(vt_store_configuration(c.store, id, c.arena, &kept, e));
	assert_int_equal(kept.since_ms, at_s(60));
	assert_int_equal(kept.read_at_ms, at_s(120));
	assert_true(vt_str_find(kept.text, VT_STR("192.0.2.77")) < 0);
	assert_true(vt_str_find(kept.text, VT_STR("crypto map M 10")) >= 0);
	store_case_end(&c);
}

UNIT_TESTS(CASE(the_configuration_comes_back_as_it_was_last_read), CASE(a_finding_comes_stays_goes_and_comes_back),
	   CASE(findings_of_one_unit_do_not_touch_those_of_another),
	   CASE(a_list_has_the_worst_first_in_pages_and_filters), CASE(changed_lines_are_told_once_and_show_no_secret),
	   CASE(names_of_any_bytes_are_kept), CASE(the_past_is_forgotten_and_the_present_is_not))
