/* SPDX-License-Identifier: MIT
 * GET tunnels/{id}/history: what flowed through each selector, step by step.
 *
 * Columns, not rows: `at` names the start of each step once, and every figure of a selector is an array as long
 * as `at`, which is what a plot wants and a third of the size. null is a gap: nothing was read in that step.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

#include <inttypes.h>
#include <math.h>

#include "base/timefmt.h"

/* A step is never so small that the answer could not be drawn or read. */
enum { MAX_STEPS = 2000, DEFAULT_STEPS = 300, DEFAULT_SPAN_MS = 6 * 3600 * 1000, SMALLEST_STEP_MS = 60000 };

struct span {
	int64_t from_ms, to_ms, step_ms;
};

/* The shortest of the steps people think in that is not shorter than `ms`. */
static int64_t round_step(int64_t ms)
{
	static const int64_t minutes[] = { 1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 7 * 1440 };
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
		if (minutes[i] * 60000 >= ms)
			return minutes[i] * 60000;
	return (ms / 86400000 + 1) * 86400000;
}

static bool read_span(struct exchange *x, struct span *span)
{
	struct vt_error error;
	const struct request *request = x->request;
	span->to_ms = x->now_ms;
	if (!parameter_is_good(x, request_time(request, "to", x->now_ms, &span->to_ms, &error), &error))
		return false;
	span->from_ms = span->to_ms > DEFAULT_SPAN_MS ? span->to_ms - DEFAULT_SPAN_MS : 0;
	if (!parameter_is_good(x, request_time(request, "from", x->now_ms, &span->from_ms, &error), &error))
		return false;
	if (span->from_ms >= span->to_ms) {
		problem(x, PROBLEM_INVALID_PARAMETER, "from lies behind to");
		return false;
	}
	int64_t length_ms = span->to_ms - span->from_ms;
	span->step_ms = round_step(length_ms / DEFAULT_STEPS > SMALLEST_STEP_MS ? length_ms / DEFAULT_STEPS
										: SMALLEST_STEP_MS);
	if (!parameter_is_good(x, request_duration(request, "step", &span->step_ms, &error), &error))
		return false;
	if (length_ms / span->step_ms >= MAX_STEPS) {
		problem(x, PROBLEM_INVALID_PARAMETER,
			"step is too small for this span: at least %" PRId64 " s are needed for %d steps at most",
			length_ms / MAX_STEPS / 1000 + 1, MAX_STEPS);
		return false;
	}
	/* On whole steps, so that the same step is the same bucket whenever it is asked for. */
	span->from_ms -= span->from_ms % span->step_ms;
	return true;
}

static const struct {
	const char *name;
	size_t at;
} figures[] = {
	{ "encaps_pkts", offsetof(struct vt_bucket, encaps_pkts) },
	{ "decaps_pkts", offsetof(struct vt_bucket, decaps_pkts) },
	{ "tx_bytes", offsetof(struct vt_bucket, tx_bytes) },
	{ "rx_bytes", offsetof(struct vt_bucket, rx_bytes) },
	{ "send_errors", offsetof(struct vt_bucket, send_errors) },
	{ "recv_errors", offsetof(struct vt_bucket, recv_errors) },
};

static const struct {
	const char *name;
	size_t at;
} statistics[] = {
	{ "min", offsetof(struct vt_bucket_figure, min) },
	{ "mean", offsetof(struct vt_bucket_figure, mean) },
	{ "max", offsetof(struct vt_bucket_figure, max) },
	{ "sum", offsetof(struct vt_bucket_figure, sum) },
};

static void write_column(struct exchange *x, const struct vt_series *series, size_t figure_at, size_t statistic_at)
{
	vt_json_array(&x->json);
	for (size_t i = 0; i < series->buckets_len; i++) {
		const char *bucket = (const char *)&series->buckets[i];
		double value;
		memcpy(&value, bucket + figure_at + statistic_at, sizeof value);
		vt_json_double(&x->json, series->buckets[i].count ? value : NAN);
	}
	vt_json_array_end(&x->json);
}

static void write_series(struct exchange *x, const struct vt_series *series)
{
	vt_json_object(&x->json);
	reply_id(x, "id", series->selector_id);
	reply_str(x, "local", series->local);
	reply_str(x, "remote", series->remote);
	vt_json_key(&x->json, "polls");
	vt_json_array(&x->json);
	for (size_t i = 0; i < series->buckets_len; i++)
		vt_json_u64(&x->json, series->buckets[i].count);
	vt_json_array_end(&x->json);
	for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
		vt_json_key(&x->json, figures[f].name);
		vt_json_object(&x->json);
		for (size_t s = 0; s < sizeof statistics / sizeof *statistics; s++) {
			vt_json_key(&x->json, statistics[s].name);
			write_column(x, series, figures[f].at, statistics[s].at);
		}
		vt_json_object_end(&x->json);
	}
	vt_json_object_end(&x->json);
}

static void write_axis(struct exchange *x, const struct span *span)
{
	char text[VT_TIME_TEXT];
	vt_json_key(&x->json, "at");
	vt_json_array(&x->json);
	for (int64_t at_ms = span->from_ms; at_ms < span->to_ms; at_ms += span->step_ms)
		vt_json_str(&x->json, (struct vt_str){ text, vt_time_format(at_ms, text) });
	vt_json_array_end(&x->json);
}

void api_history(struct exchange *x)
{
	struct vt_error error;
	struct vt_tunnel_row tunnel;
	struct vt_series *series;
	struct span span;
	size_t len;
	if (!read_span(x, &span) || !api_find_tunnel(x, &tunnel))
		return;
	enum vt_status status = vt_store_history(x->store, tunnel.id, span.from_ms, span.to_ms, span.step_ms, x->arena,
						 &series, &len, &error);
	if (status == VT_E_ARGUMENT) {
		problem(x, PROBLEM_INVALID_PARAMETER, "%s", error.text);
		return;
	}
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	vt_json_object(&x->json);
	reply_id(x, "tunnel", tunnel.id);
	reply_time(x, "from", span.from_ms);
	reply_time(x, "to", span.to_ms);
	reply_seconds(x, "step_s", span.step_ms);
	write_axis(x, &span);
	vt_json_key(&x->json, "items"); /* figures are rates a second, `sum` is the increment */
	vt_json_array(&x->json);
	for (size_t i = 0; i < len; i++)
		write_series(x, &series[i]);
	vt_json_array_end(&x->json);
	reply_str(x, "next", VT_STR_NONE);
	vt_json_object_end(&x->json);
}
