/* SPDX-License-Identifier: MIT
 * What a client asked for, as views.
 */
#include "config.h"

#include "web/request.h"

#include <inttypes.h>

#include "base/scan.h"
#include "base/timefmt.h"
#include "base/utf8.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_text(struct vt_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return vt_utf8_valid(s);
}

/* Percent-decoding; '+' is a blank in a query only. Text without an escape is not copied. */
static enum vt_status decode(struct vt_str raw, bool in_query, struct vt_arena *arena, struct vt_str *text,
			     struct vt_error *error)
{
	*text = raw;
	if (vt_str_find_char(raw, '%') >= 0 || (in_query && vt_str_find_char(raw, '+') >= 0)) {
		char *out = vt_arena_alloc(arena, raw.len + 1);
		size_t len = 0;
		for (size_t i = 0; i < raw.len; i++) {
			char c = raw.p[i];
			if (c == '%') {
				int high = i + 2 < raw.len ? hex_digit(raw.p[i + 1]) : -1;
				int low = i + 2 < raw.len ? hex_digit(raw.p[i + 2]) : -1;
				if (high < 0 || low < 0)
					return vt_fail(error, VT_E_ARGUMENT,
						       "the address has a %% without two hexadecimal digits behind it");
				c = (char)(high << 4 | low);
				i += 2;
			} else if (c == '+' && in_query) {
				c = ' ';
			}
			out[len++] = c;
		}
		*text = (struct vt_str){ out, len };
	}
	if (!is_text(*text))
		return vt_fail(error, VT_E_ARGUMENT, "the address holds control characters or is not UTF-8");
	return VT_OK;
}

/* Everything before the next `stop`; moves behind it. */
static struct vt_str cut(struct vt_str *rest, char stop)
{
	ptrdiff_t at = vt_str_find_char(*rest, stop);
	struct vt_str part = at < 0 ? *rest : vt_str_first(*rest, (size_t)at);
	*rest = vt_str_from(*rest, part.len + 1);
	return part;
}

static enum vt_status read_path(struct request *request, struct vt_str path, struct vt_arena *arena,
				struct vt_error *error)
{
	if (!vt_scan_char(&path, '/'))
		return vt_fail(error, VT_E_ARGUMENT, "the address does not begin with a slash");
	/* "/a/" has two parts, the second one empty: it is not "/a". */
	bool more = path.len > 0;
	while (more) {
		if (request->segments_len == REQUEST_MAX_SEGMENTS)
			return vt_fail(error, VT_E_NOT_FOUND, "nothing lies that deep");
		more = vt_str_find_char(path, '/') >= 0;
		struct vt_str raw = cut(&path, '/');
		enum vt_status status = decode(raw, false, arena, &request->segments[request->segments_len++], error);
		if (status != VT_OK)
			return status;
	}
	return VT_OK;
}

static enum vt_status read_query(struct request *request, struct vt_str query, struct vt_arena *arena,
				 struct vt_error *error)
{
	while (query.len) {
		struct vt_str value = cut(&query, '&'), name = cut(&value, '=');
		if (name.len == 0)
			continue;
		if (request->parameters_len == REQUEST_MAX_PARAMETERS)
			return vt_fail(error, VT_E_ARGUMENT, "the address has more than %d parameters",
				       REQUEST_MAX_PARAMETERS);
		struct request_parameter *parameter = &request->parameters[request->parameters_len++];
		enum vt_status status = decode(name, true, arena, &parameter->name, error);
		if (status == VT_OK)
			status = decode(value, true, arena, &parameter->value, error);
		if (status != VT_OK)
			return status;
	}
	return VT_OK;
}

enum vt_status request_read_target(struct request *request, struct vt_str target, struct vt_arena *arena,
				   struct vt_error *error)
{
	if (target.len > REQUEST_MAX_TARGET_BYTES)
		return vt_fail(error, VT_E_FULL, "the address is longer than %d bytes", REQUEST_MAX_TARGET_BYTES);
	request->path = cut(&target, '?');
	enum vt_status status = read_path(request, request->path, arena, error);
	return status == VT_OK ? read_query(request, target, arena, error) : status;
}

static size_t count_parameters(const struct request *request, const char *name, struct vt_str *value)
{
	size_t n = 0;
	for (size_t i = 0; i < request->parameters_len; i++)
		if (vt_str_eq(request->parameters[i].name, vt_str_of(name)) && n++ == 0)
			*value = request->parameters[i].value;
	return n;
}

bool request_parameter(const struct request *request, const char *name, struct vt_str *value)
{
	return count_parameters(request, name, value) > 0;
}

bool request_is_repeated(const struct request *request, const char *name)
{
	struct vt_str value;
	return count_parameters(request, name, &value) > 1;
}

enum vt_status request_u64(const struct request *request, const char *name, uint64_t min, uint64_t max, uint64_t *value,
			   struct vt_error *error)
{
	struct vt_str text;
	uint64_t number;
	if (!request_parameter(request, name, &text))
		return VT_OK;
	struct vt_str rest = text;
	if (!vt_scan_u64(&rest, &number) || rest.len || number < min || number > max)
		return vt_fail(error, VT_E_ARGUMENT, "%s is a whole number from %" PRIu64 " to %" PRIu64, name, min,
			       max);
	*value = number;
	return VT_OK;
}

