/* SPDX-License-Identifier: MIT
 * GET tunnels/{id}/pair: both ends of a tunnel beside each other, where both are managed.
 *
 * Three comparisons, each by itself: the two configurations as they were last read (config/pair.h), the SPIs that the
 * last polls saw (detect/spis.h), and what each end sent and received over a window of its own polls (detect/loss.h).
 * What cannot be told says why. Nothing is kept between requests: two configurations are read and two tunnels' samples
 * of the window are added up.
 */
#include "config.h"

#include "web/api.h"
#include "web/configuration.h"
#include "web/routes.h"

#include "base/addr.h"
#include "base/map.h"
#include "config/lint.h"
#include "config/pair.h"
#include "detect/loss.h"
#include "detect/spis.h"
#include "json/finding.h"

enum {
	SELECTORS_SHOWN = 1000,
	EVENTS_READ = 500,
	WINDOW_MS = 10 * 60000, /* without the parameter */
	WINDOW_MAX_MS = 6 * 3600000,
};

/* One end and all that is known of it. */
struct end {
	struct vt_tunnel_row tunnel;
	struct configuration own;
	struct vt_findings lint;
	struct vt_selector_now *selectors;
	size_t selectors_len;
	struct vt_series *series; /* one bucket each: the window */
	size_t series_len;
	struct vt_map by_id;     /* struct vt_selector_now of a selector */
	struct vt_map window_of; /* struct vt_bucket of a selector */
	struct vt_map begun;     /* selectors (or the tunnel, for all) whose counters began anew in the window */
};

struct pair {
	struct exchange *x;
	struct end here, there;
	int64_t window_ms;
};

static struct vt_str name_of(const struct end *end)
{
	return vt_str_of(end->own.source);
}

/* ---- reading ---- */

static bool store_is_good(struct pair *p, enum vt_status status, const struct vt_error *error)
{
	if (status == VT_E_ARGUMENT)
		problem(p->x, PROBLEM_INVALID_PARAMETER, "%s", error->text);
	else if (status == VT_E_NOT_FOUND)
		problem(p->x, PROBLEM_NOT_FOUND, "%s", error->text);
	else if (status != VT_OK)
		problem_of_store(p->x, status, error);
	return status == VT_OK;
}

/* Events of a selector or of the whole tunnel behind which its counters are not those of before. */
static void note_begun(struct end *end, const struct vt_event_row *events, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const struct vt_event_row *event = &events[i];
		if (event->kind == VT_EVENT_COUNTER_RESET || event->kind == VT_EVENT_SELECTOR_REBUILT)
			vt_map_put(&end->begun, event->selector_id, end);
		else if (event->kind == VT_EVENT_SESSION_RESTART)
			vt_map_put(&end->begun, end->tunnel.id, end);
	}
}

static bool read_moving(struct pair *p, struct end *end)
{
	struct exchange *x = p->x;
	struct vt_error error;
	struct vt_event_row *events;
	size_t events_len;
	const int64_t from_ms = x->now_ms > p->window_ms ? x->now_ms - p->window_ms : 0;
	const struct vt_event_query query = {
		.tunnel_id = end->tunnel.id, .from_ms = from_ms, .newest_first = true, .limit = EVENTS_READ
	};
	enum vt_status status = vt_store_selectors(x->store, end->tunnel.id, x->arena, &end->selectors,
						   &end->selectors_len, &error);
	if (status == VT_OK)
		status = vt_store_history(x->store, end->tunnel.id, from_ms, x->now_ms + 1, p->window_ms + 1, x->arena,
					  &end->series, &end->series_len, &error);
	if (status == VT_OK)
		status = vt_store_events(x->store, &query, x->arena, &events, &events_len, &error);
	if (!store_is_good(p, status, &error))
		return false;
	for (size_t i = 0; i < end->selectors_len; i++)
		vt_map_put(&end->by_id, end->selectors[i].row.id, &end->selectors[i]);
	for (size_t i = 0; i < end->series_len; i++)
		vt_map_put(&end->window_of, end->series[i].selector_id, end->series[i].buckets);
	note_begun(end, events, events_len);
	return true;
}

