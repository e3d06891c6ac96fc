/* SPDX-License-Identifier: MIT
 * Lint of what holds for the whole device: policies, lifetimes, keepalives, idle time, licence, failover.
 */
#include "config/linter.h"

/* L11: policies are there for the versions in use, and not obsolete. */
static bool is_weak(struct vt_str algorithm)
{
	static const char *const weak[] = { "des", "3des", "md5", "null", "1", "2", "5" };
	for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
		if (vt_str_ieq(algorithm, vt_str_of(weak[i])))
			return true;
	return false;
}

static struct vt_str weak_of(const struct vt_config_policy *policy)
{
	const struct vt_str_list *lists[] = { &policy->encryption, &policy->hash, &policy->group };
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < lists[i]->len; j++)
			if (is_weak(lists[i]->items[j]))
				return lists[i]->items[j];
	return VT_STR_NONE;
}

static bool version_in_use(const struct linter *l, unsigned version)
{
	for (size_t i = 0; i < l->expected->len; i++)
		if (version == 1 ? l->expected->tunnels[i].ikev1 : l->expected->tunnels[i].ikev2)
			return true;
	return false;
}

void lint_policies(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_IKE))
		return;
	size_t count[3] = { 0 };
	for (size_t i = 0; i < l->config->policies_len; i++) {
		const struct vt_config_policy *policy = &l->config->policies[i];
		struct vt_str weak = weak_of(policy);
		count[policy->version]++;
		if (weak.p)
			linter_line(linter_say(l,
					       vt_str_of(vt_arena_printf(l->arena, "crypto ikev%u policy %ju",
									 policy->version, (uintmax_t)policy->priority)),
					       "it offers " VT_FMT ", which is obsolete", VT_ARG(weak)),
				    policy->place);
	}
	for (unsigned version = 1; version <= 2; version++) {
		if (count[version] || !version_in_use(l, version))
			continue;
		struct vt_finding *finding = linter_say(
			l, vt_str_of(vt_arena_printf(l->arena, "crypto ikev%u policy", version)),
			"there is none, and tunnels use that version: none of them can begin");
		if (finding)
			finding->severity = VT_FAULT;
	}
}

/* L12: IKE outlives IPsec. */
void lint_lifetimes(struct linter *l)
{
	uint64_t shortest = VT_ABSENT;
	struct vt_place place = { 0 };
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_IKE))
		return;
	for (size_t i = 0; i < l->config->policies_len; i++) {
		uint64_t lifetime_s = l->config->policies[i].lifetime_s == VT_ABSENT
					      ? 86400
					      : l->config->policies[i].lifetime_s;
		if (lifetime_s && lifetime_s < shortest) {
			shortest = lifetime_s;
			place = l->config->policies[i].place;
		}
	}
	for (size_t i = 0; i < l->expected->len && shortest != VT_ABSENT; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->vti || tunnel->rank > 0)
			continue;
		struct vt_lifetime lifetime = vt_config_lifetime(l->config, tunnel->entry);
		if (lifetime.s <= shortest)
			continue;
		struct vt_finding *finding = linter_say(
			l, subject_of_tunnel(l, tunnel),
			"its IPsec lifetime, %ju s, is longer than the IKE lifetime of a policy, %ju s",
			(uintmax_t)lifetime.s, (uintmax_t)shortest);
		linter_line(finding, tunnel->entry->place);
		linter_line(finding, place);
		linter_peer(l, finding, &tunnel->peer);
	}
}

/* L13: dead-peer detection. */
void lint_keepalive(struct linter *l)
{
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		const struct vt_config_tunnel_group *group = group_of_peer(l, tunnel);
		if (!group || (group->keepalive != VT_KEEPALIVE_DISABLED && group->keepalive != VT_KEEPALIVE_INFINITE))
			continue;
		struct vt_finding *finding = linter_say(
			l, vt_str_of(vt_arena_printf(l->arena, "tunnel-group " VT_FMT, VT_ARG(group->name))),
			"dead-peer detection is off: a peer that vanished is noticed only when its lifetime ends");
		linter_line(finding, group->place);
		linter_peer(l, finding, &tunnel->peer);
	}
}

