/* SPDX-License-Identifier: MIT
 * crypto …: maps and dynamic maps, transform-sets, proposals, profiles, IKE policies, where IKE is enabled, and the
 * settings for all of them. 8.3 and earlier say isakmp where later releases say ikev1, and 7.x even without "crypto".
 */
#include "config/reader.h"

/* ---- crypto map NAME SEQ … · crypto dynamic-map NAME SEQ … · crypto map NAME interface IFC ---- */

static struct vt_config_map *map_of(struct reader *r, struct vt_str name, bool dynamic)
{
	struct vt_config *config = r->config;
	const char *kind = dynamic ? "dynamic-map" : "map";
	size_t index = index_of_name(config, kind, name);
	if (index != SIZE_MAX)
		return &config->maps[index];
	name_index(config, kind, name, config->maps_len);
	struct vt_config_map *map = VT_PUSH(config->arena, config->maps, config->maps_len, config->maps_cap);
	*map = (struct vt_config_map){ .name = name, .dynamic = dynamic, .text = r->text };
	return map;
}

/* Found by "NAME SEQ" as the line has it, so that entries in any order and 2,000 of them cost the same. */
static struct vt_config_map_entry *entry_of(struct reader *r, struct vt_config_map *map, const struct words *words,
					    uint64_t sequence)
{
	const char *kind = map->dynamic ? "dynamic-map-entry" : "map-entry";
	struct vt_str name = vt_str_between(words->w[2].p, words->w[3].p + words->w[3].len);
	size_t index = index_of_name(r->config, kind, name);
	if (index != SIZE_MAX)
		return &map->entries[index];
	name_index(r->config, kind, name, map->entries_len);
	struct vt_config_map_entry *entry = VT_PUSH(r->config->arena, map->entries, map->entries_len, map->entries_cap);
	*entry = (struct vt_config_map_entry){
		.sequence = sequence, .lifetime_s = VT_ABSENT, .lifetime_kb = VT_ABSENT, .place = here(r)
	};
	return entry;
}

/* seconds N and kilobytes N|unlimited, in either order, from word i. */
static bool read_lifetime(const struct words *words, size_t i, uint64_t *seconds, uint64_t *kilobytes, bool *unlimited)
{
	bool understood = false;
	for (; i + 1 < words->n; i += 2) {
		if (word_is(words, i, "seconds"))
			*seconds = number_at(words, i + 1);
		else if (word_is(words, i, "kilobytes") && word_is(words, i + 1, "unlimited"))
			*unlimited = true;
		else if (word_is(words, i, "kilobytes"))
			*kilobytes = number_at(words, i + 1);
		else
			break;
		understood = true;
	}
	return understood;
}

static enum vt_connection_type connection_type_of(struct vt_str word)
{
	return vt_str_eq(word, VT_STR("originate-only")) ? VT_CONNECTION_ORIGINATE_ONLY
	       : vt_str_eq(word, VT_STR("answer-only"))  ? VT_CONNECTION_ANSWER_ONLY
							 : VT_CONNECTION_BIDIRECTIONAL;
}

