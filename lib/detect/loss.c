/* SPDX-License-Identifier: MIT
 * Where the packets of a tunnel die.
 */
#include "detect/loss.h"

#include "base/scan.h"

#include <inttypes.h>

/* Of the packets: reordering at the edges of a window, a rekey. With room for what division leaves. */
static const double tolerated = 0.01 + 1e-9;

const char *vt_loss_verdict_name(enum vt_loss_verdict verdict)
{
	static const char *const names[] = { "unknown", "idle", "none", "some", "all" };
	return names[verdict];
}

const char *vt_loss_place_name(enum vt_loss_place place)
{
	static const char *const names[] = { "egress", "path", "ingress" };
	return names[place];
}

static int64_t length(const struct vt_loss_end *end)
{
	return end->to_ms - end->from_ms;
}

static double clamped(double share)
{
	return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* Errors that explain half of what is missing, at least. */
static enum vt_loss_place place_of(const struct vt_loss_end *from, const struct vt_loss_end *to, uint64_t missing)
{
	if (from->send_errors != VT_ABSENT && from->send_errors >= missing / 2 && from->send_errors)
		return VT_LOSS_AT_EGRESS;
	if (to->recv_errors != VT_ABSENT && to->recv_errors >= missing / 2 && to->recv_errors)
		return VT_LOSS_AT_INGRESS;
	return VT_LOSS_ON_PATH;
}

/* How much of a count may belong to time outside the overlap: the edges that one window has and the other has not,
 * and the inexact times of four readings, as a share of the overlap. */
static double doubt_of(const struct vt_loss_end *a, const struct vt_loss_end *b, int64_t overlap_ms)
{
	int64_t edges_ms = length(a) + length(b) - 2 * overlap_ms;
	return (double)(edges_ms + 2 * (int64_t)VT_LOSS_JITTER_MS) / (double)overlap_ms;
}

/* The fewest packets that were sent while both windows were open: the rest of the sender's window may have been its
 * busiest time. */
static double sent_at_least(const struct vt_loss_end *from, int64_t overlap_ms)
{
	double edges_s = (double)(length(from) - overlap_ms + (int64_t)VT_LOSS_JITTER_MS) / 1000,
	       left = (double)from->encaps_pkts - from->encaps_max_per_s * edges_s;
	return left > 0 ? left : 0;
}

static void compare(const struct vt_loss_end *from, const struct vt_loss_end *to, int64_t overlap_ms,
		    struct vt_loss_direction *direction)
{
	double sent = (double)from->encaps_pkts * (double)overlap_ms / (double)length(from),
	       received = (double)to->decaps_pkts * (double)overlap_ms / (double)length(to),
	       doubt = doubt_of(from, to, overlap_ms);
	direction->sent = (uint64_t)(sent + 0.5);
	direction->received = (uint64_t)(received + 0.5);
	if (from->encaps_pkts == 0 && to->decaps_pkts == 0) {
		direction->verdict = VT_LOSS_IDLE;
		return;
	}
	if (from->encaps_pkts < VT_LOSS_ALL_PACKETS) {
		direction->why = from->encaps_pkts ? "too few packets were sent"
						   : "packets arrived that were sent outside of the window";
		return;
	}
	direction->share = clamped(1 - received / sent);
	direction->least = clamped(1 - received * (1 + doubt) / sent);
	direction->most = clamped(1 - received * (1 - doubt) / sent);
	double surely_sent = sent_at_least(from, overlap_ms),
	       surely_lost = surely_sent > 0 ? clamped(1 - (double)to->decaps_pkts / surely_sent) : 0;
	if (from->encaps_max_per_s > 0 && surely_lost < direction->least)
		direction->least = surely_lost;
	uint64_t missing = direction->sent > direction->received ? direction->sent - direction->received : 0;
	direction->place = place_of(from, to, missing);
	if (to->decaps_pkts == 0 && surely_sent < VT_LOSS_ALL_PACKETS)
		direction->why = "what was sent may lie in the time that only one of the windows covers";
	else if (to->decaps_pkts == 0)
		direction->verdict = VT_LOSS_ALL;
	else if (from->encaps_pkts < VT_LOSS_PACKETS)
		direction->why = "too few packets were sent for a percentage";
	else if (received > sent * (1 + doubt))
		direction->why = "more arrived than was sent";
	else if (direction->least > tolerated)
		direction->verdict = VT_LOSS_SOME;
	else if (direction->share <= tolerated)
		direction->verdict = VT_LOSS_NONE;
	else
		direction->why = "what is missing may lie in the time that only one of the windows covers";
}

/* NULL: the two windows can be compared. */
static const char *why_not(const struct vt_loss_end *a, const struct vt_loss_end *b, int64_t overlap_ms)
{
	if (a->reset || b->reset)
		return "the counters of one end began anew in the window";
	if (overlap_ms < VT_LOSS_WINDOW_MS)
		return "the windows of the two ends share less than a minute";
	/* Where less than half of either window is shared, the rest decides more than what is compared. */
	if (2 * overlap_ms < length(a) || 2 * overlap_ms < length(b))
		return "the windows of the two ends share less than half of their time";
	return NULL;
}

void vt_loss_locate(const struct vt_loss_end *a, const struct vt_loss_end *b, struct vt_loss *loss)
{
	int64_t from_ms = a->from_ms > b->from_ms ? a->from_ms : b->from_ms,
		to_ms = a->to_ms < b->to_ms ? a->to_ms : b->to_ms;
	*loss = (struct vt_loss){ .overlap_ms = to_ms > from_ms ? to_ms - from_ms : 0 };
	loss->ab.why = loss->ba.why = why_not(a, b, loss->overlap_ms);
	if (loss->ab.why)
		return;
	compare(a, b, loss->overlap_ms, &loss->ab);
	compare(b, a, loss->overlap_ms, &loss->ba);
	loss->silent_behind_a = a->decaps_pkts >= VT_LOSS_ALL_PACKETS && a->encaps_pkts == 0;
	loss->silent_behind_b = b->decaps_pkts >= VT_LOSS_ALL_PACKETS && b->encaps_pkts == 0;
}

static void say_direction(const struct vt_loss_direction *d, struct vt_str from, struct vt_str to, struct vt_buf *out)
{
	static const char *const where[] = { "the sender could not send them", "lost on the path between the two",
					     "they arrive and the receiver drops them" };
	vt_buf_printf(out, VT_FMT " to " VT_FMT ": ", VT_ARG(from), VT_ARG(to));
	switch (d->verdict) {
	case VT_LOSS_UNKNOWN:
		vt_buf_printf(out, "not known (%s)", d->why);
		break;
	case VT_LOSS_IDLE:
		vt_buf_printf(out, "nothing was sent");
		break;
	case VT_LOSS_NONE:
		vt_buf_printf(out, "%" PRIu64 " packets sent, %" PRIu64 " received, no loss", d->sent, d->received);
		break;
	case VT_LOSS_SOME:
		vt_buf_printf(out,
			      "%" PRIu64 " packets sent, %" PRIu64
			      " received: %.1f %% missing (between %.1f %% and %.1f %%), "
			      "%s",
			      d->sent, d->received, d->share * 100, d->least * 100, d->most * 100, where[d->place]);
		break;
	case VT_LOSS_ALL:
		vt_buf_printf(out, "%" PRIu64 " packets sent, none received: %s", d->sent, where[d->place]);
		break;
	}
}

void vt_loss_say(const struct vt_loss *loss, struct vt_str a, struct vt_str b, struct vt_buf *out)
{
	say_direction(&loss->ab, a, b, out);
	vt_buf_printf(out, "; ");
	say_direction(&loss->ba, b, a, out);
	if (loss->silent_behind_a || loss->silent_behind_b) {
		struct vt_str silent = loss->silent_behind_a ? a : b;
		vt_buf_printf(out, "; " VT_FMT " receives and sends nothing back: look behind it", VT_ARG(silent));
	}
	vt_buf_printf(out, "; compared over %" PRId64 " s", loss->overlap_ms / 1000);
}
