/* SPDX-License-Identifier: MIT
 * Reads a world file: devices, foreign peers, tunnels, faults, and what is to be generated.
 *
 * The whole document is loaded, then walked; every mapping is checked for keys that mean nothing, and the first
 * mistake is kept with its line. What the file leaves out is filled in from the seed, so a short file makes a full
 * fleet and always the same one.
 */
#include "world.h"

#include "base/hash.h"
#include "base/timefmt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
/* More would not fit the generated address plan. */
#define MAX_DEVICES 4000
#define MAX_SELECTORS 256
#define MAX_TUNNELS 1000000

struct reader {
	const char *file;
	yaml_document_t doc;
	struct vt_arena *arena;
	struct world *world;
	yaml_node_t *defaults;
	char *why;
	size_t room;
	bool failed;
};

static void mistake(struct reader *r, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void mistake(struct reader *r, const yaml_node_t *node, const char *format, ...)
{
	if (r->failed)
		return;
	r->failed = true;
	int n = snprintf(r->why, r->room, "%s:%zu: ", r->file, node ? node->start_mark.line + 1 : 1);
	va_list args;
	va_start(args, format);
	if (n > 0 && (size_t)n < r->room)
		vsnprintf(r->why + n, r->room - (size_t)n, format, args);
	va_end(args);
}

/* ---- walking the document ---- */

static yaml_node_t *node_at(struct reader *r, int index)
{
	return yaml_document_get_node(&r->doc, index);
}

static yaml_node_t *get(struct reader *r, const yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = node_at(r, p->key);
		if (k && k->type == YAML_SCALAR_NODE && strcmp((char *)k->data.scalar.value, key) == 0)
			return node_at(r, p->value);
	}
	return NULL;
}

static bool is_map(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (node && node->type == YAML_MAPPING_NODE)
		return true;
	if (node)
		mistake(r, node, "%s is a mapping of keys and values", what);
	return false;
}

/* Every key of `map` must be one of the words of `known`. */
static void only_keys(struct reader *r, const yaml_node_t *map, const char *what, const char *known)
{
	if (!is_map(r, map, what))
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = node_at(r, p->key);
		const char *word = k && k->type == YAML_SCALAR_NODE ? (char *)k->data.scalar.value : "";
		size_t len = strlen(word);
		bool found = false;
		for (const char *at = known; len && (at = strstr(at, word)); at += len)
			found |= (at == known || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0');
		if (!found)
			mistake(r, k, "%s has no key \"%s\"; it may have: %s", what, word, known);
	}
}

static const char *text_of(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (node->type != YAML_SCALAR_NODE) {
		mistake(r, node, "%s is one value, not a list or a mapping", what);
		return "";
	}
	const char *text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length)
		mistake(r, node, "%s contains a NUL", what);
	return vt_arena_str(r->arena, vt_str_of(text)).p;
}

static const char *text(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise)
{
	yaml_node_t *node = get(r, map, key);
	return node ? text_of(r, node, key) : otherwise;
}

static uint64_t number(struct reader *r, const yaml_node_t *map, const char *key, uint64_t otherwise, uint64_t most)
{
	yaml_node_t *node = get(r, map, key);
	uint64_t n = 0;
	if (!node)
		return otherwise;
	if (!vt_str_to_u64(vt_str_of(text_of(r, node, key)), &n) || n > most) {
		mistake(r, node, "%s is a number from 0 to %llu", key, (unsigned long long)most);
		return otherwise;
	}
	return n;
}

static bool flag(struct reader *r, const yaml_node_t *map, const char *key, bool otherwise)
{
	yaml_node_t *node = get(r, map, key);
	if (!node)
		return otherwise;
	const char *t = text_of(r, node, key);
	if (strcmp(t, "true") != 0 && strcmp(t, "false") != 0)
		mistake(r, node, "%s is true or false", key);
	return strcmp(t, "true") == 0;
}

/* "90s", "-5m", "3d". */
static int64_t duration(struct reader *r, const yaml_node_t *map, const char *key, int64_t otherwise)
{
	yaml_node_t *node = get(r, map, key);
	if (!node)
		return otherwise;
	const char *t = text_of(r, node, key);
	int64_t ms = 0;
	bool minus = *t == '-';
	if (!vt_duration_parse(vt_str_of(t + minus), &ms)) {
		mistake(r, node, "%s is a duration such as 90s, 5m, 12h or 3d", key);
		return otherwise;
	}
	return minus ? -ms : ms;
}

static bool prefix(struct reader *r, const yaml_node_t *map, const char *key, struct prefix *out)
{
	yaml_node_t *node = get(r, map, key);
	if (!node)
		return false;
	if (!prefix_parse(text_of(r, node, key), out))
		mistake(r, node, "%s is an address with a prefix length, such as 10.1.0.0/16", key);
	return true;
}

/* A key of the device, else of `defaults`. */
static const char *inherited(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise)
{
	return text(r, map, key, text(r, r->defaults, key, otherwise));
}

