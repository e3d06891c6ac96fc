/* SPDX-License-Identifier: MIT
 * packet-tracer and ping: the commands that do something. A traced packet that needs an SA which is not there is
 * dropped in phase VPN/encrypt, and IKE starts for it.
 */
#include "render.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

struct trace {
	const struct view *v;
	struct vt_buf *out;
	unsigned phase;
	const struct interface *in;
	const char *egress;
	const char *drop; /* NULL while the packet goes on */
	struct vt_addr src, dst;
	const char *protocol;
	unsigned sport, dport;
	bool detailed, quiet_result;
};

static void phase(struct trace *t, const char *type, const char *subtype, bool allow, const char *config,
		  const char *info)
{
	vt_buf_printf(t->out, "\nPhase: %u\nType: %s\nSubtype: %s\nResult: %s\nConfig:\n%sAdditional Information:\n%s",
		      ++t->phase, type, subtype, allow ? "ALLOW" : "DROP", config, info);
}

static void result(struct trace *t)
{
	const char *egress = t->egress ? t->egress : "NP Identity Ifc";
	vt_buf_printf(t->out,
		      "\nResult:\ninput-interface: %s\ninput-status: up\ninput-line-status: up\noutput-interface: "
		      "%s\noutput-status: up\noutput-line-status: up\nAction: %s\n",
		      t->in->nameif, egress, t->drop ? "drop" : "allow");
	if (t->drop)
		vt_buf_printf(t->out, "Drop-reason: %s%s\n", t->drop,
			      t->v->device->gen == GEN_916 ? ", Drop-location: frame 0x0000558bd1c5b1a0 flow (NA)/NA"
							   : "");
	vt_buf_char(t->out, '\n');
}

/* The tunnel whose crypto ACL of this gateway matches the packet, in order of the map. */
static const struct link *matching(const struct trace *t, unsigned *e, size_t *s)
{
	for (size_t i = 0; i < t->v->gw->n_ends; i++) {
		const struct link *link = t->v->gw->links[i];
		const struct end *end = t->v->gw->ends[i];
		const struct gateway *far = link->end[!end_index(end, link)].gw;
		if (end_is_vti(end) && !prefix_has(&far->interfaces[1].address, &t->dst))
			continue; /* no route into this tunnel interface */
		for (size_t p = 0; p < end->cfg.n_pairs; p++)
			if (prefix_has(&end->cfg.pairs[p].local, &t->src) &&
			    prefix_has(&end->cfg.pairs[p].remote, &t->dst)) {
				*e = end_index(end, link);
				*s = p;
				return link;
			}
	}
	return NULL;
}

static void trace_route(struct trace *t)
{
	char a[64], text[160];
	const struct interface *outside = &t->v->gw->interfaces[0];
	t->egress = outside->nameif;
	for (size_t i = 0; i < t->v->gw->n_interfaces; i++)
		if (prefix_has(&t->v->gw->interfaces[i].address, &t->dst))
			t->egress = t->v->gw->interfaces[i].nameif;
	snprintf(text, sizeof text, "found next-hop %s using egress ifc  %s\n", plain_addr(&t->v->gw->next_hop, a),
		 t->egress);
	phase(t, "ROUTE-LOOKUP", "Resolve Egress Interface", true, "", text);
}

static void trace_acl(struct trace *t, const struct link *link, unsigned e)
{
	const char *acl = link ? link->end[e].cfg.inside_acl : NULL;
	char config[256];
	if (acl) {
		snprintf(config, sizeof config,
			 "access-group %s in interface %s\naccess-list %s extended deny ip any any \n", acl,
			 t->in->nameif, acl);
		t->drop = "(acl-drop) Flow is denied by configured rule";
	} else {
		snprintf(config, sizeof config,
			 "access-group INSIDE-IN in interface %s\naccess-list INSIDE-IN extended permit ip any any \n",
			 t->in->nameif);
	}
	phase(t, "ACCESS-LIST", "log", !acl, config, "");
}

