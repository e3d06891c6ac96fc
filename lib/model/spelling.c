/* SPDX-License-Identifier: MIT
 * One spelling for what a device prints in several: addresses, names that stand for them, protected networks. Ids are
 * made of these, so they may never change.
 */
#include "model/unit.h"

#include "base/addr.h"
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t unit_name_id(struct vt_str name)
{
	return vt_hash_end(vt_hash_add(VT_HASH_START, name)) | 1;
}

void unit_forget_names(struct vt_unit *unit)
{
	for (size_t i = 0; i < unit->names.size; i++)
		free(unit->names.slots[i].value);
	vt_map_clear(&unit->names);
}

struct vt_str canonical_peer(const struct vt_unit *unit, struct vt_str text, char room[static 64])
{
	struct vt_addr addr;
	if (vt_addr_parse(text, &addr))
		return (struct vt_str){ room, vt_addr_format(&addr, room) };
	const char *known = unit->names.size && text.len ? vt_map_get(&unit->names, unit_name_id(text)) : NULL;
	return known ? vt_str_of(known) : text;
}

uint64_t unit_text_id(struct vt_str peer, const struct vt_ident *local, const struct vt_ident *remote)
{
	const uint64_t numbers[] = { local->protocol,  local->port,  local->port_end,
				     remote->protocol, remote->port, remote->port_end };
	uint64_t hash = vt_hash_add(VT_HASH_START, peer);
	hash = vt_hash_add(vt_hash_add(hash, local->addr), local->mask);
	hash = vt_hash_add(vt_hash_add(hash, remote->addr), remote->mask);
	hash = vt_hash_add(hash, (struct vt_str){ (const char *)numbers, sizeof numbers });
	return vt_hash_end(hash) | 1;
}

struct vt_str ident_text(const struct vt_unit *unit, const struct vt_ident *ident, char *room, size_t size)
{
	char peer_room[64];
	struct vt_str addr = canonical_peer(unit, ident->addr, peer_room);
	struct vt_addr parsed;
	unsigned prefix;
	int len;
	if (!ident->mask.p || !vt_prefix_parse(ident->mask, &prefix))
		len = ident->mask.p && ident->mask.len
			      ? snprintf(room, size, VT_FMT "/" VT_FMT, VT_ARG(addr), VT_ARG(ident->mask))
			      : snprintf(room, size, VT_FMT "/%u", VT_ARG(addr),
					 vt_addr_parse(addr, &parsed) && parsed.family == 6 ? 128u : 32u);
	else
		len = snprintf(room, size, VT_FMT "/%u", VT_ARG(addr), prefix);
	bool protocol = ident->protocol != VT_ABSENT && ident->protocol != 0;
	bool range = ident->port_end != VT_ABSENT;
	bool port = range || (ident->port != VT_ABSENT && ident->port != 0);
	if (len > 0 && (size_t)len < size && (protocol || port))
		len += snprintf(room + len, size - (size_t)len, ":%" PRIu64, protocol ? ident->protocol : 0);
	if (len > 0 && (size_t)len < size && port)
		len += snprintf(room + len, size - (size_t)len, "/%" PRIu64, ident->port);
	if (len > 0 && (size_t)len < size && range)
		len += snprintf(room + len, size - (size_t)len, "-%" PRIu64, ident->port_end);
	size_t used = len < 0 ? 0 : (size_t)len < size ? (size_t)len : size - 1;
	return (struct vt_str){ room, used };
}
