/* SPDX-License-Identifier: MIT
 * GET tunnels/{id}/timeline: the states a tunnel went through, and what happened to it and to its device as a whole,
 * newest first. Intervals come whole with the first page; `items` are the events, in pages.
 * GET devices/{name}/config-changes: the events of one kind of a device.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

enum { DEFAULT_SPAN_DAYS = 7 };

static bool read_span(struct exchange *x, int64_t *from_ms, int64_t *to_ms)
{
	struct vt_error error;
	*to_ms = x->now_ms;
	if (!parameter_is_good(x, request_time(x->request, "to", x->now_ms, to_ms, &error), &error))
		return false;
	*from_ms = *to_ms - INT64_C(86400000) * DEFAULT_SPAN_DAYS;
	if (*from_ms < 0)
		*from_ms = 0;
	if (!parameter_is_good(x, request_time(x->request, "from", x->now_ms, from_ms, &error), &error))
		return false;
	if (*from_ms >= *to_ms)
		problem(x, PROBLEM_INVALID_PARAMETER, "from lies behind to");
	return *from_ms < *to_ms;
}

void api_event(struct exchange *x, const struct vt_event_row *event)
{
	vt_json_object(&x->json);
	reply_u64(x, "seq", event->seq);
	reply_time(x, "at", event->at_ms);
	vt_json_key_text(&x->json, "kind", vt_event_kind_name(event->kind));
	reply_str(x, "device", event->device);
	reply_str(x, "context", event->context.len ? event->context : VT_STR_NONE);
	reply_str(x, "peer", event->peer);
	reply_id(x, "tunnel_id", event->tunnel_id);
	reply_id(x, "selector_id", event->selector_id);
	reply_str(x, "from", event->from);
	reply_str(x, "to", event->to);
	reply_str(x, "detail", event->detail);
	vt_json_object_end(&x->json);
}

static void write_intervals(struct exchange *x, const struct vt_interval *intervals, size_t len)
{
	vt_json_key(&x->json, "intervals");
	vt_json_array(&x->json);
	for (size_t i = 0; i < len; i++) {
		vt_json_object(&x->json);
		vt_json_key_text(&x->json, "status", vt_tunnel_status_name(intervals[i].status));
		reply_time(x, "from", intervals[i].from_ms);
		reply_time(x, "to", intervals[i].to_ms); /* null: still so */
		reply_str(x, "reason", intervals[i].reason);
		vt_json_object_end(&x->json);
	}
	vt_json_array_end(&x->json);
}

static void write_items(struct exchange *x, const struct vt_event_row *events, size_t len)
{
	vt_json_key(&x->json, "items");
	vt_json_array(&x->json);
	for (size_t i = 0; i < len; i++)
		api_event(x, &events[i]);
	vt_json_array_end(&x->json);
}

struct timeline {
	struct vt_interval *intervals;
	size_t intervals_len;
	struct vt_event_row *events;
	size_t events_len;
};

static enum vt_status read_timeline(struct exchange *x, uint64_t tunnel_id, int64_t from_ms, int64_t to_ms,
				    const struct page *page, struct timeline *timeline, struct vt_error *error)
{
	/* One more than asked for tells whether there is a next page. */
	struct vt_event_query query = { .tunnel_id = tunnel_id,
					.from_ms = from_ms,
					.to_ms = to_ms,
					.after_seq = page->cursor.position,
					.newest_first = true,
					.limit = page->limit + 1 };
	enum vt_status status = vt_store_events(x->store, &query, x->arena, &timeline->events, &timeline->events_len,
						error);
	if (status != VT_OK || page->cursor.position)
		return status;
	return vt_store_intervals(x->store, tunnel_id, from_ms, to_ms, x->arena, &timeline->intervals,
				  &timeline->intervals_len, error);
}

void api_timeline(struct exchange *x)
{
	static const char *const filters[] = { "from", "to", NULL };
	struct vt_error error;
	struct vt_tunnel_row tunnel;
	struct timeline timeline = { 0 };
	struct page page;
	int64_t from_ms, to_ms;
	if (!read_span(x, &from_ms, &to_ms) || !page_read(x, CURSOR_EVENTS, filters, &page) ||
	    !api_find_tunnel(x, &tunnel))
		return;
	enum vt_status status = read_timeline(x, tunnel.id, from_ms, to_ms, &page, &timeline, &error);
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	bool more = timeline.events_len > page.limit;
	size_t shown = more ? page.limit : timeline.events_len;
	vt_json_object(&x->json);
	reply_id(x, "tunnel", tunnel.id);
	reply_time(x, "from", from_ms);
	reply_time(x, "to", to_ms);
	write_intervals(x, timeline.intervals, timeline.intervals_len);
	write_items(x, timeline.events, shown);
	page_next(x, &page, more, shown ? timeline.events[shown - 1].seq : 0);
	vt_json_object_end(&x->json);
}

void api_config_changes(struct exchange *x)
{
	static const char *const filters[] = { NULL };
	struct vt_error error;
	struct vt_device_row device;
	struct vt_event_row *events;
	struct page page;
	size_t len;
	if (!page_read(x, CURSOR_EVENTS, filters, &page) || !api_find_device(x, &device))
		return;
	struct vt_event_query query = { .device_id = device.id,
					.after_seq = page.cursor.position,
					.config_changes = true,
					.newest_first = true,
					.limit = page.limit + 1 };
	enum vt_status status = vt_store_events(x->store, &query, x->arena, &events, &len, &error);
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	bool more = len > page.limit;
	size_t shown = more ? page.limit : len;
	vt_json_object(&x->json);
	reply_str(x, "device", device.name);
	reply_str(x, "context", device.context.len ? device.context : VT_STR_NONE);
	write_items(x, events, shown);
	page_next(x, &page, more, shown ? events[shown - 1].seq : 0);
	vt_json_object_end(&x->json);
}
