/* SPDX-License-Identifier: MIT
 * ping
 *
 *     Type escape sequence to abort.
 *     Sending 5, 100-byte ICMP Echos to 10.245.179.14, timeout is 2 seconds:
 *     U..U.
 *     Success rate is 0 percent (0/5)
 */
#include "asa/ping.h"
#include "asa/reader.h"

static const struct vt_field ping_fields[] = {
	VT_F(U64, vt_ping, sent),          VT_F(U64, vt_ping, size_bytes),    VT_F(U64, vt_ping, timeout_s),
	VT_F(STR, vt_ping, packet_type),   VT_F(ADDR, vt_ping, destination),  VT_F(ADDR, vt_ping, source),
	VT_F(STRS, vt_ping, answers),      VT_F(U64, vt_ping, replies),       VT_F(U64, vt_ping, unreachables),
	VT_F(U64, vt_ping, timeouts),      VT_F(U64, vt_ping, other_answers), VT_F(U64, vt_ping, success_percent),
	VT_F(U64, vt_ping, success_count), VT_F(U64, vt_ping, success_of),    VT_F(U64, vt_ping, rtt_min_ms),
	VT_F(U64, vt_ping, rtt_avg_ms),    VT_F(U64, vt_ping, rtt_max_ms),
};
const struct vt_shape vt_ping_shape = VT_SHAPE(vt_ping, ping_fields);

/* "5, 100-byte ICMP Echos to 10.0.1.3, timeout is 2 seconds:" */
static bool read_sending(struct vt_str c, struct vt_ping *facts)
{
	if (!vt_next_u64(&c, &facts->sent))
		return false;
	vt_scan_char(&c, ',');
	struct vt_str number = vt_str_ltrim(c);
	if (vt_scan_u64(&number, &facts->size_bytes) && vt_scan_lit(&number, VT_STR("-byte ")))
		c = number;
	ptrdiff_t to = vt_str_find(c, VT_STR(" to "));
	if (to < 0)
		return false;
	facts->packet_type = vt_str_trim(vt_str_first(c, (size_t)to));
	c = vt_str_from(c, (size_t)to + 4);
	if (!vt_next_word(&c, &facts->destination))
		return false;
	if (vt_str_ends(facts->destination, VT_STR(",")))
		facts->destination.len--;
	if (vt_next_lit(&c, VT_STR("timeout is")))
		vt_next_u64(&c, &facts->timeout_s);
	return true;
}

/* "100 percent (5/5), round-trip min/avg/max = 20/21/20 ms" */
static bool read_success(struct vt_str c, struct vt_ping *facts)
{
	if (!vt_next_u64(&c, &facts->success_percent))
		return false;
	if (vt_next_lit(&c, VT_STR("percent (")) && vt_scan_u64(&c, &facts->success_count) && vt_scan_char(&c, '/'))
		vt_scan_u64(&c, &facts->success_of);
	ptrdiff_t rtt = vt_str_find(c, VT_STR("= "));
	if (rtt >= 0) {
		c = vt_str_from(c, (size_t)rtt + 2);
		if (vt_scan_u64(&c, &facts->rtt_min_ms) && vt_scan_char(&c, '/') &&
		    vt_scan_u64(&c, &facts->rtt_avg_ms) && vt_scan_char(&c, '/'))
			vt_scan_u64(&c, &facts->rtt_max_ms);
	}
	return true;
}

static bool is_answers(struct vt_str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!memchr("!.UQMTNRCA?&", line.p[i], 12))
			return false;
	return true;
}

static void count_answers(struct vt_str line, struct vt_ping *facts)
{
	for (size_t i = 0; i < line.len; i++) {
		facts->replies += line.p[i] == '!';
		facts->timeouts += line.p[i] == '.';
		facts->unreachables += line.p[i] == 'U';
		facts->other_answers += !memchr("!.U", line.p[i], 3);
	}
}

enum vt_status vt_ping_parse(struct vt_str text, struct vt_arena *arena, struct vt_ping *facts,
			     struct vt_parse_report *report)
{
	bool sending = false;
	size_t cap = 0;
	vt_shape_clear(&vt_ping_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		struct vt_str line = r.line;
		if (vt_scan_lit(&line, VT_STR("Sending ")) && read_sending(line, facts)) {
			sending = true;
			facts->replies = facts->unreachables = facts->timeouts = facts->other_answers = 0;
		} else if (vt_scan_lit(&line, VT_STR("Success rate is ")) && read_success(line, facts)) {
			continue;
		} else if (vt_scan_lit(&line, VT_STR("Packet sent with a source address of "))) {
			facts->source = vt_str_trim(line);
		} else if (sending && facts->success_percent == VT_ABSENT && is_answers(line)) {
			*VT_PUSH(arena, facts->answers.items, facts->answers.len, cap) = line;
			count_answers(line, facts);
		} else if (!vt_str_starts(line, VT_STR("Type escape sequence")) &&
			   !vt_str_starts(line, VT_STR("Reply data "))) {
			vt_reader_skip(&r);
		}
	}
	if (!sending && facts->success_percent == VT_ABSENT)
		return VT_E_NOT_THIS_COMMAND;
	if (facts->success_percent == VT_ABSENT)
		report->truncated = true;
	return VT_OK;
}
