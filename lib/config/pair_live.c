/* SPDX-License-Identifier: MIT
 * What two devices say of the same tunnel at the same time: SPIs, selectors, clocks.
 */
#include "config/pairing.h"

#include "base/hash.h"

struct live {
	const struct vt_pair_live *sides;
	bool again;
	struct vt_arena *arena;
	struct vt_findings *findings;
};

static struct vt_finding *say(struct vt_arena *arena, struct vt_findings *findings, const char *row_id,
			      struct vt_str subject, const char *format, ...) __attribute__((format(printf, 5, 6)));
static struct vt_finding *say(struct vt_arena *arena, struct vt_findings *findings, const char *row_id,
			      struct vt_str subject, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct vt_finding *finding = pair_say(arena, findings, row_id, subject, format, args);
	va_end(args);
	return finding;
}

/* The same pair of networks, written from either end. IPv6 prints a prefix length or none, IPv4 a mask. */
static uint64_t id_of_idents(const struct vt_ident *local, const struct vt_ident *remote)
{
	const struct vt_ident *ends[] = { local, remote };
	uint64_t h = VT_HASH_START;
	for (int i = 0; i < 2; i++) {
		struct vt_addr addr;
		uint64_t numbers[] = { ends[i]->protocol == VT_ABSENT ? 0 : ends[i]->protocol,
				       ends[i]->port == VT_ABSENT ? 0 : ends[i]->port, 0 };
		unsigned prefix;
		if (!vt_addr_parse(ends[i]->addr, &addr))
			h = vt_hash_add(h, ends[i]->addr);
		else
			h = vt_hash_add(h, (struct vt_str){ (const char *)addr.bytes, sizeof addr.bytes });
		numbers[2] = vt_prefix_parse(ends[i]->mask, &prefix) ? prefix : 0;
		h = vt_hash_add(h, (struct vt_str){ (const char *)numbers, sizeof numbers });
	}
	return vt_hash_end(h) | 1;
}

static bool is_peer(const struct vt_ipsec_selector *selector, const struct vt_pair_live *other)
{
	struct vt_addr peer;
	for (size_t i = 0; i < other->addresses_len; i++)
		if (vt_addr_parse(selector->peer, &peer) && vt_addr_eq(&peer, &other->addresses[i]))
			return true;
	return false;
}

static struct vt_str subject_of(const struct live *l, const struct vt_ipsec_selector *selector)
{
	return vt_str_of(vt_arena_printf(l->arena, VT_FMT "/" VT_FMT " - " VT_FMT "/" VT_FMT,
					 VT_ARG(selector->local_ident.addr), VT_ARG(selector->local_ident.mask),
					 VT_ARG(selector->remote_ident.addr), VT_ARG(selector->remote_ident.mask)));
}

static void add_block(struct vt_finding *finding, unsigned side, const struct vt_ipsec_selector *selector)
{
	finding->lines[finding->lines_len++] = (struct vt_finding_line){
		side, { 0, (uint32_t)selector->first_line, (uint32_t)selector->last_line }
	};
}

static bool has_inbound(const struct vt_ipsec_selector *selector, uint64_t spi)
{
	for (size_t i = 0; i < selector->inbound_esp_len; i++)
		if (selector->inbound_esp[i].spi == spi)
			return true;
	return selector->inbound_spi == spi;
}

/* An SA that is being renewed has two inbound SPIs for a while, one of them new: any of them will do. */
static bool sends_into_nothing(const struct vt_ipsec_selector *from, const struct vt_ipsec_selector *to)
{
	return from->outbound_spi != VT_ABSENT && from->outbound_spi != 0 && !has_inbound(to, from->outbound_spi) &&
	       (to->inbound_esp_len || to->inbound_spi != VT_ABSENT);
}

static void compare_spis(struct live *l, unsigned from_side, const struct vt_ipsec_selector *from,
			 const struct vt_ipsec_selector *to)
{
	if (!sends_into_nothing(from, to))
		return;
	struct vt_finding *finding = say(l->arena, l->findings, "live-spis", subject_of(l, from),
					 "packets leave with SPI 0x%08jx, which the other end does not receive by",
					 (uintmax_t)from->outbound_spi);
	finding->confidence = l->again ? VT_CERTAIN : VT_LIKELY;
	finding->peer = from->peer;
	add_block(finding, from_side, from);
	add_block(finding, !from_side, to);
}

static void compare_side(struct live *l, unsigned side)
{
	const struct vt_ipsec_sa *own = l->sides[side].sas, *other = l->sides[!side].sas;
	struct vt_map mirrored = { 0 };
	for (size_t i = 0; i < other->selectors_len; i++) {
		const struct vt_ipsec_selector *s = &other->selectors[i];
		if (is_peer(s, &l->sides[side]))
			vt_map_put(&mirrored, id_of_idents(&s->remote_ident, &s->local_ident), (void *)(uintptr_t)s);
	}
	for (size_t i = 0; i < own->selectors_len; i++) {
		const struct vt_ipsec_selector *s = &own->selectors[i];
		if (!is_peer(s, &l->sides[!side]))
			continue;
		const struct vt_ipsec_selector *mirror = vt_map_get(&mirrored,
								    id_of_idents(&s->local_ident, &s->remote_ident));
		if (mirror) {
			compare_spis(l, side, s, mirror);
			continue;
		}
		struct vt_finding *finding = say(l->arena, l->findings, "live-selectors", subject_of(l, s),
						 "this end has an SA for it, the other end has none");
		finding->confidence = l->again ? VT_CERTAIN : VT_LIKELY;
		finding->peer = s->peer;
		add_block(finding, side, s);
	}
	vt_map_clear(&mirrored);
}

bool vt_pair_compare_live(const struct vt_pair_live sides[2], bool again, struct vt_arena *arena,
			  struct vt_findings *findings)
{
	struct live l = { sides, again, arena, findings };
	int64_t apart_ms = sides[0].read_at_ms - sides[1].read_at_ms;
	if (apart_ms > VT_PAIR_LIVE_MS || apart_ms < -VT_PAIR_LIVE_MS)
		return false;
	compare_side(&l, 0);
	compare_side(&l, 1);
	return true;
}

int64_t vt_pair_compare_clocks(const struct vt_pair_clock *a, const struct vt_pair_clock *b, struct vt_arena *arena,
			       struct vt_findings *findings)
{
	int64_t ahead_ms = (b->says_ms - b->asked_at_ms) - (a->says_ms - a->asked_at_ms);
	int64_t off_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;
	if (off_ms >= VT_PAIR_CLOCK_MS)
		say(arena, findings, "clocks", VT_STR("clocks"),
		    "the clock of the %s end is %jd s ahead: certificates and logs of the two do not fit together",
		    ahead_ms > 0 ? "second" : "first", (intmax_t)(off_ms / 1000));
	return ahead_ms;
}
