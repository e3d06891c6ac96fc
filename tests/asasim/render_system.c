/* SPDX-License-Identifier: MIT
 * What a firewall says about itself: version, clock, failover, interfaces, routes, drops and its log.
 */
#include "render.h"

#include <stdio.h>
#include <time.h>

bool view_active(const struct view *v)
{
	return !v->device->pair || v->unit == v->device->active_unit;
}

const char *plain_addr(const struct vt_addr *addr, char text[64])
{
	vt_addr_format(addr, text);
	return text;
}

const char *addr_text(const struct view *v, const struct vt_addr *addr, char text[64])
{
	for (size_t i = 0; v->device->quirks.names && i < v->device->n_names; i++)
		if (vt_addr_eq(&v->device->names[i].addr, addr))
			return v->device->names[i].name;
	return plain_addr(addr, text);
}

const char *mask_text(const struct prefix *p, char text[64])
{
	if (p->addr.family == 6) {
		snprintf(text, 64, "%u", p->bits);
		return text;
	}
	uint32_t m = p->bits ? UINT32_MAX << (32 - p->bits) : 0;
	snprintf(text, 64, "%u.%u.%u.%u", m >> 24, m >> 16 & 255, m >> 8 & 255, m & 255);
	return text;
}

const char *ace_text(const struct prefix *p, char text[96])
{
	char a[64], m[64];
	if (p->addr.family == 6)
		snprintf(text, 96, "%s/%u", plain_addr(&p->addr, a), p->bits);
	else if (p->bits == 32)
		snprintf(text, 96, "host %s", plain_addr(&p->addr, a));
	else
		snprintf(text, 96, "%s %s", plain_addr(&p->addr, a), mask_text(p, m));
	return text;
}

struct pair agreed_pair(const struct selector *sel, unsigned e)
{
	return e == 0 ? sel->agreed : (struct pair){ .local = sel->agreed.remote, .remote = sel->agreed.local };
}

bool end_is_vti(const struct end *end)
{
	return end->cfg.vti;
}

const char *map_name(const struct end *end, char text[64])
{
	if (end_is_vti(end))
		snprintf(text, 64, "__vti-crypto-map-%u-0-%u", 3 + end->seq, end->seq);
	else if (end->cfg.dynamic)
		snprintf(text, 64, "SYSTEM_DEFAULT_CRYPTO_MAP");
	else
		snprintf(text, 64, "OUTSIDE_MAP");
	return text;
}

unsigned end_index(const struct end *end, const struct link *link)
{
	return end == &link->end[1];
}

static int64_t device_time_s(const struct view *v, int64_t at_ms)
{
	return at_ms / 1000 + v->device->zone_offset_s + v->device->clock_skew_s;
}

const char *clock_text(const struct view *v, int64_t at_ms, bool millis, char text[64])
{
	time_t at = (time_t)device_time_s(v, at_ms);
	struct tm tm;
	gmtime_r(&at, &tm);
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char fraction[8] = "";
	if (millis)
		snprintf(fraction, sizeof fraction, ".%03d", (int)(at_ms % 1000));
	snprintf(text, 64, "%02d:%02d:%02d%s %.16s %.3s %.3s %d %d", tm.tm_hour, tm.tm_min, tm.tm_sec, fraction,
		 v->device->zone, days + 3 * tm.tm_wday, months + 3 * tm.tm_mon, tm.tm_mday, tm.tm_year + 1900);
	return text;
}

/* ---- show version ---- */

static const char *uptime_text(int64_t ms, char text[64])
{
	static const struct {
		int64_t s;
		const char *word;
	} unit[] = { { 365 * 86400, "year" }, { 86400, "day" }, { 3600, "hour" }, { 60, "min" }, { 1, "sec" } };
	int64_t s = ms < 0 ? 0 : ms / 1000;
	size_t u = 0;
	while (u < 4 && s < unit[u].s)
		u++;
	/* Two units, the larger ones: years and days, days and hours, hours and minutes. */
	long long big = s / unit[u].s;
	int n = snprintf(text, 64, "%lld %s%s", big, unit[u].word, big == 1 ? "" : "s");
	if (u < 4) {
		long long small = s % unit[u].s / unit[u + 1].s;
		snprintf(text + n, 64 - (size_t)n, " %lld %s%s", small, unit[u + 1].word, small == 1 ? "" : "s");
	}
	return text;
}

