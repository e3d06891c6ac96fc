/* SPDX-License-Identifier: MIT
 * Devices, their contexts, clocks and switches, and foreign peers: what the file says, and the rest out of the seed.
 */
#include "world_parts.h"

#include <stdio.h>
#include <string.h>

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

static bool auth_bits(const char *value, unsigned *bits)
{
	unsigned found = 0;
	found |= doc_is_one_of(value, "password") ? 1u : 0;
	found |= doc_is_one_of(value, "keyboard-interactive") ? 2u : 0;
	found |= doc_is_one_of(value, "publickey") ? 4u : 0;
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
			ok = !q->words || doc_is_one_of(q->words, value);
			if (ok)
				*(const char **)field = *value ? vt_arena_str(arena, vt_str_of(value)).p : NULL;
			break;
		case Q_UINT:
			ok = vt_str_to_u64(vt_str_of(value), &n) && n <= UINT32_MAX;
			if (ok)
				*(unsigned *)field = (unsigned)n;
			break;
		case Q_BOOL:
			ok = doc_is_one_of("true false", value);
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
	if (!map || !doc_is_map(r, map, "quirks"))
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = doc_node(r, p->key), *v = doc_node(r, p->value);
		char why[256];
		if (!quirk_set(r->arena, q, doc_text_of(r, k, "a quirk"), doc_text_of(r, v, "a quirk"), why,
			       sizeof why))
			doc_mistake(r, k, "%s", why);
	}
}

static struct gateway *gateway_new(struct reader *r, const char *name, struct device *device, const yaml_node_t *where)
{
	struct world *w = r->world;
	if (world_gateway(w, name))
		doc_mistake(r, where, "there are two gateways named \"%s\"", name);
	struct gateway *gw = VT_NEW(r->arena, struct gateway);
	gw->name = name;
	gw->device = device;
	gateway_index_add(r->arena, &w->by_name, vt_str_of(name), gw);
	*VT_PUSH(r->arena, w->gateways, w->n_gateways, w->cap_gateways) = gw;
	return gw;
}

