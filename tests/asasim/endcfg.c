/* SPDX-License-Identifier: MIT
 * The keys of one end's configuration, as a world file, an override and a fault write them.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

enum key_type { K_TEXT, K_PSK, K_UINT, K_U64, K_BOOL, K_ADDR, K_GROUP, K_CONNECTION, K_PAIR_SHIFT };

static const struct key {
	const char *name;
	enum key_type type;
	size_t at;
} keys[] = {
#define AT(field) offsetof(struct end_cfg, field)
	{ "ike", K_UINT, AT(ike) },
	{ "ike_enabled", K_BOOL, AT(ike_enabled) },
	{ "peer", K_ADDR, AT(peer) },
	{ "psk", K_PSK, 0 },
	{ "psk_local", K_TEXT, AT(psk_local) },
	{ "psk_remote", K_TEXT, AT(psk_remote) },
	{ "tunnel_group", K_BOOL, AT(tunnel_group) },
	{ "encryption", K_TEXT, AT(policy.encryption) },
	{ "hash", K_TEXT, AT(policy.hash) },
	{ "prf", K_TEXT, AT(policy.prf) },
	{ "group", K_UINT, AT(policy.group) },
	{ "ike_lifetime", K_UINT, AT(policy.lifetime_s) },
	{ "esp_encryption", K_TEXT, AT(esp.encryption) },
	{ "esp_integrity", K_TEXT, AT(esp.integrity) },
	{ "transport", K_BOOL, AT(esp.transport) },
	{ "pfs", K_GROUP, AT(pfs) },
	{ "lifetime", K_UINT, AT(life_s) },
	{ "kilobytes", K_U64, AT(life_kb) },
	{ "dpd_threshold", K_UINT, AT(dpd_threshold_s) },
	{ "dpd_retry", K_UINT, AT(dpd_retry_s) },
	{ "idle_timeout", K_UINT, AT(idle_min) },
	{ "session_timeout", K_UINT, AT(session_min) },
	{ "nat_t", K_BOOL, AT(nat_t) },
	{ "aggressive", K_BOOL, AT(aggressive) },
	{ "vti", K_BOOL, AT(vti) },
	{ "dynamic", K_BOOL, AT(dynamic) },
	{ "connection_type", K_CONNECTION, AT(connection) },
	{ "route_to_peer", K_BOOL, AT(route_to_peer) },
	{ "nat_exempt", K_BOOL, AT(nat_exempt) },
	{ "inside_route", K_BOOL, AT(inside_route) },
	{ "match_address", K_BOOL, AT(match_address) },
	{ "inside_acl", K_TEXT, AT(inside_acl) },
	{ "vpn_filter", K_TEXT, AT(vpn_filter) },
	{ "proxy", K_PAIR_SHIFT, 0 },
#undef AT
};

static bool read_uint(const char *text, uint64_t *out)
{
	return vt_str_to_u64(vt_str_of(text), out);
}

static bool read_bool(const char *text, bool *out)
{
	bool yes = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "on") == 0;
	bool no = strcmp(text, "false") == 0 || strcmp(text, "no") == 0 || strcmp(text, "off") == 0;
	if (yes || no)
		*out = yes;
	return yes || no;
}

static bool read_connection(const char *text, enum connection_type *out)
{
	static const char *const words[] = { "bidirectional", "originate-only", "answer-only" };
	for (unsigned i = 0; i < 3; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = (enum connection_type)i;
			return true;
		}
	return false;
}

/* "proxy": every remote network of this end's crypto ACL becomes the given one (or "none": the ACL matches nothing). */
static bool set_proxy(struct vt_arena *arena, struct end_cfg *cfg, const char *value)
{
	struct prefix p;
	if (!prefix_parse(value, &p))
		return false;
	struct pair *pairs = VT_NEW_ARRAY(arena, struct pair, cfg->n_pairs ? cfg->n_pairs : 1);
	for (size_t i = 0; i < cfg->n_pairs; i++)
		pairs[i] = (struct pair){ .local = cfg->pairs[i].local, .remote = p };
	cfg->pairs = pairs;
	return true;
}

static bool set(struct vt_arena *arena, struct end_cfg *cfg, const struct key *k, const char *value)
{
	void *field = (char *)cfg + k->at;
	uint64_t n = 0;
	switch (k->type) {
	case K_TEXT:
		*(const char **)field = strcmp(value, "none") == 0 ? NULL : vt_arena_str(arena, vt_str_of(value)).p;
		return true;
	case K_PSK:
		cfg->psk_local = cfg->psk_remote = vt_arena_str(arena, vt_str_of(value)).p;
		return true;
	case K_UINT:
	case K_GROUP:
		if (k->type == K_GROUP && strncmp(value, "group", 5) == 0)
			value += 5;
		if (strcmp(value, "none") == 0)
			value = "0";
		if (!read_uint(value, &n) || n > UINT32_MAX)
			return false;
		*(unsigned *)field = (unsigned)n;
		return true;
	case K_U64:
		if (strcmp(value, "unlimited") == 0)
			value = "0";
		if (!read_uint(value, &n))
			return false;
		*(uint64_t *)field = n;
		return true;
	case K_BOOL:
		return read_bool(value, field);
	case K_ADDR:
		return vt_addr_parse(vt_str_of(value), field);
	case K_CONNECTION:
		return read_connection(value, field);
	case K_PAIR_SHIFT:
		return set_proxy(arena, cfg, value);
	}
	return false;
}

bool end_cfg_set(struct vt_arena *arena, struct end_cfg *cfg, const char *key, const char *value, char *why,
		 size_t room)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		if (set(arena, cfg, &keys[i], value))
			return true;
		snprintf(why, room, "\"%s\" is not a value for %s", value, key);
		return false;
	}
	snprintf(why, room, "there is no key \"%s\" for one end of a tunnel", key);
	return false;
}
