/* SPDX-License-Identifier: MIT
 * What the device's own configuration asks for, joined to what is remembered about it.
 *
 * A wanted selector has a row before it ever had an SA, so that a person sees what should be there; very many of one
 * tunnel (products of groups) are shown only once they were seen.
 */
#include "base/memory.h"
#include "model/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	WANTED_MAX = 512, /* selectors of one tunnel that are shown before they were ever seen */
};

static void learn_names(struct vt_unit *unit, const struct vt_config *config)
{
	unit_forget_names(unit);
	for (size_t i = 0; i < config->names_len; i++) {
		struct vt_addr addr;
		char text[VT_ADDR_TEXT];
		uint64_t id = unit_name_id(config->names[i].name);
		if (!vt_addr_parse(config->names[i].addr, &addr) || vt_map_get(&unit->names, id))
			continue;
		vt_addr_format(&addr, text);
		vt_map_put(&unit->names, id, vt_must(strdup(text)));
	}
}

static struct vt_str side_text(const struct vt_net *net, uint64_t protocol, uint64_t port, char *room, size_t size)
{
	char text[VT_NET_TEXT];
	vt_net_format(net, text);
	int len = port       ? snprintf(room, size, "%s:%" PRIu64 "/%" PRIu64, text, protocol, port)
		  : protocol ? snprintf(room, size, "%s:%" PRIu64, text, protocol)
			     : snprintf(room, size, "%s", text);
	return (struct vt_str){ room, len > 0 && (size_t)len < size ? (size_t)len : 0 };
}

static void want_selectors(struct vt_unit *unit, struct tunnel *tunnel, const struct vt_pairs *pairs)
{
	for (size_t i = 0; i < pairs->len; i++) {
		const struct vt_pair *pair = &pairs->items[i];
		char local[128], remote[128];
		if (!pair->permit)
			continue;
		struct selector *selector = tunnel_selector(
			unit, tunnel, side_text(&pair->local, pair->protocol, 0, local, sizeof local),
			side_text(&pair->remote, pair->protocol, pair->port, remote, sizeof remote),
			tunnel->selectors_len < WANTED_MAX);
		if (!selector)
			continue;
		selector->wanted = true;
		if (!selector->present && selector->row.status != VT_SELECTOR_IDLE && selector->gone_at_ms == 0) {
			selector->row.status = VT_SELECTOR_IDLE;
			selector->dirty = true;
		}
	}
}

/* What is no longer wanted and was never more than wanted goes; what has or had an SA stays until it is forgotten. */
static void drop_unwanted(struct vt_unit *unit, struct tunnel *tunnel)
{
	for (size_t j = tunnel->selectors_len; j-- > 0;) {
		struct selector *selector = tunnel->selectors[j];
		if (selector->wanted || selector->row.status != VT_SELECTOR_IDLE)
			continue;
		if (unit->forget_selectors_len == unit->forget_selectors_cap) {
			unit->forget_selectors_cap = unit->forget_selectors_cap ? unit->forget_selectors_cap * 2 : 16;
			unit->forget_selectors = vt_must(realloc(
				unit->forget_selectors, unit->forget_selectors_cap * sizeof *unit->forget_selectors));
		}
		unit->forget_selectors[unit->forget_selectors_len++] = selector->row.id;
		unit_forget_selector(unit, tunnel, selector);
	}
}

/* The address of the interface a tunnel leaves by, of the peer's family; in `room`. Until its SAs show it. */
static struct vt_str own_address(const struct vt_config *config, const struct vt_expected_tunnel *e,
				 char room[VT_ADDR_TEXT])
{
	const struct vt_config_interface *ifc = vt_config_interface_of(config, e->interface);
	struct vt_addr own;
	if (!ifc || !ifc->addr.p || !vt_config_address(config, ifc->addr, &own) || own.family != e->peer.family)
		return VT_STR_NONE;
	return (struct vt_str){ room, vt_addr_format(&own, room) };
}

void vt_unit_configure(struct vt_unit *unit, const struct vt_config *config, const struct vt_expected *expected)
{
	learn_names(unit, config);
	vt_map_clear(&unit->selector_by_text); /* a name may stand for another address now */
	unit->configured = expected->complete;
	unit->dynamic = expected->dynamic;
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		struct tunnel *tunnel = unit->tunnels[i];
		tunnel->configured = tunnel->backup = false;
		for (size_t j = 0; j < tunnel->selectors_len; j++)
			tunnel->selectors[j]->wanted = false;
	}
	for (size_t i = 0; i < expected->len; i++) {
		const struct vt_expected_tunnel *e = &expected->tunnels[i];
		char peer[VT_ADDR_TEXT];
		struct tunnel *tunnel = unit_tunnel_of_peer(
			unit, (struct vt_str){ peer, vt_addr_format(&e->peer, peer) }, true);
		tunnel->backup = e->rank > 0 && (!tunnel->configured || tunnel->backup);
		tunnel->configured = true;
		if (e->entry)
			text_set(&tunnel->acl, e->entry->acl);
		tunnel->dirty |= e->interface.p && text_set(&tunnel->row.interface, e->interface);
		if (!tunnel->row.local_addr.p)
			tunnel->dirty |= text_set(&tunnel->row.local_addr, own_address(config, e, peer));
		if (tunnel->row.ike_version == VT_ABSENT && e->ikev1 != e->ikev2) {
			tunnel->row.ike_version = e->ikev2 ? 2 : 1;
			tunnel->dirty = true;
		}
		want_selectors(unit, tunnel, &e->pairs);
	}
	for (size_t i = 0; i < unit->tunnels_len; i++)
		drop_unwanted(unit, unit->tunnels[i]);
}

bool vt_unit_wants_hits(const struct vt_unit *unit)
{
	return unit->configured && (unit->needs_sa || unit->need_sa == VT_ABSENT);
}

static bool lacks_an_sa(const struct tunnel *tunnel)
{
	if (!tunnel->configured || tunnel->backup || !tunnel->acl.len)
		return false;
	for (size_t i = 0; i < tunnel->selectors_len; i++)
		if (tunnel->selectors[i]->wanted && !tunnel->selectors[i]->present)
			return true;
	return tunnel->row.selectors == 0;
}

size_t vt_unit_quiet_acls(struct vt_unit *unit, struct vt_str *names, size_t max)
{
	size_t found = 0;
	for (size_t step = 0; step < unit->tunnels_len && found < max; step++) {
		const struct tunnel *tunnel = unit->tunnels[unit->quiet_next++ % unit->tunnels_len];
		bool known = !lacks_an_sa(tunnel);
		for (size_t i = 0; i < found && !known; i++)
			known = vt_str_eq(names[i], tunnel->acl);
		if (!known)
			names[found++] = tunnel->acl;
	}
	return found;
}
