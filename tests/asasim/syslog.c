/* SPDX-License-Identifier: MIT
 * The log of a gateway, from entries to the lines a firewall writes (syslog.def has their texts).
 */
#include "model.h"

#include "render.h"

#include <stdio.h>

static const struct {
	unsigned level, id;
	const char *text;
} messages[] = {
#define LOG(code, level, id, text) [LOG_##code] = { level, id, text },
#include "syslog.def"
};

static const char *const reasons[] = {
	[DOWN_NONE] = "Unknown",
	[DOWN_IDLE] = "Idle Timeout",
	[DOWN_PEER] = "User Requested",
	[DOWN_LOST] = "Lost Service",
	[DOWN_EXPIRED] = "SA Expired",
	[DOWN_MAX_TIME] = "Max time exceeded",
	[DOWN_RECONNECTED] = "Peer Reconnected",
	[DOWN_REBOOT] = "Administrator Reboot",
	[DOWN_ADMIN] = "Administrator Reset",
	[DOWN_NO_MAP] = "crypto map policy not found",
	[DOWN_PHASE2] = "Phase 2 Mismatch",
};

unsigned log_level(unsigned code)
{
	return messages[code].level;
}

static void proxy(struct vt_buf *out, const struct prefix *p, bool with_ports)
{
	char a[64], m[64];
	if (with_ports)
		vt_buf_printf(out, "%s/%s/0/0", plain_addr(&p->addr, a), mask_text(p, m));
	else
		vt_buf_printf(out, "%s", plain_addr(&p->addr, a));
}

/* The first attribute in which two policies differ, as the responder complains about it. */
static void policy_difference(struct vt_buf *out, const struct ike_policy *received,
			      const struct ike_policy *configured)
{
	if (strcmp(received->encryption, configured->encryption) != 0)
		vt_buf_printf(out, "Encryption Alg:  Rcv'd: %s  Cfg'd: %s", received->encryption,
			      configured->encryption);
	else if (strcmp(received->hash, configured->hash) != 0)
		vt_buf_printf(out, "Hash Alg:  Rcv'd: %s  Cfg'd: %s", received->hash, configured->hash);
	else
		vt_buf_printf(out, "Group Description:  Rcv'd: Group %u  Cfg'd: Group %u", received->group,
			      configured->group);
}

static const char *peer_text(const struct link *link, unsigned e, char text[64])
{
	const struct end *end = &link->end[e];
	return plain_addr(end->ike.up ? &end->ike.peer : &end->cfg.peer, text);
}

static void expand(const struct gateway *gw, const struct link *link, const struct log_entry *entry, char what,
		   struct vt_buf *out)
{
	char a[64];
	unsigned e = entry->end;
	const struct end *end = &link->end[e], *far = &link->end[!e];
	/* Proxies are quoted as the initiator asked for them: at the responder that is the other end's pair, mirrored.
	 */
	const struct pair none = { 0 };
	const struct pair *asked = entry->sel < far->cfg.n_pairs ? &far->cfg.pairs[entry->sel] : &none;
	const struct pair *own = entry->sel < end->cfg.n_pairs ? &end->cfg.pairs[entry->sel] : asked;
	switch (what) {
	case 'P':
	case 'G':
		vt_buf_printf(out, "%s", peer_text(link, e, a));
		break;
	case 'U':
		vt_buf_printf(out, "%s", plain_addr(link_addr(link, e), a));
		break;
	case 'I':
		vt_buf_printf(out, "%s", gw->interfaces[0].nameif);
		break;
	case 'M':
		vt_buf_printf(out, "%s", map_name(end, a));
		break;
	case 'L':
		proxy(out, &asked->remote, true);
		break;
	case 'R':
		proxy(out, &asked->local, true);
		break;
	case 'l':
		proxy(out, &own->local, false);
		break;
	case 'r':
		proxy(out, &own->remote, false);
		break;
	case 'S':
		vt_buf_printf(out, "%s", ike_state_name((enum ike_state)entry->state));
		break;
	case 'W':
		vt_buf_printf(out, "%s", reasons[entry->state]);
		break;
	case 'V':
		vt_buf_printf(out, entry->code == LOG_QM_NOTIFY && entry->state ? "Invalid ID info (18)"
										: "No proposal chosen (14)");
		break;
	case 'C':
		if (entry->state)
			vt_buf_printf(out, "Group Description:  Rcv'd: Group %u  Cfg'd: Group %u", far->cfg.pfs,
				      end->cfg.pfs);
		else
			vt_buf_printf(out, "Encryption Alg:  Rcv'd: %s/%s  Cfg'd: %s/%s", far->cfg.esp.encryption,
				      far->cfg.esp.integrity, end->cfg.esp.encryption, end->cfg.esp.integrity);
		break;
	case 'A':
		vt_buf_printf(out, "%08x", (uint32_t)entry->a);
		break;
	case 'B':
		vt_buf_printf(out, "%08x", (uint32_t)entry->b);
		break;
	case 'Z':
		vt_buf_printf(out, end->ike.initiator ? "Initiator" : "Responder");
		break;
	case 'N':
		vt_buf_printf(out, link->nat == (int)!e ? "is" : "is not");
		break;
	case 'n':
		vt_buf_printf(out, link->nat == (int)e ? "is" : "is not");
		break;
	case 'D':
		if (entry->sel >= 86400)
			vt_buf_printf(out, "%ud ", entry->sel / 86400);
		vt_buf_printf(out, "%uh:%02um:%02us", entry->sel / 3600 % 24, entry->sel / 60 % 60, entry->sel % 60);
		break;
	case 'X':
		vt_buf_u64(out, entry->a);
		break;
	case 'Y':
		vt_buf_u64(out, entry->b);
		break;
	case 'K':
		policy_difference(out, &far->cfg.policy, &end->cfg.policy);
		break;
	default:
		vt_buf_char(out, what);
	}
}

const char *log_format(struct model *model, const struct gateway *gw, const struct log_entry *entry, struct vt_buf *out)
{
	const struct link *link = model_world(model)->links[entry->link];
	size_t at = out->len;
	vt_buf_printf(out, "%%ASA-%u-%06u: ", messages[entry->code].level, messages[entry->code].id);
	for (const char *p = messages[entry->code].text; *p; p++) {
		if (*p == '%' && p[1])
			expand(gw, link, entry, *++p, out);
		else
			vt_buf_char(out, *p);
	}
	return out->p + at;
}