/* `n` numbers the gateways of devices, for the plan. */
static void read_interfaces(struct reader *r, const yaml_node_t *map, struct gateway *gw, unsigned n)
{
	struct prefix outside, inside;
	struct vt_addr hop;
	plan_device(n, &outside, &hop, &inside);
	doc_prefix(r, map, "outside", &outside);
	doc_prefix(r, map, "inside", &inside);
	yaml_node_t *gate = doc_get(r, map, "gateway");
	if (gate && !vt_addr_parse(vt_str_of(doc_text_of(r, gate, "gateway")), &hop))
		doc_mistake(r, gate, "gateway is an address");
	if (doc_get(r, map, "outside") && !gate && outside.addr.family == 4)
		hop = plan_v4(plan_number(&outside.addr) ^ 1);
	else if (doc_get(r, map, "outside") && !gate) {
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
	world_own_address(r, gw, &gw->interfaces[0].address.addr, map);
	world_read_outside6(r, gw, map, "outside6");
	/* A box in service has seen sessions before this world began. */
	gw->last_index = (unsigned)(sim_draw(r->world->seed, 7, n, 0) % 4000);
	gw->cumulative[1] = gw->last_index;
}

static void read_names(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *list = doc_get(r, map, "names");
	if (!list || !doc_is_map(r, list, "names"))
		return;
	size_t n = (size_t)(list->data.mapping.pairs.top - list->data.mapping.pairs.start);
	dev->names = VT_NEW_ARRAY(r->arena, struct name, n ? n : 1);
	for (yaml_node_pair_t *p = list->data.mapping.pairs.start; p < list->data.mapping.pairs.top; p++) {
		struct name *name = &dev->names[dev->n_names++];
		name->name = doc_text_of(r, doc_node(r, p->value), "a name");
		if (!vt_addr_parse(vt_str_of(doc_text_of(r, doc_node(r, p->key), "an address")), &name->addr))
			doc_mistake(r, doc_node(r, p->key), "names maps addresses to names");
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
	yaml_node_t *list = doc_get(r, map, "contexts");
	dev->n_gw = doc_length(r, list, "contexts");
	dev->multi = dev->n_gw > 0;
	dev->gw = VT_NEW_ARRAY(r->arena, struct gateway *, dev->n_gw + 1);
	for (size_t i = 0; i < dev->n_gw; i++) {
		yaml_node_t *c = doc_item(r, list, i);
		doc_only_keys(r, c, "a context", "name outside outside6 inside gateway");
		const char *name = doc_text(r, c, "name", "");
		if (!*name)
			doc_mistake(r, c, "a context needs a name");
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
	yaml_node_t *f = doc_get(r, map, "failover");
	if (!f)
		return;
	doc_only_keys(r, f, "failover", "stateful since");
	dev->pair = true;
	dev->stateful = doc_flag(r, f, "stateful", true);
	dev->last_failover_ms = r->world->start_ms - doc_duration(r, f, "since", 20 * DAY_MS);
	dev->unit_since_ms[0] = dev->last_failover_ms;
	dev->unit_active_ms[1] = 258000;
}

static void read_clock(struct reader *r, struct device *dev, const yaml_node_t *map)
{
	yaml_node_t *c = doc_get(r, map, "clock");
	dev->zone = "UTC";
	if (!c)
		return;
	doc_only_keys(r, c, "clock", "zone offset skew");
	dev->zone = doc_text(r, c, "zone", "UTC");
	dev->zone_offset_s = (int)(doc_duration(r, c, "offset", 0) / 1000);
	dev->clock_skew_s = (int)(doc_duration(r, c, "skew", 0) / 1000);
}

const char world_device_keys[] = "name hostname domain version hardware serial outside outside6 inside gateway "
				 "contexts failover prompt user password "
				 "enable public_key clock uptime modified names quirks cpu";

static const struct {
	const char *version, *hardware;
} fleet_versions[] = {
	{ "9.12(4)67", "ASA5525" }, { "9.16(4)19", "FPR-2110" }, { "8.4(7)31", "ASA5520" }, { "9.8(4)46", "ASA5516" },
	{ "8.2(5)59", "ASA5510" },  { "9.18(3)56", "FPR-1120" }, { "9.1(7)32", "ASA5515" }, { "9.14(4)24", "ASA5555" },
};

struct device *world_add_device(struct reader *r, const char *name, const yaml_node_t *map)
{
	struct world *w = r->world;
	struct device *dev = VT_NEW(r->arena, struct device);
	unsigned id = (unsigned)w->n_devices;
	uint64_t luck = sim_draw(w->seed, 8, id, 0);
	dev->id = id;
	dev->name = name;
	dev->hostname = doc_text(r, map, "hostname", upper(r, name));
	dev->domain = doc_text(r, map, "domain", "example.net");
	dev->version = doc_inherited(r, map, "version", fleet_versions[id % 8].version);
	dev->hardware = doc_inherited(r, map, "hardware", fleet_versions[id % 8].hardware);
	dev->serial = doc_text(r, map, "serial",
			       vt_arena_printf(r->arena, "JMX%08llX", (unsigned long long)(luck & 0xffffffff)));
	dev->gen = generation_of(dev->version);
	dev->prompt = doc_inherited(r, map, "prompt", doc_get(r, map, "contexts") ? "hostname context" : "hostname");
	dev->user = doc_inherited(r, map, "user", "vpntriage");
	dev->password = doc_inherited(r, map, "password", "cisco123");
	dev->enable = doc_inherited(r, map, "enable", "enable123");
	dev->public_key = doc_inherited(r, map, "public_key", NULL);
	dev->cpu = (unsigned)doc_number(r, map, "cpu", 3 + luck % 20, 100);
	dev->boot_ms = w->start_ms -
		       doc_duration(r, map, "uptime",
				    doc_duration(r, r->defaults, "uptime",
						 (int64_t)(20 + luck % 380) * DAY_MS + (int64_t)(luck % DAY_MS)));
	dev->modified_ms = w->start_ms - doc_duration(r, map, "modified", (int64_t)(2 + (luck >> 20) % 60) * DAY_MS);
	dev->modified_by = "admin";
	dev->quirks = usual;
	read_quirks(r, doc_get(r, r->defaults, "quirks"), &dev->quirks);
	read_quirks(r, doc_get(r, map, "quirks"), &dev->quirks);
	read_clock(r, dev, map);
	read_failover(r, dev, map);
	read_contexts(r, dev, map);
	read_names(r, dev, map);
	if (world_device(w, name))
		doc_mistake(r, map, "there are two devices named \"%s\"", name);
	*VT_PUSH(r->arena, w->devices, w->n_devices, w->cap_devices) = dev;
	return dev;
}

struct gateway *world_add_foreign(struct reader *r, const char *name, const yaml_node_t *map, unsigned n)
{
	struct gateway *gw = gateway_new(r, name, NULL, map);
	struct prefix outside, inside;
	plan_foreign(n, &outside, &inside);
	doc_prefix(r, map, "address", &outside);
	doc_prefix(r, map, "inside", &inside);
	gw->n_interfaces = 2;
	gw->interfaces = VT_NEW_ARRAY(r->arena, struct interface, 2);
	gw->interfaces[0] = (struct interface){ "wan", "outside", outside, { 0 }, 0 };
	gw->interfaces[1] = (struct interface){ "lan", "inside", inside, { 0 }, 100 };
	world_own_address(r, gw, &gw->interfaces[0].address.addr, map);
	world_read_outside6(r, gw, map, "address6");
	return gw;
}