static bool read_end(struct pair *p, struct end *end)
{
	return configuration_read(p->x, end->tunnel.device_id, end->tunnel.device, end->tunnel.context, &end->own) &&
	       read_moving(p, end);
}

static void free_end(struct end *end)
{
	configuration_free(&end->own);
	vt_map_clear(&end->by_id);
	vt_map_clear(&end->window_of);
	vt_map_clear(&end->begun);
}

static bool find_ends(struct pair *p)
{
	struct vt_store *store = p->x->store;
	struct vt_error error;
	enum vt_status status = VT_OK;
	if (!api_find_tunnel(p->x, &p->here.tunnel))
		return false;
	uint64_t id = p->here.tunnel.other_id;
	if (id == 0)
		status = vt_store_other_end(store, &p->here.tunnel, &id, &error);
	if (status == VT_OK)
		status = vt_store_tunnel(store, id, p->x->arena, &p->there.tunnel, &error);
	return store_is_good(p, status, &error);
}

/* ---- the configurations ---- */

/* Whether these two ends are the tunnel that was asked for: two firewalls may share more than one. */
static bool is_asked(const struct pair *p, const struct vt_ends *ends)
{
	struct vt_addr there, here;
	bool known_there = vt_addr_parse(p->here.tunnel.peer, &there),
	     known_here = vt_addr_parse(p->there.tunnel.peer, &here);
	if (ends->a.tunnel && known_there)
		return vt_addr_eq(&ends->a.tunnel->peer, &there);
	return ends->b.tunnel && known_here && vt_addr_eq(&ends->b.tunnel->peer, &here);
}

static struct vt_pair_side side_of(struct end *end, const struct end *other, struct vt_addr *seen_as)
{
	struct vt_lint_input input = { .config = end->own.config, .expected = &end->own.expected };
	vt_lint(&input, end->own.config->arena, &end->lint);
	return (struct vt_pair_side){ .name = end->own.source,
				      .config = end->own.config,
				      .expected = &end->own.expected,
				      .findings = &end->lint,
				      .seen_as = seen_as,
				      .seen_as_len = vt_addr_parse(other->tunnel.peer, seen_as) ? 1 : 0 };
}

static void compare_clocks(struct pair *p, struct vt_findings *findings)
{
	struct vt_error error;
	struct vt_device_row *devices;
	size_t len;
	int64_t skew_ms[2] = { INT64_MIN, INT64_MIN };
	if (vt_store_devices(p->x->store, p->x->arena, &devices, &len, &error) != VT_OK)
		return;
	for (size_t i = 0; i < len; i++) {
		if (devices[i].id == p->here.tunnel.device_id)
			skew_ms[0] = devices[i].clock_skew_ms;
		if (devices[i].id == p->there.tunnel.device_id)
			skew_ms[1] = devices[i].clock_skew_ms;
	}
	if (skew_ms[0] == INT64_MIN || skew_ms[1] == INT64_MIN)
		return;
	const struct vt_pair_clock here = { skew_ms[0], 0 }, there = { skew_ms[1], 0 };
	vt_pair_compare_clocks(&here, &there, p->x->arena, findings);
}

static void compare_configurations(struct pair *p, struct vt_findings *findings, size_t *compared)
{
	struct vt_addr seen_as[2];
	struct vt_ends_list list = { 0 };
	struct vt_pair_side sides[] = { side_of(&p->here, &p->there, &seen_as[0]),
					side_of(&p->there, &p->here, &seen_as[1]) };
	vt_pair_find(sides, 2, p->x->arena, &list);
	for (size_t i = 0; i < list.len; i++)
		if (is_asked(p, &list.items[i])) {
			vt_pair_compare(sides, &list.items[i], p->x->arena, findings);
			++*compared;
		}
}

