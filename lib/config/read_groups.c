/* SPDX-License-Identifier: MIT
 * tunnel-group and group-policy: keys (that there is one, never which), keepalives, idle time, filters.
 */
#include "config/reader.h"

/* ---- tunnel-group NAME type|general-attributes|ipsec-attributes … ---- */

static struct vt_config_tunnel_group *tunnel_group_of(struct reader *r)
{
	return &r->config->tunnel_groups[r->block_index];
}

static struct vt_place *tunnel_group_place(struct reader *r)
{
	return &tunnel_group_of(r)->place;
}

static void keepalive(struct vt_config_tunnel_group *group, const struct words *words)
{
	if (words->no || word_is(words, 2, "disable")) {
		group->keepalive = VT_KEEPALIVE_DISABLED;
		return;
	}
	group->keepalive = VT_KEEPALIVE_SET;
	for (size_t i = 2; i + 1 < words->n; i++) {
		if (word_is(words, i, "threshold") && word_is(words, i + 1, "infinite"))
			group->keepalive = VT_KEEPALIVE_INFINITE;
		else if (word_is(words, i, "threshold"))
			group->keepalive_threshold_s = number_at(words, i + 1);
		else if (word_is(words, i, "retry"))
			group->keepalive_retry_s = number_at(words, i + 1);
	}
}

static bool ikev1_attribute(struct vt_config_tunnel_group *group, const struct words *words)
{
	if (word_is(words, 1, "pre-shared-key"))
		group->ikev1_key = !words->no;
	else if (word_is(words, 1, "trust-point"))
		group->ikev1_trustpoint = words->no ? VT_STR_NONE : word_at(words, 2);
	return true;
}

static bool ikev2_attribute(struct vt_config_tunnel_group *group, const struct words *words)
{
	bool remote = word_is(words, 1, "remote-authentication");
	if (!remote && !word_is(words, 1, "local-authentication"))
		return true;
	if (word_is(words, 2, "pre-shared-key"))
		*(remote ? &group->ikev2_remote_key : &group->ikev2_local_key) = !words->no;
	else if (word_is(words, 2, "certificate") && remote)
		group->ikev2_remote_certificate = !words->no;
	else if (word_is(words, 2, "certificate"))
		group->ikev2_local_certificate = words->no ? VT_STR_NONE : word_at(words, 3);
	return true;
}

static bool ipsec_attribute(struct reader *r, const struct words *words)
{
	struct vt_config_tunnel_group *group = tunnel_group_of(r);
	if (word_is(words, 0, "ikev1"))
		return ikev1_attribute(group, words);
	if (word_is(words, 0, "ikev2"))
		return ikev2_attribute(group, words);
	if (word_is(words, 0, "pre-shared-key")) /* 8.3 and earlier */
		group->ikev1_key = !words->no;
	else if (word_is(words, 0, "trust-point"))
		group->ikev1_trustpoint = words->no ? VT_STR_NONE : word_at(words, 1);
	else if (word_is(words, 0, "peer-id-validate"))
		group->peer_id_validate = word_at(words, 1);
	else if (word_is(words, 0, "isakmp") && word_is(words, 1, "keepalive"))
		keepalive(group, words);
	return true; /* chain, radius-with-expiry …: remote access */
}

static bool general_attribute(struct reader *r, const struct words *words)
{
	if (word_is(words, 0, "default-group-policy"))
		tunnel_group_of(r)->group_policy = words->no ? VT_STR_NONE : word_at(words, 1);
	return true;
}

static bool other_attribute(struct reader *r, const struct words *words)
{
	(void)r;
	(void)words;
	return true;
}

bool read_tunnel_group(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return word_is(words, 1, "list");
	size_t index = index_of_name(config, "tunnel-group", words->w[1]);
	if (index == SIZE_MAX) {
		index = config->tunnel_groups_len;
		*VT_PUSH(config->arena, config->tunnel_groups, config->tunnel_groups_len,
			 config->tunnel_groups_cap) = (struct vt_config_tunnel_group){
			.name = words->w[1],
			.keepalive_threshold_s = VT_ABSENT,
			.keepalive_retry_s = VT_ABSENT,
			.place = here(r)
		};
		name_index(config, "tunnel-group", words->w[1], index);
	}
	struct vt_config_tunnel_group *group = &config->tunnel_groups[index];
	group->place.last = r->line;
	if (word_is(words, 2, "type")) {
		/* 7.x and 8.x also wrote the long forms */
		struct vt_str type = word_at(words, 3);
		group->type = vt_str_eq(type, VT_STR("ipsec-ra")) ? VT_STR("remote-access") : type;
		return true;
	}
	block_fn *block = word_is(words, 2, "ipsec-attributes")     ? ipsec_attribute
			  : word_is(words, 2, "general-attributes") ? general_attribute
								    : other_attribute;
	open_block(r, block, index, tunnel_group_place);
	return true;
}

/* ---- group-policy NAME internal|external|attributes ---- */

static struct vt_place *group_policy_place(struct reader *r)
{
	return &r->config->group_policies[r->block_index].place;
}

static void timeout_of(const struct words *words, uint64_t *minutes, bool *none)
{
	*none = word_is(words, 1, "none");
	*minutes = *none ? VT_ABSENT : number_at(words, 1);
}

static bool group_policy_line(struct reader *r, const struct words *words)
{
	struct vt_config_group_policy *policy = &r->config->group_policies[r->block_index];
	if (word_is(words, 0, "vpn-tunnel-protocol") && !words->no)
		policy->tunnel_protocols = words_list(r, words, 1);
	else if (word_is(words, 0, "vpn-idle-timeout") && !words->no && !word_is(words, 1, "alert-interval"))
		timeout_of(words, &policy->idle_timeout_min, &policy->idle_timeout_none);
	else if (word_is(words, 0, "vpn-session-timeout") && !words->no && !word_is(words, 1, "alert-interval"))
		timeout_of(words, &policy->session_timeout_min, &policy->session_timeout_none);
	else if (word_is(words, 0, "vpn-filter")) {
		policy->vpn_filter_none = word_is(words, 1, "none");
		policy->vpn_filter = word_is(words, 1, "value") ? word_at(words, 2) : VT_STR_NONE;
	}
	return true;
}

bool read_group_policy(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return false;
	size_t index = index_of_name(config, "group-policy", words->w[1]);
	if (index == SIZE_MAX) {
		index = config->group_policies_len;
		*VT_PUSH(
			config->arena, config->group_policies, config->group_policies_len,
			config->group_policies_cap) = (struct vt_config_group_policy){ .name = words->w[1],
										       .idle_timeout_min = VT_ABSENT,
										       .session_timeout_min = VT_ABSENT,
										       .place = here(r) };
		name_index(config, "group-policy", words->w[1], index);
	}
	config->group_policies[index].place.last = r->line;
	if (word_is(words, 2, "attributes"))
		open_block(r, group_policy_line, index, group_policy_place);
	return true;
}
