/* SPDX-License-Identifier: MIT
 * GET tunnels/{id}/sheet: what the other end of a tunnel needs to know about ours, and when it failed last.
 *
 * The sheet goes to people outside: a failure is told by its time and in neutral words, never by the reason we noted,
 * which may name what is ours.
 */
#include "config.h"

#include "web/api.h"
#include "web/configuration.h"
#include "web/routes.h"

#include <stdlib.h>

#include "base/timefmt.h"
#include "config/sheet.h"

enum {
	FAILURES_SHOWN = 20,
	EVENTS_READ = 200,
};
static const int64_t failures_ms = 30LL * 86400000; /* how far back */

/* What the other end may know of a status; NULL: it is no failure. */
static const char *words_of(enum vt_tunnel_status status)
{
	switch (status) {
	case VT_TUNNEL_PHASE1_FAILING:
		return "IKE was not established";
	case VT_TUNNEL_PHASE2_FAILING:
		return "IKE was established, an IPsec SA was not";
	case VT_TUNNEL_NO_TRAFFIC:
		return "the IPsec SA was up, packets passed one way only or not at all";
	case VT_TUNNEL_DOWN:
		return "no SA, and no attempt was seen";
	default:
		return NULL;
	}
}

struct failures {
	struct vt_sheet_failure *items;
	size_t len, cap;
};

static void add_interval(struct vt_arena *arena, const struct vt_interval *interval, struct failures *failures)
{
	char until[VT_TIME_TEXT];
	const char *words = words_of(interval->status);
	if (!words)
		return;
	if (interval->to_ms)
		vt_time_format(interval->to_ms, until);
	*VT_PUSH(arena, failures->items, failures->len, failures->cap) = (struct vt_sheet_failure){
		interval->from_ms, vt_str_of(interval->to_ms ? vt_arena_printf(arena, "%s, until %s", words, until)
							     : vt_arena_printf(arena, "%s, still so", words))
	};
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct vt_sheet_failure *)a)->at_ms, y = ((const struct vt_sheet_failure *)b)->at_ms;
	return (x < y) - (x > y);
}

static bool read_failures(struct exchange *x, uint64_t tunnel_id, struct failures *failures)
{
	struct vt_error error;
	struct vt_interval *intervals;
	struct vt_event_row *events;
	size_t intervals_len, events_len = 0;
	const int64_t from_ms = x->now_ms - failures_ms;
	const struct vt_event_query query = {
		.tunnel_id = tunnel_id, .from_ms = from_ms, .newest_first = true, .limit = EVENTS_READ
	};
	enum vt_status status = vt_store_intervals(x->store, tunnel_id, from_ms, x->now_ms, x->arena, &intervals,
						   &intervals_len, &error);
	if (status == VT_OK)
		status = vt_store_events(x->store, &query, x->arena, &events, &events_len, &error);
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return false;
	}
	for (size_t i = 0; i < intervals_len; i++)
		add_interval(x->arena, &intervals[i], failures);
	for (size_t i = 0; i < events_len; i++)
		if (events[i].kind == VT_EVENT_SESSION_RESTART)
			*VT_PUSH(x->arena, failures->items, failures->len,
				 failures->cap) = (struct vt_sheet_failure){ events[i].at_ms,
									     VT_STR("the tunnel was built anew") };
	if (failures->len)
		qsort(failures->items, failures->len, sizeof *failures->items, newest_first);
	if (failures->len > FAILURES_SHOWN)
		failures->len = FAILURES_SHOWN;
	return true;
}

/* "json" has both; "text" and "markdown" are the sheet itself. */
static void write_sheet(struct exchange *x, const struct vt_sheet *sheet, const struct configuration *ours,
			struct vt_str format)
{
	if (!vt_str_eq(format, VT_STR("json"))) {
		bool markdown = vt_str_eq(format, VT_STR("markdown"));
		x->reply.type = markdown ? "text/markdown; charset=utf-8" : "text/plain; charset=utf-8";
		vt_sheet_write(sheet, markdown ? VT_SHEET_MARKDOWN : VT_SHEET_TEXT, x->reply.body);
		return;
	}
	struct vt_buf text = { 0 }, markdown = { 0 };
	vt_sheet_write(sheet, VT_SHEET_TEXT, &text);
	vt_sheet_write(sheet, VT_SHEET_MARKDOWN, &markdown);
	vt_json_object(&x->json);
	reply_time(x, "configuration_read_at", ours->kept.read_at_ms);
	reply_str(x, "text", vt_buf_view(&text));
	reply_str(x, "markdown", vt_buf_view(&markdown));
	vt_json_object_end(&x->json);
	vt_buf_free(&text);
	vt_buf_free(&markdown);
}

static bool read_format(struct exchange *x, struct vt_str *format)
{
	*format = VT_STR("json");
	request_parameter(x->request, "format", format);
	if (vt_str_eq(*format, VT_STR("json")) || vt_str_eq(*format, VT_STR("text")) ||
	    vt_str_eq(*format, VT_STR("markdown")))
		return true;
	problem(x, PROBLEM_INVALID_PARAMETER, "format is one of json, text and markdown");
	return false;
}

void api_sheet(struct exchange *x)
{
	struct vt_tunnel_row tunnel;
	struct configuration ours;
	struct failures failures = { 0 };
	struct vt_str format;
	if (!read_format(x, &format) || !api_find_tunnel(x, &tunnel) ||
	    !configuration_read(x, tunnel.device_id, tunnel.device, tunnel.context, &ours))
		return;
	struct vt_sheet sheet = { .config = ours.config };
	if (ours.config)
		sheet.tunnel = vt_sheet_tunnel(ours.config, &ours.expected, tunnel.peer);
	if (!ours.config)
		problem(x, PROBLEM_NOT_FOUND, "the configuration of %s has not been read yet", ours.source);
	else if (!sheet.tunnel)
		problem(x, PROBLEM_NOT_FOUND, "the configuration of %s has no entry for " VT_FMT, ours.source,
			VT_ARG(tunnel.peer));
	else if (read_failures(x, tunnel.id, &failures)) {
		sheet.failures = failures.items;
		sheet.failures_len = failures.len;
		write_sheet(x, &sheet, &ours, format);
	}
	configuration_free(&ours);
}
