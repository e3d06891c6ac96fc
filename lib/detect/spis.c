/* SPDX-License-Identifier: MIT
 * SPIs of the two ends of a selector against each other.
 */
#include "detect/spis.h"

#include "base/scan.h"

#include <inttypes.h>

const char *vt_spis_verdict_name(enum vt_spis_verdict verdict)
{
	static const char *const names[] = { "unknown", "match", "differ" };
	return names[verdict];
}

static bool has_sa(const struct vt_spis_end *end)
{
	return end->in != VT_ABSENT && end->out != VT_ABSENT;
}

/* How long both were seen with these SPIs; negative when never at the same time. */
static int64_t together_ms(const struct vt_spis_end *a, const struct vt_spis_end *b)
{
	int64_t from_ms = a->since_ms > b->since_ms ? a->since_ms : b->since_ms,
		to_ms = a->seen_ms < b->seen_ms ? a->seen_ms : b->seen_ms;
	return to_ms - from_ms;
}

void vt_spis_compare(const struct vt_spis_end *a, const struct vt_spis_end *b, struct vt_spis *spis)
{
	*spis = (struct vt_spis){ .ab = a->out != VT_ABSENT && a->out == b->in,
				  .ba = b->out != VT_ABSENT && b->out == a->in };
	if (spis->ab && spis->ba)
		spis->verdict = VT_SPIS_MATCH;
	else if (!has_sa(a) && !has_sa(b))
		spis->why = "neither end has an SA";
	else if (together_ms(a, b) < VT_SPIS_SETTLED_MS)
		spis->why =
			"the two ends were read too far apart to compare what may have been renewed in between: ask "
			"again after the next poll";
	else
		spis->verdict = VT_SPIS_DIFFER;
}

static void say_spi(struct vt_str name, const char *way, uint64_t spi, struct vt_buf *out)
{
	vt_buf_printf(out, VT_FMT " %s ", VT_ARG(name), way);
	if (spi == VT_ABSENT)
		vt_buf_printf(out, "none");
	else
		vt_buf_printf(out, "0x%08" PRIx64, spi);
}

static void say_way(struct vt_str from, uint64_t sends, struct vt_str to, uint64_t receives, struct vt_buf *out)
{
	say_spi(from, "out", sends, out);
	vt_buf_printf(out, sends != VT_ABSENT && sends == receives ? " = " : " against ");
	say_spi(to, "in", receives, out);
}

void vt_spis_say(const struct vt_spis_end *a, const struct vt_spis_end *b, const struct vt_spis *spis,
		 struct vt_str a_name, struct vt_str b_name, struct vt_buf *out)
{
	if (spis->verdict == VT_SPIS_UNKNOWN) {
		vt_buf_printf(out, "cannot be told: %s", spis->why);
		return;
	}
	vt_buf_printf(out, spis->verdict == VT_SPIS_MATCH ? "match on both ends (" : "do not match (");
	say_way(a_name, a->out, b_name, b->in, out);
	vt_buf_printf(out, ", ");
	say_way(b_name, b->out, a_name, a->in, out);
	vt_buf_printf(out, spis->verdict == VT_SPIS_MATCH
				   ? "): not a stale SA"
				   : "): what is sent with an SPI the other end has not is dropped "
				     "there");
}