static const char *why_not_compared(const struct pair *p, size_t compared)
{
	const struct end *unread = !p->here.own.config ? &p->here : !p->there.own.config ? &p->there : NULL;
	if (unread)
		return vt_arena_printf(p->x->arena, "the configuration of %s has not been read yet",
				       unread->own.source);
	return compared ? NULL : "neither configuration has an entry that leads to the other end";
}

static void write_findings(struct pair *p)
{
	struct vt_json *json = &p->x->json;
	struct vt_findings findings = { 0 };
	size_t compared = 0;
	const struct vt_config *configs[] = { p->here.own.config, p->there.own.config };
	const char *sources[] = { p->here.own.source, p->there.own.source };
	if (configs[0] && configs[1])
		compare_configurations(p, &findings, &compared);
	compare_clocks(p, &findings);
	reply_str(p->x, "not_compared", vt_str_of(why_not_compared(p, compared)));
	vt_json_key(json, "findings");
	vt_json_array(json);
	for (size_t i = 0; i < findings.len; i++)
		vt_finding_json(&findings.items[i], configs, sources, json);
	vt_json_array_end(json);
	reply_u64(p->x, "findings_left_out", findings.left_out);
}

/* ---- SPIs ---- */

static bool has_sa(const struct vt_selector_row *row)
{
	return row->status != VT_SELECTOR_GONE && row->status != VT_SELECTOR_IDLE && row->spi_in != VT_ABSENT &&
	       row->spi_out != VT_ABSENT;
}

static struct vt_spis_end spis_of(const struct end *end, const struct vt_selector_now *now)
{
	if (has_sa(&now->row))
		return (struct vt_spis_end){ now->row.spi_in, now->row.spi_out, now->row.spi_since_ms,
					     now->live.counters_at_ms };
	return (struct vt_spis_end){ VT_ABSENT, VT_ABSENT, now->row.status_since_ms, end->tunnel.last_seen_ms };
}

static void write_spi_end(struct exchange *x, const char *key, const struct vt_spis_end *end)
{
	vt_json_key(&x->json, key);
	vt_json_object(&x->json);
	reply_spi(x, "in", end->in);
	reply_spi(x, "out", end->out);
	reply_time(x, "since", end->since_ms);
	reply_age(x, "age_s", end->seen_ms);
	vt_json_object_end(&x->json);
}

static void write_spis(struct pair *p, const struct vt_selector_now *here, const struct vt_selector_now *there)
{
	struct exchange *x = p->x;
	struct vt_spis spis = { .verdict = VT_SPIS_UNKNOWN };
	struct vt_buf says = { 0 };
	const struct vt_spis_end none = { .in = VT_ABSENT, .out = VT_ABSENT };
	const struct vt_spis_end a = here ? spis_of(&p->here, here) : none,
				 b = there ? spis_of(&p->there, there) : none;
	if (here && there)
		vt_spis_compare(&a, &b, &spis);
	else
		spis.why = vt_arena_printf(x->arena, "%s knows no such selector",
					   here ? p->there.own.source : p->here.own.source);
	vt_spis_say(&a, &b, &spis, name_of(&p->here), name_of(&p->there), &says);
	vt_json_object(&x->json);
	reply_str(x, "local", here ? here->row.local : there->row.remote);
	reply_str(x, "remote", here ? here->row.remote : there->row.local);
	vt_json_key_text(&x->json, "verdict", vt_spis_verdict_name(spis.verdict));
	reply_str(x, "says", vt_buf_view(&says));
	write_spi_end(x, "here", &a);
	write_spi_end(x, "there", &b);
	vt_json_object_end(&x->json);
	vt_buf_free(&says);
}

/* ---- loss ---- */

static uint64_t packets_of(const struct vt_bucket_figure *figure)
{
	return figure->sum >= 0 ? (uint64_t)(figure->sum + 0.5) : 0; /* NaN: not read */
}

static uint64_t errors_of(const struct vt_bucket_figure *figure)
{
	return figure->sum >= 0 ? (uint64_t)(figure->sum + 0.5) : VT_ABSENT;
}