enum vt_status request_bool(const struct request *request, const char *name, bool *value, struct vt_error *error)
{
	struct vt_str text;
	if (!request_parameter(request, name, &text))
		return VT_OK;
	bool yes = vt_str_eq(text, VT_STR("true")) || vt_str_eq(text, VT_STR("1"));
	if (!yes && !vt_str_eq(text, VT_STR("false")) && !vt_str_eq(text, VT_STR("0")))
		return vt_fail(error, VT_E_ARGUMENT, "%s is true or false", name);
	*value = yes;
	return VT_OK;
}

/* Times far outside of what a database may hold are refused, so that no arithmetic on them can overflow. */
static const int64_t latest_time_ms = INT64_C(253402300799000); /* the end of the year 9999 */

enum vt_status request_time(const struct request *request, const char *name, int64_t now_ms, int64_t *at_ms,
			    struct vt_error *error)
{
	struct vt_str text;
	int64_t at;
	if (!request_parameter(request, name, &text))
		return VT_OK;
	struct vt_str ago = text;
	if (vt_scan_char(&ago, '-') && vt_duration_parse(ago, &at))
		at = now_ms - at;
	else if (!vt_time_parse(text, &at))
		return vt_fail(error, VT_E_ARGUMENT,
			       "%s is a time such as 2026-11-23T02:14:00Z, or -2h for two hours ago", name);
	if (at < 0 || at > latest_time_ms)
		return vt_fail(error, VT_E_ARGUMENT, "%s lies before 1970 or behind the year 9999", name);
	*at_ms = at;
	return VT_OK;
}

enum vt_status request_duration(const struct request *request, const char *name, int64_t *ms, struct vt_error *error)
{
	struct vt_str text;
	uint64_t seconds;
	int64_t duration;
	if (!request_parameter(request, name, &text))
		return VT_OK;
	struct vt_str rest = text;
	if (vt_scan_u64(&rest, &seconds) && rest.len == 0 && seconds <= 1000000000)
		duration = (int64_t)seconds * 1000;
	else if (!vt_duration_parse(text, &duration))
		duration = 0;
	if (duration < 1000)
		return vt_fail(error, VT_E_ARGUMENT, "%s is a duration of at least one second, such as 60s or 5m",
			       name);
	*ms = duration;
	return VT_OK;
}

/* One element of a comma list with parameters: "text/html;q=0.5" gives the text before ';' and whether q is above 0. */
static bool next_choice(struct vt_str *rest, struct vt_str *choice, bool *wanted)
{
	if (rest->len == 0)
		return false;
	struct vt_str parameters = cut(rest, ',');
	*choice = vt_str_trim(cut(&parameters, ';'));
	*wanted = true;
	while (parameters.len) {
		struct vt_str parameter = vt_str_trim(cut(&parameters, ';'));
		if (!vt_scan_ilit(&parameter, VT_STR("q=")))
			continue;
		*wanted = false;
		for (size_t i = 0; i < parameter.len; i++)
			*wanted |= parameter.p[i] >= '1' && parameter.p[i] <= '9';
	}
	return true;
}

/* How closely a media range names the type: 0 not at all, 1 everything, 2 its kind, 3 itself. */
static int closeness(struct vt_str range, struct vt_str type)
{
	if (vt_str_ieq(range, type))
		return 3;
	if (vt_str_eq(range, VT_STR("*/*")) || vt_str_eq(range, VT_STR("*")))
		return 1;
	ptrdiff_t slash = vt_str_find_char(type, '/');
	bool kind = vt_str_ends(range, VT_STR("/*")) && slash >= 0 && range.len == (size_t)slash + 2 &&
		    vt_str_ieq(vt_str_first(range, (size_t)slash), vt_str_first(type, (size_t)slash));
	return kind ? 2 : 0;
}

static bool closest_is_wanted(struct vt_str field, struct vt_str what)
{
	struct vt_str choice;
	bool wanted, answer = false;
	int best = 0;
	while (next_choice(&field, &choice, &wanted)) {
		int close = closeness(choice, what);
		if (close > best || (close == best && close && wanted)) {
			best = close;
			answer = wanted;
		}
	}
	return answer;
}

bool request_accepts(struct vt_str accept, struct vt_str type)
{
	return vt_str_trim(accept).len == 0 || closest_is_wanted(accept, type);
}

bool request_accepts_coding(struct vt_str accept_encoding, struct vt_str coding)
{
	return closest_is_wanted(accept_encoding, coding);
}

bool request_matches_tag(struct vt_str if_none_match, struct vt_str tag)
{
	vt_scan_lit(&tag, VT_STR("W/"));
	while (if_none_match.len) {
		struct vt_str candidate = vt_str_trim(cut(&if_none_match, ','));
		vt_scan_lit(&candidate, VT_STR("W/"));
		if (vt_str_eq(candidate, tag) || vt_str_eq(candidate, VT_STR("*")))
			return true;
	}
	return false;
}

bool request_id(struct vt_str text, uint64_t *id)
{
	if (text.len != 16)
		return false;
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.p[i]);
		if (digit < 0)
			return false;
		value = value << 4 | (uint64_t)digit;
	}
	*id = value;
	return true;
}
