/* SPDX-License-Identifier: MIT
 * The JSON writer, held against a parser that is not ours, and facts written from their tables.
 */
#include "json/shape.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

static void text_is_escaped_and_made_utf8(void **state)
{
	(void)state;
	static const struct {
		struct vt_str raw;
		const char *json;
	} cases[] = {
		{ VT_STR(""), "\"\"" },
		{ VT_STR("plain text"), "\"plain text\"" },
		{ VT_STR("say \"hi\" \\ bye"), "\"say \\\"hi\\\" \\\\ bye\"" },
		{ VT_STR("\t\n\r\b\f"), "\"\\t\\n\\r\\b\\f\"" },
		{ VT_STR("\001\037\177"), "\"\\u0001\\u001f\\u007f\"" },
		{ VT_STR("M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x94\xa5"),
		  "\"M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x94\xa5\"" },
		{ VT_STR("\xff\xc3"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ VT_STR("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"" },                 /* overlong */
		{ VT_STR("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* surrogate */
		{ VT_STR("\xf4\x90\x80\x80"),
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* beyond Unicode */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_buf out = { 0 };
		vt_json_quote(&out, cases[i].raw);
		assert_str(vt_buf_view(&out), cases[i].json);
		vt_buf_free(&out);
	}
}

/* The same bytes anywhere, read by jansson. */
static void whatever_a_device_sends_is_valid_json(void **state)
{
	(void)state;
	unsigned seed = 7;
	for (int round = 0; round < 5000; round++) {
		char raw[24];
		for (size_t i = 0; i < sizeof raw; i++) {
			seed = seed * 1103515245 + 12345;
			raw[i] = (char)(seed >> 16 | (round & 1 ? 0x80 : 0));
		}
		struct vt_buf out = { 0 };
		vt_json_quote(&out, (struct vt_str){ raw, sizeof raw });
		json_error_t error;
		json_t *read = json_loadb(out.p, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
		if (!read)
			fail_msg("%s: %s", error.text, out.p);
		json_decref(read);
		vt_buf_free(&out);
	}
}

static void commas_and_levels_come_by_themselves(void **state)
{
	(void)state;
	static const struct {
		unsigned indent;
		const char *json;
	} cases[] = {
		{ 0, "{\"a\":1,\"b\":[],\"c\":[true,null,{}],\"d\":\"0x00ab34cd\",\"e\":-5}" },
		{ 2, "{\n  \"a\": 1,\n  \"b\": [],\n  \"c\": [\n    true,\n    null,\n    {}\n  ],\n  \"d\": "
		     "\"0x00ab34cd\",\n  \"e\": -5\n}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_buf out = { 0 };
		struct vt_json json;
		vt_json_init(&json, &out, cases[i].indent);
		vt_json_object(&json);
		vt_json_key_u64(&json, "a", 1);
		vt_json_key(&json, "b");
		vt_json_array(&json);
		vt_json_array_end(&json);
		vt_json_key(&json, "c");
		vt_json_array(&json);
		vt_json_bool(&json, true);
		vt_json_str(&json, VT_STR_NONE);
		vt_json_object(&json);
		vt_json_object_end(&json);
		vt_json_array_end(&json);
		vt_json_key_str(&json, "absent", VT_STR_NONE);
		vt_json_key_u64(&json, "absent", VT_ABSENT);
		vt_json_key(&json, "d");
		vt_json_spi(&json, 0xab34cd);
		vt_json_key_i64(&json, "e", -5);
		vt_json_object_end(&json);
		assert_str(vt_buf_view(&out), cases[i].json);
		vt_buf_free(&out);
	}
}

static void numbers_read_back_as_themselves(void **state)
{
	(void)state;
	static const double values[] = {
		0, 0.1, 1.0 / 3, 1e21, -2.5e-9, 123456789.125, 5e-324, 1.7976931348623157e308
	};
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct vt_buf out = { 0 };
		struct vt_json json;
		vt_json_init(&json, &out, 0);
		vt_json_double(&json, values[i]);
		assert_true(strtod(out.p, NULL) == values[i]);
		vt_buf_free(&out);
	}
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, 0);
	vt_json_double(&json, NAN);
	assert_str(vt_buf_view(&out), "null");
	vt_buf_free(&out);
}

struct inside {
	uint64_t n;
	struct vt_str addr;
};
struct sample {
	struct vt_str text, empty, none;
	uint64_t zero, absent, spi;
	int64_t before, never;
	int8_t yes, no, unknown;
	bool truth, silent;
	struct vt_str_list words, no_words;
	struct inside shown, hidden;
	struct inside *many, *few;
	size_t many_len, few_len;
};
static const struct vt_field inside_fields[] = { VT_F(U64, inside, n), VT_F(ADDR, inside, addr) };
static const struct vt_shape inside_shape = VT_SHAPE(inside, inside_fields);
static const struct vt_field sample_fields[] = {
	VT_F(STR, sample, text),
	VT_F(STR, sample, empty),
	VT_F(STR, sample, none),
	VT_F(U64, sample, zero),
	VT_F(U64, sample, absent),
	VT_F_AS("spi_in", SPI, sample, spi),
	VT_F(I64, sample, before),
	VT_F(I64, sample, never),
	VT_F(FLAG, sample, yes),
	VT_F(FLAG, sample, no),
	VT_F(FLAG, sample, unknown),
	VT_F(BOOL, sample, truth),
	VT_F(IS, sample, silent),
	VT_F(STRS, sample, words),
	VT_F(STRS, sample, no_words),
	VT_FO(sample, shown, &inside_shape),
	VT_FO(sample, hidden, &inside_shape),
	VT_FA(ARRAY, sample, many, &inside_shape),
	VT_FA(SOME, sample, few, &inside_shape),
};
static const struct vt_shape sample_shape = VT_SHAPE(sample, sample_fields);

static void what_is_absent_has_no_key(void **state)
{
	(void)state;
	struct vt_str words[] = { VT_STR("a"), VT_STR("no b") };
	struct sample s;
	vt_shape_clear(&sample_shape, &s);
	assert_true(s.absent == VT_ABSENT && s.unknown == -1 && s.hidden.n == VT_ABSENT);
	s.text = VT_STR("x");
	s.empty = VT_STR("");
	s.zero = 0;
	s.spi = 10;
	s.before = -1;
	s.yes = 1;
	s.no = 0;
	s.words = (struct vt_str_list){ words, 2 };
	s.shown.n = 7;
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, 0);
	vt_shape_json(&sample_shape, &s, &json);
	assert_str(vt_buf_view(&out),
		   "{\"text\":\"x\",\"empty\":\"\",\"zero\":0,\"spi_in\":\"0x0000000a\",\"before\":-1,"
		   "\"yes\":true,\"no\":false,\"truth\":false,\"words\":[\"a\",\"no b\"],"
		   "\"shown\":{\"n\":7},\"many\":[]}");
	vt_buf_free(&out);
}

static void lengthen(struct vt_str *addr, void *arg)
{
	++*(int *)arg;
	*addr = VT_STR("192.0.2.1");
}

static void addresses_are_found_at_every_depth(void **state)
{
	(void)state;
	struct inside many[2];
	struct sample s;
	int found = 0;
	vt_shape_clear(&sample_shape, &s);
	vt_shape_clear(&inside_shape, &many[0]);
	vt_shape_clear(&inside_shape, &many[1]);
	s.shown.addr = VT_STR("a");
	many[1].addr = VT_STR("b");
	s.many = many;
	s.many_len = 2;
	vt_shape_addrs(&sample_shape, &s, lengthen, &found);
	assert_int_equal(found, 2);
	assert_str(s.shown.addr, "192.0.2.1");
	assert_str(many[1].addr, "192.0.2.1");
	assert_null(many[0].addr.p);
}

static void a_listing_has_its_report_and_its_facts_or_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ "There are no ipsec sas\n",
		  "{\"command\":\"show crypto ipsec sa\",\"report\":{\"lines\":1,\"recognised\":1,\"skipped\":0},"
		  "\"facts\":{\"selectors\":[]}}" },
		{ "There are no ipsec sas\nhm\n",
		  "{\"command\":\"show crypto ipsec sa\",\"report\":{\"lines\":2,\"recognised\":1,\"skipped\":1,"
		  "\"first_skipped\":{\"line\":2,\"text\":\"hm\"}},\"facts\":{\"selectors\":[]}}" },
		{ "interface: outside\n",
		  "{\"command\":\"show crypto ipsec sa\",\"report\":{\"lines\":1,\"recognised\":1,\"skipped\":0,"
		  "\"truncated\":true},\"facts\":{\"selectors\":[]}}" },
		{ "ERROR: Command authorization failed\n",
		  "{\"command\":\"show crypto ipsec sa\",\"report\":{\"lines\":1,\"recognised\":1,"
		  "\"skipped\":0},\"error\":\"denied\"}" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_buf out = { 0 };
		struct vt_json json;
		vt_json_init(&json, &out, 0);
		vt_listing_json(vt_listing_parse(VT_LISTING_IPSEC_SA, vt_str_of(cases[i].text), arena), &json);
		assert_str(vt_buf_view(&out), cases[i].json);
		vt_buf_free(&out);
		vt_arena_free(arena);
	}
}

UNIT_TESTS(CASE(text_is_escaped_and_made_utf8), CASE(whatever_a_device_sends_is_valid_json),
	   CASE(commas_and_levels_come_by_themselves), CASE(numbers_read_back_as_themselves),
	   CASE(what_is_absent_has_no_key), CASE(addresses_are_found_at_every_depth),
	   CASE(a_listing_has_its_report_and_its_facts_or_an_error))