/* Absent: nothing was counted in the window, and it has no length. */
static struct vt_loss_end counted_by(const struct end *end, const struct vt_selector_now *now)
{
	const struct vt_bucket *bucket = vt_map_get(&end->window_of, now->row.id);
	if (!bucket)
		return (struct vt_loss_end){ .send_errors = VT_ABSENT, .recv_errors = VT_ABSENT };
	return (struct vt_loss_end){
		.from_ms = bucket->counted_from_ms,
		.to_ms = bucket->counted_to_ms,
		.encaps_pkts = packets_of(&bucket->encaps_pkts),
		.decaps_pkts = packets_of(&bucket->decaps_pkts),
		.send_errors = errors_of(&bucket->send_errors),
		.recv_errors = errors_of(&bucket->recv_errors),
		.encaps_max_per_s = bucket->encaps_pkts.max > 0 ? bucket->encaps_pkts.max : 0,
		.reset = bucket->gap || vt_map_get(&end->begun, now->row.id) || vt_map_get(&end->begun, end->tunnel.id),
	};
}

static void write_counted(struct exchange *x, const char *key, const struct vt_loss_end *end)
{
	vt_json_key(&x->json, key);
	vt_json_object(&x->json);
	reply_time(x, "from", end->from_ms);
	reply_time(x, "to", end->to_ms);
	reply_seconds(x, "window_s", end->to_ms - end->from_ms);
	reply_u64(x, "encaps_pkts", end->encaps_pkts);
	reply_u64(x, "decaps_pkts", end->decaps_pkts);
	reply_u64(x, "send_errors", end->send_errors);
	reply_u64(x, "recv_errors", end->recv_errors);
	vt_json_object_end(&x->json);
}

static void percent(struct exchange *x, const char *key, double share)
{
	vt_json_key(&x->json, key);
	vt_json_double(&x->json, share * 100);
}

static void write_direction(struct exchange *x, const char *key, const struct vt_loss_direction *d, struct vt_str from,
			    struct vt_str to)
{
	bool lost = d->verdict == VT_LOSS_SOME || d->verdict == VT_LOSS_ALL;
	vt_json_key(&x->json, key);
	vt_json_object(&x->json);
	reply_str(x, "from", from);
	reply_str(x, "to", to);
	vt_json_key_text(&x->json, "verdict", vt_loss_verdict_name(d->verdict));
	reply_str(x, "why", d->verdict == VT_LOSS_UNKNOWN ? vt_str_of(d->why) : VT_STR_NONE);
	reply_str(x, "segment", lost ? vt_str_of(vt_loss_place_name(d->place)) : VT_STR_NONE);
	reply_u64(x, "sent", d->sent);
	reply_u64(x, "received", d->received);
	if (lost || d->verdict == VT_LOSS_NONE) {
		reply_u64(x, "lost", d->sent > d->received ? d->sent - d->received : 0);
		percent(x, "percent", d->share);
		percent(x, "percent_least", d->least);
		percent(x, "percent_most", d->most);
	}
	vt_json_object_end(&x->json);
}

static void write_loss_of(struct pair *p, const struct vt_selector_now *here, const struct vt_selector_now *there)
{
	struct exchange *x = p->x;
	struct vt_loss loss;
	struct vt_buf says = { 0 };
	const struct vt_loss_end a = counted_by(&p->here, here), b = counted_by(&p->there, there);
	vt_loss_locate(&a, &b, &loss);
	vt_loss_say(&loss, name_of(&p->here), name_of(&p->there), &says);
	vt_json_object(&x->json);
	reply_str(x, "local", here->row.local);
	reply_str(x, "remote", here->row.remote);
	reply_str(x, "says", vt_buf_view(&says));
	reply_seconds(x, "overlap_s", loss.overlap_ms);
	write_counted(x, "here", &a);
	write_counted(x, "there", &b);
	write_direction(x, "out", &loss.ab, name_of(&p->here), name_of(&p->there));
	write_direction(x, "in", &loss.ba, name_of(&p->there), name_of(&p->here));
	vt_json_key_bool(&x->json, "silent_behind_here", loss.silent_behind_a);
	vt_json_key_bool(&x->json, "silent_behind_there", loss.silent_behind_b);
	vt_json_object_end(&x->json);
	vt_buf_free(&says);
}