static void trace_nat(struct trace *t, const struct link *link, unsigned e, size_t s)
{
	char a[64], b[64], config[512], info[256];
	plain_addr(&t->src, a);
	if (link && link->end[e].cfg.nat_exempt) {
		snprintf(config, sizeof config,
			 "nat (inside,outside) source static %s-LOCAL-%zu %s-LOCAL-%zu destination static "
			 "%s-REMOTE-%zu %s-REMOTE-%zu no-proxy-arp route-lookup\n",
			 link->name, s + 1, link->name, s + 1, link->name, s + 1, link->name, s + 1);
		snprintf(info, sizeof info, "Static translate %s/%u to %s/%u\n", a, t->sport, a, t->sport);
		phase(t, "NAT", "", true, config, info);
		return;
	}
	snprintf(info, sizeof info, "Dynamic translate %s/%u to %s/%u\n", a, t->sport,
		 plain_addr(&t->v->gw->interfaces[0].address.addr, b), t->sport);
	phase(t, "NAT", "", true, "nat (inside,outside) after-auto source dynamic any interface\n", info);
}

static void trace_vpn(struct trace *t, const struct link *link, unsigned e, size_t s)
{
	const struct end_cfg *cfg = &link->end[e].cfg;
	if (!cfg->nat_exempt || !cfg->match_address)
		return; /* after translation it matches no crypto ACL: it would leave in clear */
	bool up = link->sel[s < link->n_sel ? s : 0].end[e].up;
	char info[256] = "";
	if (t->detailed)
		snprintf(info, sizeof info,
			 " Forward Flow based lookup yields rule:\n out id=0x%08x, priority=70, domain=encrypt, "
			 "deny=false\n\thits=%u, user_data=0x%X, cs_id=0x0, reverse, flags=0x0, protocol=0\n",
			 0xad000000u + link->id * 64, 17u + link->id,
			 up ? (unsigned)(sim_draw(link->sel[s].end[e].spi_in, 1, 0, 0) & 0x01ffffff) : 0);
	if (!up)
		t->drop = "(acl-drop) Flow is denied by configured rule";
	phase(t, "VPN", "encrypt", up, "", info);
	if (!up)
		model_demand(t->v->model, (struct link *)link, e, s);
}

static void trace(struct trace *t)
{
	unsigned e = 0;
	size_t s = 0;
	const struct link *link = matching(t, &e, &s);
	trace_route(t);
	trace_acl(t, link, e);
	if (!t->drop)
		trace_nat(t, link, e, s);
	if (!t->drop)
		phase(t, "IP-OPTIONS", "", true, "", "");
	if (!t->drop && link)
		trace_vpn(t, link, e, s);
	if (!t->drop && link && link->end[e].cfg.nat_exempt)
		phase(t, "NAT", "rpf-check", true, "", "");
	if (!t->drop) {
		phase(t, "IP-OPTIONS", "", true, "", "");
		char info[96];
		snprintf(info, sizeof info, "New flow created with id %u, packet dispatched to next module\n",
			 100000 + t->phase);
		phase(t, "FLOW-CREATION", "", true, "", info);
	}
	result(t);
}

static void wrong(struct vt_buf *out)
{
	vt_buf_printf(out, "                ^\nERROR: %% Invalid input detected at '^' marker.\n");
}

static bool port(const char *word, unsigned *out)
{
	uint64_t n;
	static const struct {
		const char *name;
		unsigned port;
	} known[] = {
		{ "www", 80 }, { "http", 80 }, { "https", 443 }, { "ssh", 22 }, { "domain", 53 }, { "telnet", 23 }
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].name, word) == 0) {
			*out = known[i].port;
			return true;
		}
	if (!vt_str_to_u64(vt_str_of(word), &n) || n > 65535)
		return false;
	*out = (unsigned)n;
	return true;
}