static void licences(struct vt_buf *out, const struct view *v)
{
	static const char *const rows[][2] = {
		{ "Maximum Physical Interfaces", "Unlimited" },
		{ "Maximum VLANs", "200" },
		{ "Inside Hosts", "Unlimited" },
		{ "Failover", "Active/Active" },
		{ "Encryption-DES", "Enabled" },
		{ "Encryption-3DES-AES", "Enabled" },
		{ "Security Contexts", "20" },
		{ "AnyConnect Premium Peers", "2" },
		{ "AnyConnect Essentials", "Disabled" },
		{ "Other VPN Peers", "2500" },
		{ "Total VPN Peers", "2500" },
		{ "AnyConnect for Mobile", "Disabled" },
		{ "Cluster", "Disabled" },
	};
	vt_buf_printf(out, "\nLicensed features for this platform:\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		vt_buf_printf(out, "%-34s: %-14s perpetual\n", rows[i][0], rows[i][1]);
	vt_buf_printf(out,
		      "\n%s\n\nSerial Number: %s\nRunning Permanent Activation Key: 0x12345678 0x9f012345 0x00000000 "
		      "0x11111111 0x22222222 \n"
		      "Configuration register is 0x1\n",
		      v->device->gen == GEN_916 ? "License mode: Smart Licensing"
						: "This platform has an ASA 5500 Security Plus license.",
		      v->device->serial);
}

void render_version(const struct view *v, struct vt_buf *out)
{
	const struct device *d = v->device;
	char up[64], cluster[64], when[64];
	int64_t now = model_now(v->model);
	bool context = v->gw && v->gw->context;
	vt_buf_printf(out, "\nCisco Adaptive Security Appliance Software Version %s%s\n", d->version,
		      context ? " <context>" : "");
	if (d->gen == GEN_916)
		vt_buf_printf(out, "SSP Operating System Version 2.10(1.179)\n");
	vt_buf_printf(out, "Device Manager Version %s\n\nCompiled on Thu 14-Mar-24 18:01 GMT by builders\n",
		      d->gen >= GEN_92 ? "7.14(1)" : "6.4(9)");
	if (!context)
		vt_buf_printf(
			out,
			"System image file is \"disk0:/asa-smp-k8.bin\"\nConfig file at boot was \"startup-config\"\n");
	vt_buf_printf(out, "\n%s up %s\n", d->hostname, uptime_text(now - d->boot_ms, up));
	if (d->pair)
		vt_buf_printf(out, "failover cluster up %s\n", uptime_text(now - d->boot_ms, cluster));
	vt_buf_printf(out,
		      "\nHardware:   %s, 4096 MB RAM, CPU Clarkdale 2800 MHz, 1 CPU (2 cores)\nInternal ATA Compact "
		      "Flash, 4096MB\n"
		      "BIOS Flash MX25L6445E @ 0xffbb0000, 8192KB\n\n",
		      d->hardware);
	for (size_t i = 0; v->gw && i < v->gw->n_interfaces; i++)
		vt_buf_printf(out, " %zu: Ext: %-20s: address is c08c.60%02x.%02x%02zx, irq 11\n", i,
			      v->gw->interfaces[i].hardware, d->id >> 8 & 255, d->id & 255, i);
	if (!context)
		licences(out, v);
	if (d->modified_ms > d->boot_ms)
		vt_buf_printf(out, "Configuration last modified by %s at %s\n", d->modified_by,
			      clock_text(v, d->modified_ms, true, when));
	else
		vt_buf_printf(out, "Configuration has not been modified since last system restart.\n");
}

void render_mode(const struct view *v, struct vt_buf *out)
{
	vt_buf_printf(out, "Security context mode: %s \n", v->device->multi ? "multiple" : "single");
}

void render_context(const struct view *v, struct vt_buf *out)
{
	vt_buf_printf(out, "Context Name      Class      Interfaces           Mode         URL\n");
	for (size_t i = 0; i < v->device->n_gw; i++) {
		const struct gateway *gw = v->device->gw[i];
		if (v->gw && v->gw != gw && v->gw != v->device->gw[0])
			continue;
		char ifcs[64], name[64];
		snprintf(ifcs, sizeof ifcs, "%s,", gw->interfaces[0].hardware);
		snprintf(name, sizeof name, "%s%s", i == 0 ? "*" : " ", gw->context);
		vt_buf_printf(out, "%-17s default    %-20s Routed       disk0:/%s.cfg\n", name, ifcs, gw->context);
		vt_buf_printf(out, "                             %s\n", gw->interfaces[1].hardware);
	}
	vt_buf_printf(out, "\nTotal active Security Contexts: %zu\n", v->device->n_gw);
}

void render_clock(const struct view *v, struct vt_buf *out, bool detail)
{
	char when[64];
	vt_buf_printf(out, "%s\n", clock_text(v, model_now(v->model), true, when));
	if (detail)
		vt_buf_printf(out, "Time source is %s\n", v->device->clock_skew_s ? "hardware calendar" : "NTP");
}

void render_curpriv(const struct view *v, struct vt_buf *out)
{
	vt_buf_printf(out, "Username : %s\nCurrent privilege level : %u\nCurrent Mode/s : %s\n",
		      v->level == 15 ? "enable_15" : v->user, v->level, v->level == 15 ? "P_PRIV" : "P_UNPR");
}

void render_cpu(const struct view *v, struct vt_buf *out)
{
	unsigned base = v->device->cpu;
	unsigned now = base + (unsigned)(sim_draw(v->device->id, (uint64_t)(model_now(v->model) / 5000), 3, 0) % 5);
	vt_buf_printf(out, "CPU utilization for 5 seconds = %u%%; 1 minute: %u%%; 5 minutes: %u%%\n",
		      now > 100 ? 100 : now, base, base);
}

/* ---- failover ---- */

static void failover_host(const struct view *v, struct vt_buf *out, unsigned unit, bool this)
{
	const struct device *d = v->device;
	bool active = unit == d->active_unit;
	int64_t active_ms = d->unit_active_ms[unit] + (active ? model_now(v->model) - d->unit_since_ms[unit] : 0);
	vt_buf_printf(out, "\t%s host: %s - %s\n\t\tActive time: %lld (sec)\n", this ? "This" : "Other",
		      unit ? "Secondary" : "Primary", active ? "Active" : "Standby Ready",
		      (long long)(active_ms / 1000));
	vt_buf_printf(out, "\t\tslot 0: %s hw/sw rev (1.0/%s) status (Up Sys)\n", d->hardware, d->version);
	for (size_t i = 0; v->gw && i < v->gw->n_interfaces; i++) {
		char a[64];
		const struct interface *ifc = &v->gw->interfaces[i];
		vt_buf_printf(out, "\t\t  Interface %s (%s): Normal (Monitored)\n", ifc->nameif,
			      plain_addr(active ? &ifc->address.addr : &ifc->standby, a));
	}
}

void render_failover(const struct view *v, struct vt_buf *out)
{
	const struct device *d = v->device;
	char when[64], date[64];
	if (!d->pair) {
		vt_buf_printf(out, "Failover Off \nFailover unit Primary\nFailover LAN Interface: not "
				   "Configured\nReconnect timeout 0:00:00\n");
		return;
	}
	clock_text(v, d->last_failover_ms, false, when);
	/* Here the weekday is missing: "19:05:55 GMT/BST Jan 26 2022". */
	const char *zone = strchr(when, ' '), *day = zone ? strchr(zone + 1, ' ') : NULL,
		   *month = day ? strchr(day + 1, ' ') : NULL;
	snprintf(date, sizeof date, "%.*s%s", day ? (int)(day - when) : 0, when, month ? month : "");
	vt_buf_printf(out,
		      "Failover On \nFailover unit %s\nFailover LAN Interface: FOLINK GigabitEthernet0/7 "
		      "(up)\nReconnect timeout 0:00:00\n"
		      "Unit Poll frequency 1 seconds, holdtime 15 seconds\nInterface Poll frequency 5 seconds, "
		      "holdtime 25 seconds\nInterface Policy 1\n"
		      "Monitored Interfaces 2 of 316 maximum\nMAC Address Move Notification Interval not set\nVersion: "
		      "Ours %s, Mate %s\n"
		      "Serial Number: Ours %s, Mate %sB\nLast Failover at: %s\n",
		      v->unit ? "Secondary" : "Primary", d->version, d->version, d->serial, d->serial, date);
	failover_host(v, out, v->unit, true);
	failover_host(v, out, !v->unit, false);
	vt_buf_printf(out, "\nStateful Failover Logical Update Statistics\n\tLink : FOLINK GigabitEthernet0/7 (up)\n"
			   "\tStateful Obj \txmit       xerr       rcv        rerr      \n");
	static const char *const rows[] = { "General",      "sys cmd",       "up time",      "RPC services",
					    "TCP conn",     "UDP conn",      "ARP tbl",      "Xlate_Timeout",
					    "IPv6 ND tbl",  "VPN IKEv1 SA",  "VPN IKEv1 P2", "VPN IKEv2 SA",
					    "VPN IKEv2 P2", "VPN CTCP upd",  "VPN SDI upd",  "VPN DHCP upd",
					    "SIP Session",  "Route Session", "Router ID",    "User-Identity" };
	uint64_t minutes = (uint64_t)((model_now(v->model) - d->boot_ms) / 60000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool vpn = strncmp(rows[i], "VPN IKE", 7) == 0;
		uint64_t n = vpn     ? (d->stateful ? minutes * (i % 3 + 1) / 7 + 1 : 0)
			     : i < 7 ? minutes * (37 + i)
				     : i == 18;
		bool active = view_active(v);
		vt_buf_printf(out, "\t%-15s %-10llu 0          %-10llu 0         \n", rows[i],
			      (unsigned long long)(active ? n : n / 90), (unsigned long long)(active ? n / 90 : n));
	}
	vt_buf_printf(out,
		      "\n\tLogical Update Queue Information\n\t \t\tCur \tMax \tTotal\n\tRecv Q: \t0 \t28 "
		      "\t%llu\n\tXmit Q: \t0 \t206 \t%llu\n",
		      (unsigned long long)minutes * 12, (unsigned long long)minutes * 180);
}

/* ---- interfaces and routes ---- */

void render_interface_brief(const struct view *v, struct vt_buf *out)
{
	vt_buf_printf(out, "Interface                  IP-Address      OK? Method Status                Protocol\n");
	for (size_t i = 0; i < v->gw->n_interfaces; i++) {
		char a[64];
		const struct interface *ifc = &v->gw->interfaces[i];
		const struct vt_addr *addr = view_active(v) ? &ifc->address.addr : &ifc->standby;
		vt_buf_printf(out, "%-26s %-15s YES %-6s %-21s %s\n", ifc->hardware,
			      addr->family == 4 ? plain_addr(addr, a) : "unassigned", "CONFIG", "up", "up  ");
	}
	vt_buf_printf(out, "%-26s %-15s YES %-6s %-21s %s\n", "Management0/0", "unassigned", "unset",
		      "administratively down", "down");
}

static struct prefix connected(const struct interface *ifc)
{
	struct prefix p = ifc->address;
	for (unsigned bit = p.bits; bit < (p.addr.family == 4 ? 32u : 128u); bit++)
		p.addr.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return p;
}

static void route_entry(const struct view *v, struct vt_buf *out, const struct vt_addr *to)
{
	const struct gateway *gw = v->gw;
	char a[64], m[64], hop[64];
	for (size_t i = 0; i < gw->n_interfaces; i++) {
		struct prefix net = connected(&gw->interfaces[i]);
		if (!prefix_has(&net, to))
			continue;
		vt_buf_printf(out,
			      "\nRouting entry for %s %s\n  Known via \"connected\", distance 0, metric 0 (connected, "
			      "via interface)\n"
			      "  Routing Descriptor Blocks:\n  * directly connected, via %s\n      Route metric is 0, "
			      "traffic share count is 1\n\n",
			      plain_addr(&net.addr, a), mask_text(&net, m), gw->interfaces[i].nameif);
		return;
	}
	for (size_t i = 0; i < gw->n_ends; i++)
		if (!gw->ends[i]->cfg.route_to_peer && vt_addr_eq(&gw->ends[i]->cfg.peer, to)) {
			vt_buf_printf(out, "\n%% Network not in table\n\n");
			return;
		}
	vt_buf_printf(
		out,
		"\nRouting entry for 0.0.0.0 0.0.0.0, supernet\n  Known via \"static\", distance 1, metric 0, "
		"candidate default path\n"
		"  Routing Descriptor Blocks:\n  * %s, via %s\n      Route metric is 0, traffic share count is 1\n\n",
		plain_addr(&gw->next_hop, hop), gw->interfaces[0].nameif);
}

void render_route(const struct view *v, struct vt_buf *out, const struct vt_addr *to)
{
	const struct gateway *gw = v->gw;
	char a[64], m[64];
	if (to && v->device->gen >= GEN_92) {
		route_entry(v, out, to);
		return;
	}
	bool new = v->device->gen >= GEN_92;
	vt_buf_printf(out, new ? "\nCodes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP\n"
				 "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
				 "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
				 "       E1 - OSPF external type 1, E2 - OSPF external type 2, V - VPN\n"
				 "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2\n"
				 "       ia - IS-IS inter area, * - candidate default, U - per-user static route\n"
				 "       o - ODR, P - periodic downloaded static route, + - replicated route\n"
			       : "\nCodes: C - connected, S - static, I - IGRP, R - RIP, M - mobile, B - BGP\n"
				 "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area \n"
				 "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2\n"
				 "       E1 - OSPF external type 1, E2 - OSPF external type 2, E - EGP\n"
				 "       i - IS-IS, L1 - IS-IS level-1, L2 - IS-IS level-2, ia - IS-IS inter area\n"
				 "       * - candidate default, U - per-user static route, o - ODR\n"
				 "       P - periodic downloaded static route\n");
	char hop[64];
	plain_addr(&gw->next_hop, hop);
	bool v4 = gw->next_hop.family == 4;
	if (v4) {
		vt_buf_printf(out, "Gateway of last resort is %s to network 0.0.0.0\n\n", hop);
		vt_buf_printf(out, "S*%s0.0.0.0 0.0.0.0 [1/0] via %s, %s\n", new ? "       " : "   ", hop,
			      gw->interfaces[0].nameif);
	} else {
		vt_buf_printf(out, "Gateway of last resort is not set\n\n");
	}
	for (size_t i = 0; i < gw->n_interfaces; i++) {
		struct prefix net = connected(&gw->interfaces[i]);
		if (net.addr.family != 4)
			continue;
		vt_buf_printf(out, "C%s%s %s is directly connected, %s\n", new ? "        " : "    ",
			      addr_text(v, &net.addr, a), mask_text(&net, m), gw->interfaces[i].nameif);
		if (new)
			vt_buf_printf(out, "L        %s 255.255.255.255 is directly connected, %s\n",
				      plain_addr(&gw->interfaces[i].address.addr, a), gw->interfaces[i].nameif);
	}
	vt_buf_char(out, '\n');
}

void render_asp_drop(const struct view *v, struct vt_buf *out)
{
	uint64_t need = 0, spi = 0;
	int64_t now = model_now(v->model);
	uint64_t minutes = (uint64_t)((now - v->device->boot_ms) / 60000);
	for (size_t g = 0; g < v->device->n_gw; g++) {
		struct drops drops = model_drops(v->model, v->device->gw[g]);
		need += drops.need_sa;
		spi += drops.invalid_spi;
	}
	const struct {
		const char *text;
		uint64_t n;
	} rows[] = {
		{ "NAT-T keepalive message (natt-keepalive)", minutes / 3 },
		{ "IPSEC SA not negotiated yet (ipsec-need-sa)", need },
		{ "Invalid SPI (np-sp-invalid-spi)", spi },
		{ "Flow is denied by configured rule (acl-drop)", minutes * 3 },
		{ "First TCP packet not SYN (tcp-not-syn)", minutes / 2 },
		{ "Slowpath security checks failed (sp-security-failed)", minutes / 11 },
		{ "FP L2 rule drop (l2_acl)", minutes / 5 },
	};
	vt_buf_printf(out, "\nFrame drop:\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].n)
			vt_buf_printf(out, "  %-66s %13llu\n", rows[i].text, (unsigned long long)rows[i].n);
	vt_buf_printf(out, "\nLast clearing: Never\n\nFlow drop:\n  %-66s %13llu\n\nLast clearing: Never\n",
		      "Inspection failure (inspect-fail)", (unsigned long long)(minutes / 60));
}

/* ---- logging ---- */

void render_logging(const struct view *v, struct vt_buf *out)
{
	const struct gateway *gw = v->gw;
	uint64_t kept = gw->logged < LOG_RING ? gw->logged : LOG_RING;
	vt_buf_printf(
		out,
		"Syslog logging: enabled\n    Facility: 20\n    Timestamp logging: enabled\n    Hide Username logging: "
		"enabled\n    Standby logging: disabled\n"
		"    Debug-trace logging: disabled\n    Console logging: disabled\n    Monitor logging: disabled\n"
		"    Buffer logging: level informational, %llu messages logged\n    Trap logging: disabled\n    "
		"Permit-hostdown logging: disabled\n"
		"    History logging: disabled\n    Device ID: disabled\n    Mail logging: disabled\n    ASDM logging: "
		"disabled\n",
		(unsigned long long)gw->logged);
	for (uint64_t i = gw->logged - kept; i < gw->logged; i++) {
		const struct log_entry *entry = &gw->ring[i % LOG_RING];
		if (log_level(entry->code) > 6)
			continue;
		time_t at = (time_t)device_time_s(v, entry->at_ms);
		struct tm tm;
		char when[40];
		gmtime_r(&at, &tm);
		strftime(when, sizeof when, "%b %d %Y %H:%M:%S", &tm);
		vt_buf_printf(out, "%s: ", when);
		log_format(v->model, gw, entry, out);
		vt_buf_char(out, '\n');
	}
}