/* ---- selector by selector ---- */

static const struct vt_selector_now *mirror_of(const struct end *of, const struct vt_selector_now *now)
{
	return vt_map_get(&of->by_id, vt_selector_id(of->tunnel.id, now->row.remote, now->row.local));
}

static void write_all_spis(struct pair *p)
{
	size_t shown = 0;
	vt_json_key(&p->x->json, "spis");
	vt_json_array(&p->x->json);
	for (size_t i = 0; i < p->here.selectors_len && shown < SELECTORS_SHOWN; i++, shown++)
		write_spis(p, &p->here.selectors[i], mirror_of(&p->there, &p->here.selectors[i]));
	for (size_t i = 0; i < p->there.selectors_len && shown < SELECTORS_SHOWN; i++)
		if (!mirror_of(&p->here, &p->there.selectors[i])) {
			write_spis(p, NULL, &p->there.selectors[i]);
			shown++;
		}
	vt_json_array_end(&p->x->json);
}

static void write_all_loss(struct pair *p)
{
	struct exchange *x = p->x;
	vt_json_key(&x->json, "loss");
	vt_json_object(&x->json);
	reply_seconds(x, "window_s", p->window_ms);
	reply_seconds(x, "jitter_s", VT_LOSS_JITTER_MS);
	vt_json_key(&x->json, "items");
	vt_json_array(&x->json);
	for (size_t i = 0; i < p->here.selectors_len && i < SELECTORS_SHOWN; i++) {
		const struct vt_selector_now *there = mirror_of(&p->there, &p->here.selectors[i]);
		if (there)
			write_loss_of(p, &p->here.selectors[i], there);
	}
	vt_json_array_end(&x->json);
	vt_json_object_end(&x->json);
}

/* ---- the answer ---- */

static void write_end(struct exchange *x, const char *key, const struct end *end)
{
	vt_json_key(&x->json, key);
	vt_json_object(&x->json);
	reply_str(x, "device", end->tunnel.device);
	reply_str(x, "context", end->tunnel.context.len ? end->tunnel.context : VT_STR_NONE);
	reply_id(x, "tunnel_id", end->tunnel.id);
	reply_str(x, "peer", end->tunnel.peer);
	vt_json_key_text(&x->json, "status", vt_tunnel_status_name(end->tunnel.status));
	reply_time(x, "status_since", end->tunnel.status_since_ms);
	reply_str(x, "status_reason", end->tunnel.status_reason);
	reply_age(x, "stale_s", end->tunnel.last_seen_ms);
	reply_time(x, "configuration_since", end->own.kept.since_ms);
	reply_age(x, "configuration_age_s", end->own.kept.read_at_ms);
	vt_json_object_end(&x->json);
}

static bool read_window(struct pair *p)
{
	struct vt_error error;
	p->window_ms = WINDOW_MS;
	if (!parameter_is_good(p->x, request_duration(p->x->request, "window", &p->window_ms, &error), &error))
		return false;
	if (p->window_ms >= VT_LOSS_WINDOW_MS && p->window_ms <= WINDOW_MAX_MS)
		return true;
	problem(p->x, PROBLEM_INVALID_PARAMETER, "window is a duration of 1m to 6h");
	return false;
}

void api_pair(struct exchange *x)
{
	struct pair p = { .x = x };
	if (!read_window(&p) || !find_ends(&p))
		return;
	if (read_end(&p, &p.here) && read_end(&p, &p.there)) {
		vt_json_object(&x->json);
		reply_time(x, "at", x->now_ms);
		write_end(x, "here", &p.here);
		write_end(x, "there", &p.there);
		write_findings(&p);
		write_all_spis(&p);
		write_all_loss(&p);
		vt_json_object_end(&x->json);
	}
	free_end(&p.here);
	free_end(&p.there);
}