/* packet-tracer input IFC {tcp|udp} SRC SPORT DST DPORT | icmp SRC TYPE CODE DST | rawip SRC PROTO DST  [detailed] */
void render_packet_tracer(const struct view *v, struct vt_buf *out, size_t n, char *const *words)
{
	struct trace t = { .v = v, .out = out };
	size_t need = n > 3 && strncmp(words[3], "raw", 3) == 0 ? 7 : 8;
	if (n < need) {
		vt_buf_printf(out, "ERROR: %% Incomplete command\n");
		return;
	}
	for (size_t i = 0; i < v->gw->n_interfaces; i++)
		if (strcmp(v->gw->interfaces[i].nameif, words[2]) == 0)
			t.in = &v->gw->interfaces[i];
	t.protocol = words[3];
	bool ok = t.in && vt_addr_parse(vt_str_of(words[4]), &t.src);
	if (strcmp(t.protocol, "tcp") == 0 || strcmp(t.protocol, "udp") == 0)
		ok = ok && port(words[5], &t.sport) && vt_addr_parse(vt_str_of(words[6]), &t.dst) &&
		     port(words[7], &t.dport);
	else if (strcmp(t.protocol, "icmp") == 0)
		ok = ok && vt_addr_parse(vt_str_of(words[7]), &t.dst);
	else if (need == 7)
		ok = ok && vt_addr_parse(vt_str_of(words[6]), &t.dst);
	else
		ok = false;
	t.detailed = n > need && strncmp(words[need], "detailed", strlen(words[need])) == 0;
	if (ok)
		trace(&t);
	else
		wrong(out);
}

static const struct gateway *owner(const struct view *v, const struct vt_addr *addr, const struct link **link)
{
	*link = NULL;
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		if (!vt_addr_eq(&end->cfg.peer, addr))
			continue;
		*link = v->gw->links[i];
		return (*link)->end[!end_index(end, *link)].gw;
	}
	return world_gateway_at(model_world(v->model), addr);
}

void render_ping(const struct view *v, struct vt_buf *out, size_t n, char *const *words)
{
	struct vt_addr to;
	uint64_t repeat = 5, size = 100, timeout = 2;
	size_t at = 1;
	if (n > 2 && !vt_addr_parse(vt_str_of(words[1]), &to))
		at = 2; /* an interface name first */
	if (n <= at || !vt_addr_parse(vt_str_of(words[at]), &to)) {
		vt_buf_printf(out, "ERROR: %% Invalid Hostname\n");
		return;
	}
	for (size_t i = at + 1; i + 1 < n; i += 2) {
		uint64_t *field = strcmp(words[i], "repeat") == 0    ? &repeat
				  : strcmp(words[i], "size") == 0    ? &size
				  : strcmp(words[i], "timeout") == 0 ? &timeout
								     : NULL;
		if (!field || !vt_str_to_u64(vt_str_of(words[i + 1]), field)) {
			wrong(out);
			return;
		}
	}
	if (repeat > 1000)
		repeat = 1000;
	char a[64];
	const struct link *link;
	const struct gateway *gw = owner(v, &to, &link);
	unsigned mine = link && link->end[1].gw == v->gw, rtt = link ? 2 * link->latency_ms : 2;
	bool dark = link &&
		    (!link->end[mine].cfg.route_to_peer ||
		     (link->blocked[0][PATH_ESP] && link->blocked[0][PATH_UDP500] && link->blocked[0][PATH_UDP4500]));
	bool answers = (gw && !gw->down && !dark) || vt_addr_eq(&to, &v->gw->next_hop);
	uint64_t ok = 0;
	vt_buf_printf(
		out,
		"Type escape sequence to abort.\nSending %llu, %llu-byte ICMP Echos to %s, timeout is %llu seconds:\n",
		(unsigned long long)repeat, (unsigned long long)size, plain_addr(&to, a), (unsigned long long)timeout);
	for (uint64_t i = 0; i < repeat; i++) {
		uint64_t luck = sim_draw((uint64_t)model_now(v->model), i, link ? link->id : 0, 5) % 1000000;
		bool hit = answers && (!link || luck >= link->loss_ppm[0] / 2 + link->loss_ppm[1] / 2);
		ok += hit;
		vt_buf_char(out, hit ? '!' : '.');
	}
	vt_buf_printf(out, "\nSuccess rate is %llu percent (%llu/%llu)",
		      (unsigned long long)(repeat ? ok * 100 / repeat : 0), (unsigned long long)ok,
		      (unsigned long long)repeat);
	if (ok)
		vt_buf_printf(out, ", round-trip min/avg/max = %u/%u/%u ms", rtt, rtt + 1, rtt + 3);
	vt_buf_char(out, '\n');
}
