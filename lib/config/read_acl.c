/* SPDX-License-Identifier: MIT
 * access-list NAME [line N] extended|standard permit|deny … · access-group NAME in interface IFC
 *
 * An entry is kept as printed: what its operands name is found when it is resolved.
 */
#include "config/reader.h"

bool read_operand(const struct words *words, size_t *i, struct vt_operand *operand)
{
	static const struct {
		const char *word;
		enum vt_operand_kind kind;
		bool named; /* a name or an address follows */
	} kinds[] = {
		{ "any", VT_OPERAND_ANY, false },      { "any4", VT_OPERAND_ANY, false },
		{ "any6", VT_OPERAND_ANY6, false },    { "host", VT_OPERAND_HOST, true },
		{ "object", VT_OPERAND_OBJECT, true }, { "object-group", VT_OPERAND_GROUP, true },
		{ "interface", VT_OPERAND_INTERFACE, true },
	};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (!word_is(words, *i, kinds[k].word))
			continue;
		if (kinds[k].named && *i + 1 >= words->n)
			return false;
		*operand = (struct vt_operand){ .kind = kinds[k].kind, .addr = kinds[k].named ? words->w[*i + 1] : VT_STR_NONE };
		*i += kinds[k].named ? 2 : 1;
		return true;
	}
	if (*i >= words->n)
		return false;
	/* "10.0.0.0 255.0.0.0", or "2001:db8::/32" in one word. */
	bool one_word = vt_str_find_char(words->w[*i], '/') >= 0;
	if (!one_word && *i + 1 >= words->n)
		return false;
	*operand = (struct vt_operand){ .kind = VT_OPERAND_SUBNET,
					.addr = words->w[*i],
					.mask = one_word ? VT_STR_NONE : words->w[*i + 1] };
	*i += one_word ? 1 : 2;
	return true;
}

/* "eq 443", "range 1 5", "object-group WEB": as printed; absent when there is none. */
static struct vt_str read_ports(const struct words *words, size_t *i)
{
	static const char *const operators[] = { "eq", "neq", "lt", "gt", "range" };
	for (size_t k = 0; k < sizeof operators / sizeof *operators; k++) {
		size_t last = *i + (k == 4 ? 2 : 1);
		if (!word_is(words, *i, operators[k]) || last >= words->n)
			continue;
		struct vt_str ports = vt_str_between(words->w[*i].p, words->w[last].p + words->w[last].len);
		*i = last + 1;
		return ports;
	}
	return VT_STR_NONE;
}

/* Where a group stands behind a source it may be the source's ports or the destination; it is the destination when
 * nothing else follows that could be one. */
static bool group_is_ports(const struct words *words, size_t i)
{
	struct vt_operand operand;
	size_t after = i + 2;
	return word_is(words, i, "object-group") && i + 2 < words->n && read_operand(words, &after, &operand) &&
	       !word_is(words, i + 2, "log") && !word_is(words, i + 2, "inactive") && !word_is(words, i + 2, "time-range");
}

static bool read_extended(const struct words *words, size_t i, struct vt_config_ace *ace)
{
	if (word_is(words, i, "object") || word_is(words, i, "object-group")) {
		ace->protocol_is_object = word_is(words, i, "object");
		ace->protocol_is_group = !ace->protocol_is_object;
		i++;
	}
	if (i >= words->n)
		return false;
	ace->protocol = words->w[i++];
	if (!read_operand(words, &i, &ace->source))
		return false;
	ace->source_ports = read_ports(words, &i);
	if (!ace->source_ports.p && !vt_str_eq(ace->protocol, VT_STR("ip")) && group_is_ports(words, i)) {
		ace->source_ports = vt_str_between(words->w[i].p, words->w[i + 1].p + words->w[i + 1].len);
		i += 2;
	}
	if (!read_operand(words, &i, &ace->destination))
		return false;
	ace->destination_ports = read_ports(words, &i);
	if (!ace->destination_ports.p && word_is(words, i, "object-group") && i + 1 < words->n)
		ace->destination_ports = vt_str_between(words->w[i].p, words->w[i + 1].p + words->w[i + 1].len);
	return true;
}

static struct vt_config_acl *acl_of(struct reader *r, struct vt_str name)
{
	struct vt_config *config = r->config;
	/* Entries of one list stand together: the list read last is nearly always the one. */
	if (config->acls_len && vt_str_eq(config->acls[config->acls_len - 1].name, name))
		return &config->acls[config->acls_len - 1];
	size_t index = index_of_name(config, "acl", name);
	if (index != SIZE_MAX)
		return &config->acls[index];
	name_index(config, "acl", name, config->acls_len);
	struct vt_config_acl *acl = VT_PUSH(config->arena, config->acls, config->acls_len, config->acls_cap);
	*acl = (struct vt_config_acl){ .name = name, .text = r->text };
	return acl;
}

bool read_access_list(struct reader *r, const struct words *words)
{
	if (words->n < 3)
		return false;
	/* access-list alert-interval …, deny-flow-max …, mode …: settings of all lists */
	if (word_is(words, 1, "alert-interval") || word_is(words, 1, "deny-flow-max") || word_is(words, 1, "mode"))
		return true;
	size_t i = 2;
	if (word_is(words, i, "line"))
		i += 2;
	if (word_is(words, i, "remark") || word_is(words, i, "webtype") || word_is(words, i, "ethertype"))
		return true;
	struct vt_config_ace ace = { .line = r->line };
	ace.standard = word_is(words, i, "standard");
	if (ace.standard || word_is(words, i, "extended"))
		i++;
	if (!word_is(words, i, "permit") && !word_is(words, i, "deny"))
		return false;
	ace.permit = word_is(words, i++, "permit");
	ace.inactive = words->n && vt_str_eq(words->w[words->n - 1], VT_STR("inactive"));
	if (ace.standard) {
		ace.protocol = VT_STR("ip");
		if (!read_operand(words, &i, &ace.source))
			return false;
	} else if (!read_extended(words, i, &ace))
		return false;
	struct vt_config_acl *acl = acl_of(r, words->w[1]);
	*VT_PUSH(r->config->arena, acl->aces, acl->aces_len, acl->aces_cap) = ace;
	return true;
}

bool read_access_group(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return false;
	struct vt_config_access_group group = { .acl = words->w[1], .direction = words->w[2], .place = here(r) };
	for (size_t i = 3; i < words->n; i++) {
		if (word_is(words, i, "interface"))
			group.interface = word_at(words, i + 1);
		group.control_plane |= word_is(words, i, "control-plane");
	}
	*VT_PUSH(config->arena, config->access_groups, config->access_groups_len, config->access_groups_cap) = group;
	return true;
}
