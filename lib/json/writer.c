/* SPDX-License-Identifier: MIT
 * The JSON writer.
 */
#include "json/writer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

static void new_line(struct vt_json *json)
{
	size_t blanks = (size_t)json->depth * json->indent;
	char *to = vt_buf_reserve(json->out, blanks + 1);
	to[0] = '\n';
	memset(to + 1, ' ', blanks);
	json->out->len += blanks + 1;
	json->out->p[json->out->len] = '\0';
}

/* What stands between the value before and this one. */
static void before(struct vt_json *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (json->comma)
		vt_buf_char(json->out, ',');
	if (json->indent && json->depth)
		new_line(json);
}

static void begin(struct vt_json *json, char bracket)
{
	before(json);
	vt_buf_char(json->out, bracket);
	json->depth++;
	json->comma = false;
}

static void end(struct vt_json *json, char bracket)
{
	json->depth--;
	if (json->indent && json->comma)
		new_line(json);
	vt_buf_char(json->out, bracket);
	json->comma = true;
}

void vt_json_init(struct vt_json *json, struct vt_buf *out, unsigned indent)
{
	*json = (struct vt_json){ .out = out, .indent = indent };
}

void vt_json_object(struct vt_json *json)
{
	begin(json, '{');
}

void vt_json_object_end(struct vt_json *json)
{
	end(json, '}');
}

void vt_json_array(struct vt_json *json)
{
	begin(json, '[');
}

void vt_json_array_end(struct vt_json *json)
{
	end(json, ']');
}

void vt_json_key(struct vt_json *json, const char *key)
{
	before(json);
	vt_json_quote(json->out, vt_str_of(key));
	vt_buf_add(json->out, ": ", json->indent ? 2 : 1);
	json->after_key = true;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escape(struct vt_buf *out, unsigned char c)
{
	static const char short_of[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	if (c == '"' || c == '\\')
		vt_buf_printf(out, "\\%c", c);
	else if (c < sizeof short_of && short_of[c])
		vt_buf_printf(out, "\\%c", short_of[c]);
	else
		vt_buf_printf(out, "\\u%04x", c);
}

void vt_json_quote(struct vt_buf *out, struct vt_str text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	vt_buf_char(out, '"');
	for (size_t i = 0; i < text.len;) {
		size_t run = i;
		while (run < text.len && is_plain(p[run]))
			run++;
		vt_buf_add(out, p + i, run - i);
		i = run;
		if (i == text.len)
			break;
		size_t n = p[i] < 0x80 ? 0 : vt_utf8_sequence(text.p + i, text.len - i);
		if (n)
			vt_buf_add(out, p + i, n);
		else if (p[i] < 0x80)
			escape(out, p[i]);
		else
			vt_buf_add(out, "\xef\xbf\xbd", 3);
		i += n ? n : 1;
	}
	vt_buf_char(out, '"');
}

void vt_json_str(struct vt_json *json, struct vt_str value)
{
	if (value.p == NULL) {
		vt_json_null(json);
		return;
	}
	before(json);
	vt_json_quote(json->out, value);
	json->comma = true;
}

void vt_json_text(struct vt_json *json, const char *value)
{
	vt_json_str(json, vt_str_of(value));
}

void vt_json_u64(struct vt_json *json, uint64_t value)
{
	before(json);
	vt_buf_u64(json->out, value);
	json->comma = true;
}

void vt_json_i64(struct vt_json *json, int64_t value)
{
	before(json);
	vt_buf_i64(json->out, value);
	json->comma = true;
}

void vt_json_double(struct vt_json *json, double value)
{
	if (!isfinite(value)) {
		vt_json_null(json);
		return;
	}
	char text[32];
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	vt_json_raw(json, vt_str_of(text));
}

void vt_json_bool(struct vt_json *json, bool value)
{
	vt_json_raw(json, value ? VT_STR("true") : VT_STR("false"));
}

void vt_json_null(struct vt_json *json)
{
	vt_json_raw(json, VT_STR("null"));
}

void vt_json_spi(struct vt_json *json, uint64_t value)
{
	before(json);
	vt_buf_printf(json->out, "\"0x%08llx\"", (unsigned long long)value);
	json->comma = true;
}

void vt_json_raw(struct vt_json *json, struct vt_str value)
{
	before(json);
	vt_buf_str(json->out, value);
	json->comma = true;
}

void vt_json_key_str(struct vt_json *json, const char *key, struct vt_str value)
{
	if (value.p == NULL)
		return;
	vt_json_key(json, key);
	vt_json_str(json, value);
}

void vt_json_key_text(struct vt_json *json, const char *key, const char *value)
{
	vt_json_key_str(json, key, vt_str_of(value));
}

void vt_json_key_u64(struct vt_json *json, const char *key, uint64_t value)
{
	if (value == VT_ABSENT)
		return;
	vt_json_key(json, key);
	vt_json_u64(json, value);
}

void vt_json_key_i64(struct vt_json *json, const char *key, int64_t value)
{
	vt_json_key(json, key);
	vt_json_i64(json, value);
}

void vt_json_key_bool(struct vt_json *json, const char *key, bool value)
{
	vt_json_key(json, key);
	vt_json_bool(json, value);
}