static size_t list_length(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (!node)
		return 0;
	if (node->type != YAML_SEQUENCE_NODE) {
		mistake(r, node, "%s is a list", what);
		return 0;
	}
	return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

static yaml_node_t *item(struct reader *r, const yaml_node_t *list, size_t i)
{
	return node_at(r, list->data.sequence.items.start[i]);
}

/* ---- addresses of the generated plan ---- */

static struct vt_addr v4(uint32_t host)
{
	return (struct vt_addr){ .family = 4,
				 .bytes = { (uint8_t)(host >> 24), (uint8_t)(host >> 16), (uint8_t)(host >> 8),
					    (uint8_t)host } };
}

static uint32_t host_of(const struct vt_addr *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 | (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

/* Gateway n of the plan: outside 198.18.0.0/15 in /29s, inside 10.0.0.0/8 in /20s. */
static void plan_device(unsigned n, struct prefix *outside, struct vt_addr *hop, struct prefix *inside)
{
	uint32_t base = (198u << 24 | 18u << 16) + n * 8;
	*outside = (struct prefix){ v4(base + 2), 29 };
	*hop = v4(base + 1);
	*inside = (struct prefix){ v4((10u << 24) + n * 4096 + 1), 20 };
}

/* Foreign peer n: 203.0.113.0/24 first, then 100.64.0.0/10; networks out of 172.16.0.0/12. */
static void plan_foreign(unsigned n, struct prefix *outside, struct prefix *inside)
{
	uint32_t host = n < 250 ? (203u << 24 | 113u << 8) + 1 + n : (100u << 24 | 64u << 16) + 1 + n;
	*outside = (struct prefix){ v4(host), 32 };
	*inside = (struct prefix){ v4((172u << 24 | 16u << 16) + (n % 4096) * 256), 24 };
}

static struct prefix network(const struct prefix *p)
{
	struct prefix out = *p;
	for (unsigned bit = p->bits; bit < (p->addr.family == 4 ? 32u : 128u); bit++)
		out.addr.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return out;
}

/* ---- finding gateways: by name, by outside address ---- */

struct gateway_index {
	size_t n, cap;
	struct entry {
		uint64_t hash;
		struct vt_str key;
		struct gateway *gw;
	} * slot;
};

static uint64_t hash_of(struct vt_str key)
{
	return vt_hash_end(vt_hash_add(VT_HASH_START, key)) | 1;
}

static struct vt_str addr_key(const struct vt_addr *addr)
{
	return (struct vt_str){ (const char *)addr->bytes, addr->family == 4 ? 4 : 16 };
}

static struct gateway *index_find(const struct gateway_index *ix, struct vt_str key)
{
	uint64_t hash = hash_of(key);
	for (size_t i = (size_t)hash; ix && ix->cap && ix->slot[i & (ix->cap - 1)].hash; i++)
		if (ix->slot[i & (ix->cap - 1)].hash == hash && vt_str_eq(ix->slot[i & (ix->cap - 1)].key, key))
			return ix->slot[i & (ix->cap - 1)].gw;
	return NULL;
}

static void index_put(struct gateway_index *ix, struct entry e)
{
	size_t i = (size_t)e.hash;
	while (ix->slot[i & (ix->cap - 1)].hash)
		i++;
	ix->slot[i & (ix->cap - 1)] = e;
}

/* `key` is kept: it lives as long as the world. */
static void index_add(struct vt_arena *arena, struct gateway_index **at, struct vt_str key, struct gateway *gw)
{
	struct gateway_index *ix = *at;
	if (!ix)
		*at = ix = VT_NEW(arena, struct gateway_index);
	if (ix->n * 2 >= ix->cap) {
		struct gateway_index old = *ix;
		ix->cap = old.cap ? old.cap * 2 : 64;
		ix->slot = VT_NEW_ARRAY(arena, struct entry, ix->cap);
		for (size_t i = 0; i < old.cap; i++)
			if (old.slot[i].hash)
				index_put(ix, old.slot[i]);
	}
	index_put(ix, (struct entry){ hash_of(key), key, gw });
	ix->n++;
}

struct gateway *world_gateway(const struct world *w, const char *name)
{
	return index_find(w->by_name, vt_str_of(name));
}

struct gateway *world_gateway_at(const struct world *w, const struct vt_addr *addr)
{
	return index_find(w->by_address, addr_key(addr));
}

/* An outside address has one owner: negotiations find each other by it. */
static void own_address(struct reader *r, struct gateway *gw, const struct vt_addr *addr, const yaml_node_t *where)
{
	char text[VT_ADDR_TEXT];
	const struct gateway *other = world_gateway_at(r->world, addr);
	vt_addr_format(addr, text);
	if (other)
		mistake(r, where, "\"%s\" and \"%s\" have the same outside address %s", other->name, gw->name, text);
	index_add(r->arena, &r->world->by_address, addr_key(addr), gw);
}

static void read_outside6(struct reader *r, struct gateway *gw, const yaml_node_t *map, const char *key)
{
	if (!prefix(r, map, key, &gw->outside6))
		return;
	if (gw->outside6.addr.family != 6)
		mistake(r, get(r, map, key), "%s is an IPv6 address", key);
	own_address(r, gw, &gw->outside6.addr, map);
}

/* ---- devices ---- */

static enum generation generation_of(const char *version)
{
	unsigned major = 9, minor = 12;
	sscanf(version, "%u.%u", &major, &minor);
	unsigned v = major * 100 + minor;
	return v < 804 ? GEN_82 : v < 902 ? GEN_84 : v < 916 ? GEN_92 : GEN_916;
}

static const struct quirks usual = {
	.algorithms = "modern",
	.exec = "greeting",
	.enable_mode = "star",
	.line_end = "crlf",
	.pager = 24,
	.max_sessions = 5,
	.auth = 1 | 2 | 4,
	.scroll_echo = true,
};

enum quirk_type { Q_TEXT, Q_UINT, Q_BOOL, Q_AUTH, Q_LIST };

static const struct quirk {
	const char *name;
	enum quirk_type type;
	size_t at;
	const char *words; /* allowed texts; NULL: any */
} quirk_table[] = {
#define AT(field) offsetof(struct quirks, field)
	{ "algorithms", Q_TEXT, AT(algorithms), "modern single legacy ancient" },
	{ "exec", Q_TEXT, AT(exec), "greeting hang close" },
	{ "banner", Q_TEXT, AT(banner), NULL },
	{ "motd", Q_TEXT, AT(motd), NULL },
	{ "enable", Q_TEXT, AT(enable_mode), "star plain already" },
	{ "enable_refuse", Q_UINT, AT(enable_refuse), NULL },
	{ "line_end", Q_TEXT, AT(line_end), "crlf crcrlf mixed" },
	{ "pager", Q_UINT, AT(pager), NULL },
	{ "denied", Q_LIST, AT(denied), NULL },
	{ "max_sessions", Q_UINT, AT(max_sessions), NULL },
	{ "idle_timeout_s", Q_UINT, AT(idle_timeout_s), NULL },
	{ "login_grace_s", Q_UINT, AT(grace_s), NULL },
	{ "close_after_bytes", Q_UINT, AT(close_after_bytes), NULL },
	{ "hang_after_bytes", Q_UINT, AT(hang_after_bytes), NULL },
	{ "slow_bytes_s", Q_UINT, AT(slow_bytes_s), NULL },
	{ "packet_bytes", Q_UINT, AT(packet_bytes), NULL },
	{ "delay_ms", Q_UINT, AT(delay_ms), NULL },
	{ "huge_bytes", Q_UINT, AT(huge_bytes), NULL },
	{ "refuse_tcp", Q_BOOL, AT(refuse_tcp), NULL },
	{ "silent_tcp", Q_BOOL, AT(silent_tcp), NULL },
	{ "garbage", Q_BOOL, AT(garbage), NULL },
	{ "host_key_change", Q_BOOL, AT(host_key_change), NULL },
	{ "scroll_echo", Q_BOOL, AT(scroll_echo), NULL },
	{ "async_syslog", Q_BOOL, AT(async_syslog), NULL },
	{ "drop_on_failover", Q_BOOL, AT(drop_on_failover), NULL },
	{ "names", Q_BOOL, AT(names), NULL },
	{ "auth", Q_AUTH, AT(auth), NULL },
#undef AT
};

static bool one_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; len && (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool auth_bits(const char *value, unsigned *bits)
{
	unsigned found = 0;
	found |= one_of(value, "password") ? 1u : 0;
	found |= one_of(value, "keyboard-interactive") ? 2u : 0;
	found |= one_of(value, "publickey") ? 4u : 0;
	if (found)
		*bits = found;
	return found != 0;
}

/* "show crypto;show route" */
static void denied_list(struct vt_arena *arena, struct quirks *q, const char *value)
{
	size_t n = 1;
	for (const char *p = value; *p; p++)
		n += *p == ';';
	q->denied = VT_NEW_ARRAY(arena, const char *, n);
	q->n_denied = 0;
	for (struct vt_str rest = vt_str_of(value); rest.len;) {
		ptrdiff_t at = vt_str_find_char(rest, ';');
		struct vt_str one = vt_str_trim(at < 0 ? rest : vt_str_first(rest, (size_t)at));
		rest = at < 0 ? VT_STR_NONE : vt_str_from(rest, (size_t)at + 1);
		if (one.len)
			q->denied[q->n_denied++] = vt_arena_str(arena, one).p;
	}
}

bool quirk_set(struct vt_arena *arena, struct quirks *quirks, const char *key, const char *value, char *why,
	       size_t room)
{
	for (size_t i = 0; i < sizeof quirk_table / sizeof *quirk_table; i++) {
		const struct quirk *q = &quirk_table[i];
		if (strcmp(q->name, key) != 0)
			continue;
		void *field = (char *)quirks + q->at;
		uint64_t n = 0;
		bool ok = true;
		switch (q->type) {
		case Q_TEXT:
			ok = !q->words || one_of(q->words, value);
			if (ok)
				*(const char **)field = *value ? vt_arena_str(arena, vt_str_of(value)).p : NULL;
			break;
		case Q_UINT:
			ok = vt_str_to_u64(vt_str_of(value), &n) && n <= UINT32_MAX;
			if (ok)
				*(unsigned *)field = (unsigned)n;
			break;
		case Q_BOOL:
			ok = one_of("true false", value);
			if (ok)
				*(bool *)field = strcmp(value, "true") == 0;
			break;
		case Q_AUTH:
			ok = auth_bits(value, field);
			break;
		case Q_LIST:
			denied_list(arena, quirks, value);
			break;
		}
		if (!ok)
			snprintf(why, room, "\"%s\" is not a value for the quirk %s", value, key);
		return ok;
	}
	snprintf(why, room, "there is no quirk \"%s\"", key);
	return false;
}

static void read_quirks(struct reader *r, const yaml_node_t *map, struct quirks *q)
{
	if (!map || !is_map(r, map, "quirks"))
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = node_at(r, p->key), *v = node_at(r, p->value);
		char why[256];
		if (!quirk_set(r->arena, q, text_of(r, k, "a quirk"), text_of(r, v, "a quirk"), why, sizeof why))
			mistake(r, k, "%s", why);
	}
}

static struct gateway *gateway_new(struct reader *r, const char *name, struct device *device, const yaml_node_t *where)
{
	struct world *w = r->world;
	if (world_gateway(w, name))
		mistake(r, where, "there are two gateways named \"%s\"", name);
	struct gateway *gw = VT_NEW(r->arena, struct gateway);
	gw->name = name;
	gw->device = device;
	index_add(r->arena, &w->by_name, vt_str_of(name), gw);
	*VT_PUSH(r->arena, w->gateways, w->n_gateways, w->cap_gateways) = gw;
	return gw;
}

/* `n` numbers the gateways of devices, for the plan. */
static void read_interfaces(struct reader *r, const yaml_node_t *map, struct gateway *gw, unsigned n)
{
	struct prefix outside, inside;
	struct vt_addr hop;
	plan_device(n, &outside, &hop, &inside);
	prefix(r, map, "outside", &outside);
	prefix(r, map, "inside", &inside);
	yaml_node_t *gate = get(r, map, "gateway");
	if (gate && !vt_addr_parse(vt_str_of(text_of(r, gate, "gateway")), &hop))
		mistake(r, gate, "gateway is an address");
	if (get(r, map, "outside") && !gate && outside.addr.family == 4)
		hop = v4(host_of(&outside.addr) ^ 1);
	else if (get(r, map, "outside") && !gate) {
		hop = outside.addr;
		hop.bytes[15] ^= 1;
	}
	gw->n_interfaces = 2;
	gw->interfaces = VT_NEW_ARRAY(r->arena, struct interface, 2);
	gw->interfaces[0] = (struct interface){ "GigabitEthernet0/0", "outside", outside, { 0 }, 0 };
	gw->interfaces[1] = (struct interface){ "GigabitEthernet0/1", "inside", inside, { 0 }, 100 };
	for (int i = 0; i < 2; i++) {
		struct vt_addr standby = gw->interfaces[i].address.addr;
		standby.bytes[standby.family == 4 ? 3 : 15]++;
		gw->interfaces[i].standby = standby;
	}
	gw->next_hop = hop;
	own_address(r, gw, &gw->interfaces[0].address.addr, map);
	read_outside6(r, gw, map, "outside6");
	/* A box in service has seen sessions before this world began. */
	gw->last_index = (unsigned)(sim_draw(r->world->seed, 7, n, 0) % 4000);
	gw->cumulative[1] = gw->last_index;
}

static void read_names(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *list = get(r, map, "names");
	if (!list || !is_map(r, list, "names"))
		return;
	size_t n = (size_t)(list->data.mapping.pairs.top - list->data.mapping.pairs.start);
	dev->names = VT_NEW_ARRAY(r->arena, struct name, n ? n : 1);
	for (yaml_node_pair_t *p = list->data.mapping.pairs.start; p < list->data.mapping.pairs.top; p++) {
		struct name *name = &dev->names[dev->n_names++];
		name->name = text_of(r, node_at(r, p->value), "a name");
		if (!vt_addr_parse(vt_str_of(text_of(r, node_at(r, p->key), "an address")), &name->addr))
			mistake(r, node_at(r, p->key), "names maps addresses to names");
	}
	dev->quirks.names = true;
}

static const char *upper(struct reader *r, const char *name)
{
	char *copy = vt_arena_printf(r->arena, "%s", name);
	for (char *p = copy; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	return copy;
}

static unsigned next_gateway_number(const struct world *w)
{
	unsigned n = 0;
	for (size_t i = 0; i < w->n_gateways; i++)
		n += w->gateways[i]->device != NULL;
	return n;
}

static void read_contexts(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *list = get(r, map, "contexts");
	dev->n_gw = list_length(r, list, "contexts");
	dev->multi = dev->n_gw > 0;
	dev->gw = VT_NEW_ARRAY(r->arena, struct gateway *, dev->n_gw + 1);
	for (size_t i = 0; i < dev->n_gw; i++) {
		yaml_node_t *c = item(r, list, i);
		only_keys(r, c, "a context", "name outside outside6 inside gateway");
		const char *name = text(r, c, "name", "");
		if (!*name)
			mistake(r, c, "a context needs a name");
		unsigned n = next_gateway_number(r->world);
		struct gateway *gw = gateway_new(r, vt_arena_printf(r->arena, "%s/%s", dev->name, name), dev, c);
		gw->context = name;
		read_interfaces(r, c, gw, n);
		dev->gw[i] = gw;
	}
	if (dev->multi)
		return;
	unsigned n = next_gateway_number(r->world);
	dev->n_gw = 1;
	dev->gw[0] = gateway_new(r, dev->name, dev, map);
	read_interfaces(r, map, dev->gw[0], n);
}

static void read_failover(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *f = get(r, map, "failover");
	if (!f)
		return;
	only_keys(r, f, "failover", "stateful since");
	dev->pair = true;
	dev->stateful = flag(r, f, "stateful", true);
	dev->last_failover_ms = r->world->start_ms - duration(r, f, "since", 20 * DAY_MS);
	dev->unit_since_ms[0] = dev->last_failover_ms;
	dev->unit_active_ms[1] = 258000;
}

static void read_clock(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *c = get(r, map, "clock");
	dev->zone = "UTC";
	if (!c)
		return;
	only_keys(r, c, "clock", "zone offset skew");
	dev->zone = text(r, c, "zone", "UTC");
	dev->zone_offset_s = (int)(duration(r, c, "offset", 0) / 1000);
	dev->clock_skew_s = (int)(duration(r, c, "skew", 0) / 1000);
}

static const char DEVICE_KEYS[] = "name hostname domain version hardware serial outside outside6 inside gateway "
				  "contexts failover prompt user password "
				  "enable public_key clock uptime modified names quirks cpu";

static const struct {
	const char *version, *hardware;
} fleet_versions[] = {
	{ "9.12(4)67", "ASA5525" }, { "9.16(4)19", "FPR-2110" }, { "8.4(7)31", "ASA5520" }, { "9.8(4)46", "ASA5516" },
	{ "8.2(5)59", "ASA5510" },  { "9.18(3)56", "FPR-1120" }, { "9.1(7)32", "ASA5515" }, { "9.14(4)24", "ASA5555" },
};

static struct device *device_new(struct reader *r, const char *name, const yaml_node_t *map)
{
	struct world *w = r->world;
	struct device *dev = VT_NEW(r->arena, struct device);
	unsigned id = (unsigned)w->n_devices;
	uint64_t luck = sim_draw(w->seed, 8, id, 0);
	dev->id = id;
	dev->name = name;
	dev->hostname = text(r, map, "hostname", upper(r, name));
	dev->domain = text(r, map, "domain", "example.net");
	dev->version = inherited(r, map, "version", fleet_versions[id % 8].version);
	dev->hardware = inherited(r, map, "hardware", fleet_versions[id % 8].hardware);
	dev->serial = text(r, map, "serial",
			   vt_arena_printf(r->arena, "JMX%08llX", (unsigned long long)(luck & 0xffffffff)));
	dev->gen = generation_of(dev->version);
	dev->prompt = inherited(r, map, "prompt", get(r, map, "contexts") ? "hostname context" : "hostname");
	dev->user = inherited(r, map, "user", "vpntriage");
	dev->password = inherited(r, map, "password", "cisco123");
	dev->enable = inherited(r, map, "enable", "enable123");
	dev->public_key = inherited(r, map, "public_key", NULL);
	dev->cpu = (unsigned)number(r, map, "cpu", 3 + luck % 20, 100);
	dev->boot_ms = w->start_ms - duration(r, map, "uptime",
					      duration(r, r->defaults, "uptime",
						       (int64_t)(20 + luck % 380) * DAY_MS + (int64_t)(luck % DAY_MS)));
	dev->modified_ms = w->start_ms - duration(r, map, "modified", (int64_t)(2 + (luck >> 20) % 60) * DAY_MS);
	dev->modified_by = "admin";
	dev->quirks = usual;
	read_quirks(r, get(r, r->defaults, "quirks"), &dev->quirks);
	read_quirks(r, get(r, map, "quirks"), &dev->quirks);
	read_clock(r, dev, map);
	read_failover(r, dev, map);
	read_contexts(r, dev, map);
	read_names(r, dev, map);
	if (world_device(w, name))
		mistake(r, map, "there are two devices named \"%s\"", name);
	*VT_PUSH(r->arena, w->devices, w->n_devices, w->cap_devices) = dev;
	return dev;
}

static struct gateway *foreign_new(struct reader *r, const char *name, const yaml_node_t *map, unsigned n)
{
	struct gateway *gw = gateway_new(r, name, NULL, map);
	struct prefix outside, inside;
	plan_foreign(n, &outside, &inside);
	prefix(r, map, "address", &outside);
	prefix(r, map, "inside", &inside);
	gw->n_interfaces = 2;
	gw->interfaces = VT_NEW_ARRAY(r->arena, struct interface, 2);
	gw->interfaces[0] = (struct interface){ "wan", "outside", outside, { 0 }, 0 };
	gw->interfaces[1] = (struct interface){ "lan", "inside", inside, { 0 }, 100 };
	own_address(r, gw, &gw->interfaces[0].address.addr, map);
	read_outside6(r, gw, map, "address6");
	return gw;
}

/* ---- tunnels ---- */

static const char END_KEYS[] =
	"ike ike_enabled peer psk psk_local psk_remote tunnel_group encryption hash prf group ike_lifetime "
	"esp_encryption esp_integrity transport pfs lifetime kilobytes dpd_threshold dpd_retry idle_timeout "
	"session_timeout nat_t aggressive vti dynamic connection_type route_to_peer nat_exempt inside_route "
	"match_address inside_acl vpn_filter proxy";

static void end_keys(struct reader *r, const yaml_node_t *map, struct end_cfg *cfg, bool all_keys)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = node_at(r, p->key);
		const char *key = text_of(r, k, "a key");
		char why[256];
		if (!all_keys && !one_of(END_KEYS, key))
			continue;
		if (!end_cfg_set(r->arena, cfg, key, text_of(r, node_at(r, p->value), key), why, sizeof why))
			mistake(r, k, "%s", why);
	}
}

static void usual_cfg(struct reader *r, const struct link *link, unsigned e, unsigned ike, struct end_cfg *cfg)
{
	*cfg = (struct end_cfg){
		.ike = ike,
		.ike_enabled = true,
		.tunnel_group = true,
		.esp = { "aes-256", "sha", false },
		.life_s = 28800,
		.life_kb = 4608000,
		.dpd_threshold_s = 10,
		.dpd_retry_s = 2,
		.idle_min = 30,
		.nat_t = true,
		.route_to_peer = true,
		.nat_exempt = true,
		.inside_route = true,
		.match_address = true,
	};
	cfg->policy = ike == 2 ? (struct ike_policy){ "aes-256", "sha256", "sha256", 14, 86400 }
			       : (struct ike_policy){ "aes-256", "sha", NULL, 5, 86400 };
	if (ike == 2)
		cfg->esp.integrity = "sha-256";
	cfg->psk_local = cfg->psk_remote = vt_arena_printf(
		r->arena, "key-%s-%016llx", link->name, (unsigned long long)sim_draw(r->world->seed, 9, link->id, 0));
	cfg->peer = *link_seen_as(link, !e);
}

/* Selector j of the plan: /24s of both insides, combined. */
static struct prefix plan_net(const struct prefix *inside, unsigned j)
{
	struct prefix p = network(inside);
	if (inside->addr.family != 4) {
		p.bits = inside->bits < 64 ? 64 : inside->bits;
		p.addr.bytes[7] = (uint8_t)(p.addr.bytes[7] + j);
		return p;
	}
	if (inside->bits >= 24) { /* a small inside: /28s */
		p.addr = v4(host_of(&p.addr) + (j % (inside->bits >= 28 ? 1u : 1u << (28 - inside->bits))) * 16);
		p.bits = inside->bits > 28 ? inside->bits : 28;
		return p;
	}
	p.addr = v4(host_of(&p.addr) + (j % (1u << (24 - inside->bits))) * 256);
	p.bits = 24;
	return p;
}

static void plan_pair(const struct link *link, unsigned j, struct pair *pair)
{
	const struct prefix *a = &link->end[0].gw->interfaces[1].address, *b = &link->end[1].gw->interfaces[1].address;
	/* Different tunnels of one gateway start at different networks, so their selectors do not overlap. */
	pair->local = plan_net(a, j % 16 + link->id);
	pair->remote = plan_net(b, j / 16 + link->id / 16);
}

static void read_selectors(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *list = get(r, map, "selectors");
	bool counted = !list || list->type == YAML_SCALAR_NODE;
	size_t n = counted ? number(r, map, "selectors", 1, MAX_SELECTORS) : list_length(r, list, "selectors");
	bool vti = flag(r, map, "vti", false);
	if (n == 0 || n > MAX_SELECTORS) {
		mistake(r, list, "a tunnel has 1 to %d selectors", MAX_SELECTORS);
		n = 1;
		counted = true;
	}
	struct pair *pairs = VT_NEW_ARRAY(r->arena, struct pair, n), *mirror = VT_NEW_ARRAY(r->arena, struct pair, n);
	for (size_t j = 0; j < n; j++) {
		plan_pair(link, (unsigned)j, &pairs[j]);
		if (vti) /* a virtual tunnel interface protects whatever is routed into it */
			pairs[j] = (struct pair){ { v4(0), 0 }, { v4(0), 0 } };
		yaml_node_t *one = counted ? NULL : item(r, list, j);
		if (one) {
			only_keys(r, one, "a selector", "a b");
			prefix(r, one, "a", &pairs[j].local);
			prefix(r, one, "b", &pairs[j].remote);
			pairs[j].local = network(&pairs[j].local);
			pairs[j].remote = network(&pairs[j].remote);
		}
		mirror[j] = (struct pair){ .local = pairs[j].remote, .remote = pairs[j].local };
	}
	link->n_sel = n;
	link->sel = VT_NEW_ARRAY(r->arena, struct selector, n);
	link->end[0].base.pairs = pairs;
	link->end[1].base.pairs = mirror;
	link->end[0].base.n_pairs = link->end[1].base.n_pairs = n;
}

/* Tunnels do not all begin with the world: steady traffic starts somewhere in the first seven eighths of its history.
 */
static int64_t age_of(const struct world *w, const struct link *link)
{
	uint64_t span = (uint64_t)w->history_ms / 8 * 7;
	return span ? (int64_t)(sim_draw(w->seed, 13, link->id, 0) % span) : 0;
}

static void read_traffic(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *t = get(r, map, "traffic");
	if (t)
		only_keys(r, t, "traffic", "pps size pps_ab pps_ba size_ab size_ba on off initiator");
	for (size_t s = 0; s < link->n_sel; s++) {
		uint64_t luck = sim_draw(r->world->seed, 10 + link->id, s, 1);
		struct selector *sel = &link->sel[s];
		uint64_t pps = number(r, t, "pps", 1 + luck % 30, 1000000),
			 size = number(r, t, "size", 90 + luck / 64 % 800, 9000);
		const char *initiator = text(r, t, "initiator", "both");
		int64_t born = age_of(r->world, link) + (int64_t)(luck >> 30) % 3000;
		for (unsigned d = 0; d < 2; d++) {
			struct traffic *dir = &sel->dir[d];
			dir->pps_milli = number(r, t, d ? "pps_ba" : "pps_ab", pps, 1000000) * 1000 +
					 (get(r, t, "pps") || !t ? luck >> (8 + 8 * d) & 255 : 0);
			if (dir->pps_milli < 1000)
				dir->pps_milli = 0;
			dir->size_bytes = (uint32_t)number(r, t, d ? "size_ba" : "size_ab", size, 9000);
			dir->on_ms = duration(r, t, "on", 0);
			dir->off_ms = duration(r, t, "off", 0);
			if (dir->on_ms <= 0)
				dir->off_ms = 0;
			dir->phase_ms = r->world->start_ms - r->world->history_ms + (dir->off_ms ? 0 : born);
			dir->own = strcmp(initiator, "both") == 0 ? 1 : strcmp(initiator, d ? "b" : "a") == 0 ? 2 : 0;
		}
		if (strcmp(initiator, "both") != 0 && strcmp(initiator, "a") != 0 && strcmp(initiator, "b") != 0)
			mistake(r, get(r, t, "initiator"), "initiator is a, b or both");
	}
}

static struct gateway *tunnel_end(struct reader *r, const yaml_node_t *map, const char *key)
{
	yaml_node_t *node = get(r, map, key);
	if (!node) {
		mistake(r, map, "a tunnel needs both ends: %s is missing", key);
		return NULL;
	}
	struct gateway *gw = world_gateway(r->world, text_of(r, node, key));
	if (!gw)
		mistake(r, node, "%s: there is no device, context or peer named \"%s\"", key, text_of(r, node, key));
	return gw;
}

static void attach(struct reader *r, struct gateway *gw, struct link *link, unsigned e)
{
	/* Grown by doubling in the arena: powers of two tell when. */
	if ((gw->n_ends & (gw->n_ends - 1)) == 0) {
		size_t cap = gw->n_ends ? gw->n_ends * 2 : 1;
		struct end **ends = VT_NEW_ARRAY(r->arena, struct end *, cap);
		struct link **links = VT_NEW_ARRAY(r->arena, struct link *, cap);
		for (size_t i = 0; i < gw->n_ends; i++) {
			ends[i] = gw->ends[i];
			links[i] = gw->links[i];
		}
		gw->ends = ends;
		gw->links = links;
	}
	link->end[e].seq = (unsigned)gw->n_ends + 1;
	gw->links[gw->n_ends] = link;
	gw->ends[gw->n_ends++] = &link->end[e];
}

static bool joins(const struct link *link, const struct gateway *gw)
{
	return link->end[0].gw == gw || link->end[1].gw == gw;
}

static struct link *link_new(struct reader *r, const char *name, struct gateway *a, struct gateway *b,
			     const yaml_node_t *map)
{
	struct world *w = r->world;
	struct link *link = VT_NEW(r->arena, struct link);
	link->id = (unsigned)w->n_links;
	link->name = name;
	link->end[0].gw = a;
	link->end[1].gw = b;
	link->nat = -1;
	link->latency_ms = 10 + (unsigned)(sim_draw(w->seed, 11, link->id, 0) % 80);
	if (a == b || (!a->device && !b->device))
		mistake(r, map, "tunnel \"%s\" joins two different gateways, at least one of them a device", name);
	for (size_t i = 0; i < a->n_ends; i++)
		if (joins(a->links[i], b))
			mistake(r, map,
				"tunnels \"%s\" and \"%s\" join the same two gateways; give one of them both selectors",
				a->links[i]->name, name);
	attach(r, a, link, 0);
	attach(r, b, link, 1);
	*VT_PUSH(r->arena, w->links, w->n_links, w->cap_links) = link;
	return link;
}

static void read_nat(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *nat = get(r, map, "nat");
	if (!nat)
		return;
	const char *which = text_of(r, nat, "nat");
	if (strcmp(which, "a") != 0 && strcmp(which, "b") != 0)
		mistake(r, nat, "nat names the end behind address translation: a or b");
	link->nat = *which == 'b';
	link->nat_addr = v4((192u << 24 | 88u << 16 | 99u << 8) + 1 + link->id);
	yaml_node_t *addr = get(r, map, "nat_address");
	if (addr && !vt_addr_parse(vt_str_of(text_of(r, addr, "nat_address")), &link->nat_addr))
		mistake(r, addr, "nat_address is an address");
}

static void read_tunnel(struct reader *r, const yaml_node_t *map)
{
	char known[sizeof END_KEYS + 128];
	snprintf(known, sizeof known, "name a b ipv6 selectors traffic nat nat_address latency_ms on_a on_b %s",
		 END_KEYS);
	only_keys(r, map, "a tunnel", known);
	struct gateway *a = tunnel_end(r, map, "a"), *b = tunnel_end(r, map, "b");
	if (!a || !b)
		return;
	const char *name = text(r, map, "name", vt_arena_printf(r->arena, "%s--%s", a->name, b->name));
	struct link *link = link_new(r, name, a, b, map);
	link->latency_ms = (unsigned)number(r, map, "latency_ms", link->latency_ms, 5000);
	link->ipv6 = flag(r, map, "ipv6", false);
	if (link->ipv6 && (a->outside6.addr.family == 0 || b->outside6.addr.family == 0))
		mistake(r, map, "tunnel \"%s\" is between IPv6 addresses, and one end has none (outside6, address6)",
			name);
	read_nat(r, link, map);
	unsigned old = (a->device && a->device->gen == GEN_82) || (b->device && b->device->gen == GEN_82);
	unsigned ike = (unsigned)number(r, map, "ike", old ? 1 : 1 + link->id % 2, 2);
	for (unsigned e = 0; e < 2; e++) {
		usual_cfg(r, link, e, ike ? ike : 1, &link->end[e].base);
	}
	read_selectors(r, link, map);
	for (unsigned e = 0; e < 2; e++) {
		end_keys(r, map, &link->end[e].base, false);
		yaml_node_t *own = get(r, map, e ? "on_b" : "on_a");
		if (own && is_map(r, own, "on_a, on_b"))
			end_keys(r, own, &link->end[e].base, true);
	}
	read_traffic(r, link, map);
}

/* ---- faults ---- */

/* The names of faults, and what each is made of. */
static const struct fault_name {
	const char *word;
	enum fault_kind kind;
	unsigned kinds;
	const char *key, *value;
} fault_names[] = {
	{ "udp500", FAULT_BLOCK, 1u << PATH_UDP500, NULL, NULL },
	{ "udp4500", FAULT_BLOCK, 1u << PATH_UDP4500, NULL, NULL },
	{ "esp", FAULT_BLOCK, 1u << PATH_ESP, NULL, NULL },
	{ "path", FAULT_BLOCK, 7, NULL, NULL },
	{ "loss", FAULT_LOSS, 0, NULL, NULL },
	{ "set", FAULT_SET, 0, NULL, NULL },
	{ "psk", FAULT_SET, 0, "psk", "a-different-key" },
	{ "policy", FAULT_SET, 0, "group", "24" },
	{ "no-tunnel-group", FAULT_SET, 0, "tunnel_group", "false" },
	{ "not-enabled", FAULT_SET, 0, "ike_enabled", "false" },
	{ "no-route", FAULT_SET, 0, "route_to_peer", "false" },
	{ "transform", FAULT_SET, 0, "esp_encryption", "3des" },
	{ "proxy", FAULT_SET, 0, "proxy", "10.255.255.0/24" },
	{ "pfs", FAULT_SET, 0, "pfs", "19" },
	{ "nat-exempt", FAULT_SET, 0, "nat_exempt", "false" },
	{ "inside-route", FAULT_SET, 0, "inside_route", "false" },
	{ "inside-acl", FAULT_SET, 0, "inside_acl", "INSIDE-IN" },
	{ "vpn-filter", FAULT_SET, 0, "vpn_filter", "VPN-FILTER" },
	{ "no-acl", FAULT_SET, 0, "match_address", "false" },
	{ "down", FAULT_DOWN, 0, NULL, NULL },
	{ "reboot", FAULT_REBOOT, 0, NULL, NULL },
	{ "failover", FAULT_FAILOVER, 0, NULL, NULL },
	{ "clear", FAULT_CLEAR, 0, NULL, NULL },
};

/* Where a fault strikes: the tunnel, gateway or device that the words name. */
static bool find_target(struct world *w, const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	if (words->tunnel && !(f->link = world_link(w, words->tunnel))) {
		snprintf(why, room, "there is no tunnel \"%s\"", words->tunnel);
		return false;
	}
	if (words->device) {
		f->gw = world_gateway(w, words->device);
		f->device = world_device(w, words->device);
		if (!f->gw && !f->device) {
			snprintf(why, room, "there is no device or peer \"%s\"", words->device);
			return false;
		}
	}
	bool on_link = f->kind == FAULT_BLOCK || f->kind == FAULT_LOSS || f->kind == FAULT_SET ||
		       f->kind == FAULT_CLEAR;
	bool on_device = f->kind == FAULT_REBOOT || f->kind == FAULT_FAILOVER;
	if ((on_link && !f->link) || (on_device && !f->device) || (f->kind == FAULT_DOWN && !f->gw)) {
		snprintf(why, room, "the fault \"%s\" needs a %s", words->fault, on_link ? "tunnel" : "device");
		return false;
	}
	if (f->kind == FAULT_FAILOVER && !f->device->pair) {
		snprintf(why, room, "device \"%s\" has no failover partner", words->device);
		return false;
	}
	return true;
}

/* Which end, which direction, how much. */
static bool find_extent(const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	const char *end = words->end ? words->end : "a", *dir = words->direction ? words->direction : "both";
	if (!one_of("a b both", end) || !one_of("ab ba both", dir)) {
		snprintf(why, room, "end is a, b or both; direction is ab, ba or both");
		return false;
	}
	f->ends = strcmp(end, "both") == 0 ? 3 : strcmp(end, "b") == 0 ? 2 : 1;
	f->dirs = strcmp(dir, "both") == 0 ? 3 : strcmp(dir, "ba") == 0 ? 2 : 1;
	f->loss_ppm = (uint32_t)(words->percent < 0 ? 0 : words->percent > 100 ? 1000000 : words->percent * 10000);
	return true;
}

/* The configuration key a fault changes, tried out on a copy. */
static bool find_change(struct world *w, const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	if (f->kind != FAULT_SET)
		return true;
	f->key = words->key ? words->key : f->key;
	f->value = words->value ? words->value : f->value;
	if (!f->key || !f->value) {
		snprintf(why, room, "the fault \"%s\" needs a key and a value", words->fault);
		return false;
	}
	struct end_cfg probe = f->link->end[0].base;
	if (!end_cfg_set(w->arena, &probe, f->key, f->value, why, room))
		return false;
	f->key = vt_arena_str(w->arena, vt_str_of(f->key)).p;
	f->value = vt_arena_str(w->arena, vt_str_of(f->value)).p;
	return true;
}

struct fault *world_fault(struct world *w, const struct fault_words *words, char *why, size_t room)
{
	size_t i = 0, n = sizeof fault_names / sizeof *fault_names;
	while (i < n && strcmp(fault_names[i].word, words->fault) != 0)
		i++;
	if (i == n) {
		snprintf(why, room, "there is no fault \"%s\"", words->fault);
		return NULL;
	}
	const struct fault_name *name = &fault_names[i];
	struct fault f = { .kind = name->kind,
			   .kinds = name->kinds,
			   .name = name->word,
			   .key = name->key,
			   .value = name->value,
			   .at_ms = words->at_ms,
			   .until_ms = words->until_ms };
	if (!find_target(w, words, &f, why, room) || !find_extent(words, &f, why, room) ||
	    !find_change(w, words, &f, why, room))
		return NULL;
	struct fault *kept = VT_NEW(w->arena, struct fault);
	*kept = f;
	return kept;
}

static void read_fault(struct reader *r, const yaml_node_t *map)
{
	only_keys(r, map, "a fault", "fault tunnel device end direction percent key value at for");
	struct fault_words words = {
		.fault = text(r, map, "fault", ""),
		.tunnel = text(r, map, "tunnel", NULL),
		.device = text(r, map, "device", NULL),
		.end = text(r, map, "end", NULL),
		.direction = text(r, map, "direction", NULL),
		.key = text(r, map, "key", NULL),
		.value = text(r, map, "value", NULL),
		.percent = (double)number(r, map, "percent", 100, 100),
	};
	struct world *w = r->world;
	/* Without a time the fault has always been there. */
	words.at_ms = get(r, map, "at") ? w->start_ms + duration(r, map, "at", 0) : w->start_ms - w->history_ms;
	int64_t lasts = duration(r, map, "for", 0);
	words.until_ms = lasts ? words.at_ms + lasts : 0;
	char why[256];
	struct fault *f = r->failed ? NULL : world_fault(w, &words, why, sizeof why);
	if (f)
		*VT_PUSH(r->arena, w->faults, w->n_faults, w->cap_faults) = f;
	else
		mistake(r, map, "%s", why);
}

/* A device that started within the simulated past was not there before. */
static void boot_faults(struct reader *r)
{
	struct world *w = r->world;
	for (size_t i = 0; i < w->n_devices; i++) {
		struct device *dev = w->devices[i];
		if (dev->boot_ms <= w->start_ms - w->history_ms)
			continue;
		struct fault *f = VT_NEW(r->arena, struct fault);
		*f = (struct fault){ .kind = FAULT_REBOOT,
				     .name = "reboot",
				     .device = dev,
				     .at_ms = dev->boot_ms - 180000,
				     .until_ms = dev->boot_ms };
		*VT_PUSH(r->arena, w->faults, w->n_faults, w->cap_faults) = f;
	}
}

/* ---- generated worlds ---- */

static void generate_tunnels(struct reader *r, const yaml_node_t *map, size_t first, size_t tunnels, unsigned selectors,
			     unsigned foreign_percent)
{
	struct world *w = r->world;
	size_t n_gw = 0;
	struct gateway **gw = VT_NEW_ARRAY(r->arena, struct gateway *, w->n_gateways + 1);
	for (size_t i = first; i < w->n_gateways; i++)
		if (w->gateways[i]->device)
			gw[n_gw++] = w->gateways[i];
	unsigned foreign = 0;
	for (size_t i = 0; i < w->n_gateways; i++)
		foreign += !w->gateways[i]->device;
	if (n_gw == 0 && tunnels)
		mistake(r, map, "generate needs devices to put tunnels on");
	/* Round robin over the devices; partner at a growing distance, so that no pair repeats. */
	for (size_t t = 0; t < tunnels && !r->failed; t++) {
		struct gateway *a = gw[t % n_gw], *b = NULL;
		size_t round = t / n_gw;
		uint64_t luck = sim_draw(w->seed, 12, t, 0);
		if (luck % 100 >= foreign_percent && round + 1 <= (n_gw - 1) / 2)
			b = gw[(t + round + 1) % n_gw];
		for (size_t i = 0; b && i < a->n_ends; i++)
			if (joins(a->links[i], b)) {
				b = NULL;
				break;
			}
		if (!b) {
			b = foreign_new(r, vt_arena_printf(r->arena, "peer-%04u", foreign + 1), map, foreign);
			foreign++;
		}
		struct link *link = link_new(r, vt_arena_printf(r->arena, "t%04zu", t + 1), a, b, map);
		unsigned old = (a->device->gen == GEN_82) || (b->device && b->device->gen == GEN_82);
		for (unsigned e = 0; e < 2; e++)
			usual_cfg(r, link, e, old || luck / 128 % 3 ? 1 : 2, &link->end[e].base);
		size_t n = selectors ? selectors : 1 + luck / 1024 % 3;
		struct pair *pairs = VT_NEW_ARRAY(r->arena, struct pair, n),
			    *mirror = VT_NEW_ARRAY(r->arena, struct pair, n);
		for (size_t j = 0; j < n; j++) {
			plan_pair(link, (unsigned)j, &pairs[j]);
			mirror[j] = (struct pair){ pairs[j].remote, pairs[j].local };
		}
		link->end[0].base.pairs = pairs;
		link->end[1].base.pairs = mirror;
		link->end[0].base.n_pairs = link->end[1].base.n_pairs = link->n_sel = n;
		link->sel = VT_NEW_ARRAY(r->arena, struct selector, n);
		read_traffic(r, link, NULL);
	}
}

static void read_generate(struct reader *r, const yaml_node_t *map, unsigned devices_override)
{
	if (!map)
		return;
	only_keys(r, map, "generate", "devices tunnels selectors foreign_percent prefix per_device");
	struct world *w = r->world;
	size_t devices = devices_override ? devices_override : number(r, map, "devices", 0, MAX_DEVICES);
	size_t tunnels = number(r, map, "tunnels", 0, MAX_TUNNELS);
	size_t per_device = number(r, map, "per_device", 0, 1000);
	const char *stem = text(r, map, "prefix", "fw");
	while (w->n_devices < devices && !r->failed)
		device_new(r, vt_arena_printf(r->arena, "%s-%04zu", stem, w->n_devices + 1), NULL);
	if (per_device)
		tunnels = per_device * w->n_devices;
	generate_tunnels(r, map, 0, tunnels > w->n_links ? tunnels - w->n_links : 0,
			 (unsigned)number(r, map, "selectors", 0, MAX_SELECTORS),
			 (unsigned)number(r, map, "foreign_percent", 50, 100));
}

/* ---- the whole ---- */

static void read_root(struct reader *r, const yaml_node_t *root, const struct world_options *options)
{
	struct world *w = r->world;
	only_keys(r, root, "a world", "world seed start history defaults devices peers tunnels faults generate");
	w->name = text(r, root, "world", "world");
	w->seed = options->seed_given ? options->seed : number(r, root, "seed", 1, UINT64_MAX - 1);
	w->start_ms = options->start_ms;
	yaml_node_t *start = get(r, root, "start");
	if (start && !options->start_given && !vt_time_parse(vt_str_of(text_of(r, start, "start")), &w->start_ms))
		mistake(r, start, "start is a time such as 2026-01-05T08:00:00Z");
	w->history_ms = duration(r, root, "history", 3 * DAY_MS);
	r->defaults = get(r, root, "defaults");
	if (r->defaults)
		only_keys(r, r->defaults, "defaults",
			  "version hardware prompt user password enable public_key uptime quirks");
	yaml_node_t *list = get(r, root, "devices");
	for (size_t i = 0, n = list_length(r, list, "devices"); i < n && !r->failed; i++) {
		only_keys(r, item(r, list, i), "a device", DEVICE_KEYS);
		const char *name = text(r, item(r, list, i), "name", "");
		if (!*name || strpbrk(name, "/ \""))
			mistake(r, item(r, list, i), "a device needs a name without blanks, quotes and slashes");
		device_new(r, name, item(r, list, i));
	}
	list = get(r, root, "peers");
	for (size_t i = 0, n = list_length(r, list, "peers"); i < n && !r->failed; i++) {
		only_keys(r, item(r, list, i), "a peer", "name address address6 inside");
		const char *name = text(r, item(r, list, i), "name", "");
		if (!*name)
			mistake(r, item(r, list, i), "a peer needs a name");
		foreign_new(r, name, item(r, list, i), (unsigned)i);
	}
	list = get(r, root, "tunnels");
	for (size_t i = 0, n = list_length(r, list, "tunnels"); i < n && !r->failed; i++)
		read_tunnel(r, item(r, list, i));
	read_generate(r, get(r, root, "generate"), options->devices);
	list = get(r, root, "faults");
	for (size_t i = 0, n = list_length(r, list, "faults"); i < n && !r->failed; i++)
		read_fault(r, item(r, list, i));
	boot_faults(r);
	if (w->n_devices == 0 && !r->failed)
		mistake(r, root, "a world needs devices, or a generate section");
}

struct world *world_read(const char *file, const struct world_options *options, char *why, size_t room)
{
	FILE *in = fopen(file, "rb");
	if (!in) {
		snprintf(why, room, "%s: cannot be read (%s)", file, strerror(errno));
		return NULL;
	}
	yaml_parser_t parser;
	struct reader r = { .file = file, .why = why, .room = room, .arena = vt_arena_new() };
	r.world = VT_NEW(r.arena, struct world);
	r.world->arena = r.arena;
	bool document = false;
	if (!yaml_parser_initialize(&parser)) {
		snprintf(why, room, "%s: no memory", file);
		r.failed = true;
	} else {
		yaml_parser_set_input_file(&parser, in);
		document = yaml_parser_load(&parser, &r.doc) != 0;
		if (!document) {
			snprintf(why, room, "%s:%zu: %s", file, parser.problem_mark.line + 1,
				 parser.problem ? parser.problem : "not YAML");
			r.failed = true;
		}
		yaml_parser_delete(&parser);
	}
	if (document) {
		yaml_node_t *root = yaml_document_get_root_node(&r.doc);
		if (!root)
			mistake(&r, NULL, "the file is empty");
		else if (is_map(&r, root, "a world"))
			read_root(&r, root, options);
		yaml_document_delete(&r.doc);
	}
	fclose(in);
	if (r.failed) {
		vt_arena_free(r.arena);
		return NULL;
	}
	return r.world;
}

void world_free(struct world *world)
{
	if (world)
		vt_arena_free(world->arena);
}

struct device *world_device(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_devices; i++)
		if (strcmp(w->devices[i]->name, name) == 0)
			return w->devices[i];
	return NULL;
}

struct link *world_link(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (strcmp(w->links[i]->name, name) == 0)
			return w->links[i];
	return NULL;
}