/* set … of a map entry; word i is the one behind "set". */
static bool read_set(struct reader *r, const struct words *words, size_t i, struct vt_config_map_entry *entry)
{
	bool no = words->no;
	if (word_is(words, i, "ikev1") && word_is(words, i + 1, "phase1-mode"))
		entry->aggressive = !no && word_is(words, i + 2, "aggressive");
	else if (word_is(words, i, "phase1-mode"))
		entry->aggressive = !no && word_is(words, i + 1, "aggressive");
	else if (word_is(words, i, "ikev1") && word_is(words, i + 1, "transform-set"))
		entry->transform_sets = words_list(r, words, i + 2);
	else if (word_is(words, i, "transform-set"))
		entry->transform_sets = words_list(r, words, i + 1);
	else if (word_is(words, i, "ikev2") && word_is(words, i + 1, "ipsec-proposal"))
		entry->proposals = words_list(r, words, i + 2);
	else if (word_is(words, i, "peer"))
		entry->peers = words_list(r, words, i + 1);
	else if (word_is(words, i, "pfs")) {
		entry->pfs = !no;
		entry->pfs_group = word_at(words, i + 1);
	} else if (word_is(words, i, "security-association") && word_is(words, i + 1, "lifetime"))
		return read_lifetime(words, i + 2, &entry->lifetime_s, &entry->lifetime_kb,
				     &entry->lifetime_kb_unlimited);
	else if (word_is(words, i, "connection-type"))
		entry->connection_type = connection_type_of(word_at(words, i + 1));
	else if (word_is(words, i, "reverse-route"))
		entry->reverse_route = !no;
	else if (word_is(words, i, "nat-t-disable"))
		entry->nat_t_disable = !no;
	else if (word_is(words, i, "trustpoint"))
		entry->trustpoint = word_at(words, i + 1);
	else if (word_is(words, i, "df-bit"))
		entry->df_bit = word_at(words, i + 1);
	else
		return word_is(words, i, "ikev2") || word_is(words, i, "tfc-packets") ||
		       word_is(words, i, "inheritance") || word_is(words, i, "validate-icmp-errors") ||
		       word_is(words, i, "security-association");
	return true;
}

static bool read_map(struct reader *r, const struct words *words, bool dynamic)
{
	if (words->n < 4)
		return false;
	struct vt_config_map *map = map_of(r, words->w[2], dynamic);
	if (word_is(words, 3, "interface")) {
		struct vt_config *config = r->config;
		list_add(r, &map->interfaces, &map->interfaces_cap, word_at(words, 4));
		*VT_PUSH(config->arena, map->interface_lines, map->interface_lines_len,
			 map->interface_lines_cap) = r->line;
		return words->n > 4;
	}
	uint64_t sequence = number_at(words, 3);
	if (sequence == VT_ABSENT)
		return word_is(words, 3, "client"); /* remote access */
	struct vt_config_map_entry *entry = entry_of(r, map, words, sequence);
	entry->place.last = r->line;
	if (word_is(words, 4, "match") && word_is(words, 5, "address"))
		entry->acl = word_at(words, 6);
	else if (word_is(words, 4, "ipsec-isakmp") && word_is(words, 5, "dynamic"))
		entry->dynamic_map = word_at(words, 6);
	else if (word_is(words, 4, "set"))
		return read_set(r, words, 5, entry);
	else
		return word_is(words, 4, "ipsec-isakmp") || word_is(words, 4, "annotation");
	return true;
}

/* ---- crypto ipsec … ---- */

static struct vt_place *proposal_place(struct reader *r)
{
	return &r->config->proposals[r->block_index].place;
}

static bool proposal_line(struct reader *r, const struct words *words)
{
	struct vt_config_proposal *proposal = &r->config->proposals[r->block_index];
	if (!word_is(words, 0, "protocol") || !word_is(words, 1, "esp"))
		return false;
	if (word_is(words, 2, "encryption"))
		proposal->encryption = words_list(r, words, 3);
	else if (word_is(words, 2, "integrity"))
		proposal->integrity = words_list(r, words, 3);
	return true;
}

static struct vt_place *profile_place(struct reader *r)
{
	return &r->config->profiles[r->block_index].place;
}

static bool profile_line(struct reader *r, const struct words *words)
{
	struct vt_config_profile *profile = &r->config->profiles[r->block_index];
	if (word_is(words, 0, "responder-only"))
		profile->responder_only = !words->no;
	if (!word_is(words, 0, "set"))
		return word_is(words, 0, "responder-only");
	if (word_is(words, 1, "ikev1") && word_is(words, 2, "transform-set"))
		profile->transform_sets = words_list(r, words, 3);
	else if (word_is(words, 1, "ikev2") && word_is(words, 2, "ipsec-proposal"))
		profile->proposals = words_list(r, words, 3);
	else if (word_is(words, 1, "pfs")) {
		profile->pfs = !words->no;
		profile->pfs_group = word_at(words, 2);
	} else if (word_is(words, 1, "security-association") && word_is(words, 2, "lifetime"))
		return read_lifetime(words, 3, &profile->lifetime_s, &profile->lifetime_kb,
				     &profile->lifetime_kb_unlimited);
	return true;
}