/* L14: what must be up has no idle timeout. */
void lint_idle_timeout(struct linter *l)
{
	if (!has(l, VT_SECTION_TUNNEL_GROUP | VT_SECTION_GROUP_POLICY))
		return;
	for (size_t i = 0; i < l->input->must_be_up_len; i++)
		for (size_t j = 0; j < l->expected->len; j++) {
			const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[j];
			if (!vt_addr_eq(&tunnel->peer, &l->input->must_be_up[i]))
				continue;
			const struct vt_config_tunnel_group *group = group_of_peer(l, tunnel);
			uint64_t minutes = vt_config_idle_timeout_min(l->config, group);
			if (minutes == VT_ABSENT)
				continue;
			struct vt_finding *finding = linter_say(
				l, subject_of_tunnel(l, tunnel),
				"it must be up, and is torn down after %ju minutes without traffic",
				(uintmax_t)minutes);
			if (group)
				linter_line(finding, group->place);
			linter_line(finding, place_of_tunnel(tunnel));
			linter_peer(l, finding, &tunnel->peer);
		}
}

/* Whether a tunnel proves itself by it: named by its tunnel-group or its entry. */
static bool trustpoint_in_use(const struct linter *l, struct vt_str trustpoint)
{
	for (size_t i = 0; i < l->config->tunnel_groups_len; i++)
		if (vt_str_eq(l->config->tunnel_groups[i].ikev1_trustpoint, trustpoint) ||
		    vt_str_eq(l->config->tunnel_groups[i].ikev2_local_certificate, trustpoint))
			return true;
	for (size_t i = 0; i < l->expected->len; i++)
		if (l->expected->tunnels[i].entry && vt_str_eq(l->expected->tunnels[i].entry->trustpoint, trustpoint))
			return true;
	return false;
}

static bool certificate_in_use(const struct linter *l, const struct vt_certificate *certificate)
{
	for (size_t i = 0; i < certificate->trustpoints.len; i++)
		if (trustpoint_in_use(l, certificate->trustpoints.items[i]))
			return true;
	return false;
}

#define DAY_MS INT64_C(86400000)

/* L19: certificates are valid, and for a while. */
void lint_certificates(struct linter *l)
{
	const struct vt_certificates *all = l->input->certificates;
	int64_t now_ms = l->input->now_ms;
	for (size_t i = 0; all && now_ms && i < all->certificates_len; i++) {
		const struct vt_certificate *certificate = &all->certificates[i];
		bool early = certificate->start_at_ms != INT64_MIN && certificate->start_at_ms > now_ms,
		     late = certificate->end_at_ms != INT64_MIN && certificate->end_at_ms <= now_ms,
		     soon = certificate->end_at_ms != INT64_MIN && certificate->end_at_ms - now_ms < 30 * DAY_MS;
		if (!early && !late && !soon)
			continue;
		struct vt_str subject = vt_str_of(vt_arena_printf(
			l->arena, VT_FMT " " VT_FMT, VT_ARG(certificate->kind), VT_ARG(certificate->subject)));
		struct vt_finding *finding = early  ? linter_say(l, subject,
								 "it is not valid yet, by the clock of the device")
					     : late ? linter_say(l, subject,
								 "it has expired: whoever checks it refuses the tunnel")
						    : linter_say(
							      l, subject, "it expires in %jd days",
							      (intmax_t)((certificate->end_at_ms - now_ms) / DAY_MS));
		if (finding)
			finding->severity = !certificate_in_use(l, certificate) ? VT_ADVICE
					    : early || late                     ? VT_FAULT
										: VT_WARNING;
	}
}

/* L21: licence headroom under a tenth. */
void lint_licence(struct linter *l)
{
	const struct vt_vpn_sessiondb_summary *summary = l->input->summary;
	if (!summary || summary->capacity == VT_ABSENT || summary->total_active == VT_ABSENT || summary->capacity == 0)
		return;
	if (summary->total_active * 10 > summary->capacity * 9)
		linter_say(l, VT_STR("VPN sessions"), "%ju of %ju are in use: the next tunnels may be refused",
			   (uintmax_t)summary->total_active, (uintmax_t)summary->capacity);
}

/* L22: the stateful link carries VPN state. */
void lint_failover(struct linter *l)
{
	const struct vt_failover *failover = l->input->failover;
	bool listed = false;
	uint64_t sent = 0;
	if (!failover || failover->on != 1 || l->expected->len == 0 ||
	    !vt_str_istarts(failover->this_host.state, VT_STR("Active")))
		return;
	for (size_t i = 0; i < failover->objects_len; i++) {
		if (vt_str_find(failover->objects[i].name, VT_STR("VPN IKE")) < 0 ||
		    failover->objects[i].xmit == VT_ABSENT)
			continue;
		listed = true;
		sent += failover->objects[i].xmit;
	}
	if (listed && sent == 0)
		linter_say(l, VT_STR("failover"),
			   "no VPN state was ever sent to the other unit: a switch drops every tunnel");
}