static void read_transform(struct reader *r, const struct words *words, size_t i)
{
	struct vt_config *config = r->config;
	struct vt_str name = word_at(words, i);
	if (word_is(words, i + 1, "mode")) {
		size_t index = index_of_name(config, "transform", name);
		if (index != SIZE_MAX)
			config->transforms[index].transport = word_is(words, i + 2, "transport");
		return;
	}
	*VT_PUSH(config->arena, config->transforms, config->transforms_len,
		 config->transforms_cap) = (struct vt_config_transform){ .name = name,
									 .algorithms = words_list(r, words, i + 1),
									 .place = here(r) };
	name_index(config, "transform", name, config->transforms_len - 1);
}

static bool read_association(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (word_is(words, 3, "lifetime")) {
		config->lifetime_place = here(r);
		return read_lifetime(words, 4, &config->lifetime_s, &config->lifetime_kb,
				     &config->lifetime_kb_unlimited);
	}
	if (word_is(words, 3, "replay") && word_is(words, 4, "window-size"))
		config->replay_window = number_at(words, 5);
	return true; /* pmtu-aging, replay disable */
}

static bool read_ipsec(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	size_t i = word_is(words, 2, "ikev1") || word_is(words, 2, "ikev2") ? 3 : 2;
	struct vt_str name = word_at(words, i + 1);
	if (word_is(words, i, "transform-set") && name.p)
		read_transform(r, words, i + 1);
	else if (word_is(words, i, "ipsec-proposal") && name.p) {
		*VT_PUSH(config->arena, config->proposals, config->proposals_len,
			 config->proposals_cap) = (struct vt_config_proposal){ .name = name, .place = here(r) };
		name_index(config, "proposal", name, config->proposals_len - 1);
		open_block(r, proposal_line, config->proposals_len - 1, proposal_place);
	} else if (word_is(words, i, "profile") && name.p) {
		*VT_PUSH(config->arena, config->profiles, config->profiles_len,
			 config->profiles_cap) = (struct vt_config_profile){
			.name = name, .lifetime_s = VT_ABSENT, .lifetime_kb = VT_ABSENT, .place = here(r)
		};
		name_index(config, "profile", name, config->profiles_len - 1);
		open_block(r, profile_line, config->profiles_len - 1, profile_place);
	} else if (word_is(words, 2, "security-association"))
		return read_association(r, words);
	else
		return word_is(words, 2, "df-bit") || word_is(words, 2, "fragmentation") ||
		       word_is(words, 2, "inner-routing-lookup");
	return true;
}

/* ---- crypto ikev1|ikev2|isakmp … ---- */

static struct vt_place *policy_place(struct reader *r)
{
	return &r->config->policies[r->block_index].place;
}

static bool policy_line(struct reader *r, const struct words *words)
{
	struct vt_config_policy *policy = &r->config->policies[r->block_index];
	if (word_is(words, 0, "authentication"))
		policy->authentication = word_at(words, 1);
	else if (word_is(words, 0, "encryption"))
		policy->encryption = words_list(r, words, 1);
	else if (word_is(words, 0, "hash") || word_is(words, 0, "integrity"))
		policy->hash = words_list(r, words, 1);
	else if (word_is(words, 0, "group"))
		policy->group = words_list(r, words, 1);
	else if (word_is(words, 0, "prf"))
		policy->prf = words_list(r, words, 1);
	else if (word_is(words, 0, "lifetime"))
		policy->lifetime_s = word_is(words, 1, "seconds") ? number_at(words, 2) : number_at(words, 1);
	else
		return word_is(words, 0, "additional-key-exchange");
	return true;
}

static void read_policy(struct reader *r, const struct words *words, size_t i, unsigned version)
{
	struct vt_config *config = r->config;
	uint64_t priority = number_at(words, i);
	size_t index = config->policies_len;
	for (size_t k = 0; k < config->policies_len; k++)
		if (config->policies[k].version == version && config->policies[k].priority == priority)
			index = k;
	if (index == config->policies_len)
		*VT_PUSH(config->arena, config->policies, config->policies_len,
			 config->policies_cap) = (struct vt_config_policy){
			.version = version, .priority = priority, .lifetime_s = VT_ABSENT, .place = here(r)
		};
	open_block(r, policy_line, index, policy_place);
	/* 7.0 writes each attribute on a line of its own: isakmp policy 10 encryption 3des */
	if (i + 1 < words->n) {
		struct words rest = { .n = words->n - i - 1 };
		memcpy(rest.w, words->w + i + 1, rest.n * sizeof *rest.w);
		policy_line(r, &rest);
	}
}

/* Words from i on, behind "crypto ikev1", "crypto ikev2", "crypto isakmp" or "isakmp". */
static bool read_ike(struct reader *r, const struct words *words, size_t i, unsigned version)
{
	struct vt_config *config = r->config;
	if (word_is(words, i, "policy") && number_at(words, i + 1) != VT_ABSENT)
		read_policy(r, words, i + 1, version);
	else if (word_is(words, i, "enable") && i + 1 < words->n) {
		if (!words->no)
			*VT_PUSH(config->arena, config->enables, config->enables_len,
				 config->enables_cap) = (struct vt_config_enable){ .version = version,
										   .interface = words->w[i + 1],
										   .place = here(r) };
	} else if (word_is(words, i, "identity"))
		config->isakmp_identity = words_from(words, i + 1);
	else if (word_is(words, i, "nat-traversal")) {
		config->nat_traversal = words->no ? VT_NO : VT_YES;
		config->nat_traversal_s = number_at(words, i + 1);
		config->nat_traversal_place = here(r);
	} else if (word_is(words, i, "am-disable"))
		config->am_disable = words->no ? VT_NO : VT_YES;
	else
		return word_is(words, i, "limit") || word_is(words, i, "cookie-challenge") ||
		       word_is(words, i, "remote-access") || word_is(words, i, "disconnect-notify") ||
		       word_is(words, i, "reload-wait") || word_is(words, i, "fragmentation") ||
		       word_is(words, i, "notify") || word_is(words, i, "ipsec-over-tcp") ||
		       word_is(words, i, "redirect") || word_is(words, i, "dpd-interval") ||
		       word_is(words, i, "keepalive");
	return true;
}

static bool certificate_line(struct reader *r, const struct words *words)
{
	(void)r;
	(void)words;
	return true; /* trustpoints and the hexadecimal text of certificates */
}

bool read_crypto(struct reader *r, const struct words *words)
{
	if (word_is(words, 1, "map") || word_is(words, 1, "dynamic-map"))
		return read_map(r, words, word_is(words, 1, "dynamic-map"));
	r->config->sections |= VT_SECTION_IKE;
	if (word_is(words, 1, "ipsec"))
		return read_ipsec(r, words);
	if (word_is(words, 1, "ikev1") || word_is(words, 1, "isakmp"))
		return read_ike(r, words, 2, 1);
	if (word_is(words, 1, "ikev2"))
		return read_ike(r, words, 2, 2);
	open_block(r, certificate_line, 0, NULL);
	return word_is(words, 1, "ca") || word_is(words, 1, "key") || word_is(words, 1, "engine") ||
	       word_is(words, 1, "dynamic-map") || word_is(words, 1, "large-cert-acceleration");
}

bool read_isakmp(struct reader *r, const struct words *words)
{
	r->config->sections |= VT_SECTION_IKE;
	return read_ike(r, words, 1, 1);
}
