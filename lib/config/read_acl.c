/* SPDX-License-Identifier: MIT
 * access-list NAME [line N] extended|standard permit|deny … · access-group NAME in interface IFC
 *
 * An entry is kept as printed: what its operands name is found when it is resolved.
 */
#include "config/reader.h"

#include "asa/access_list.h"

bool read_operand(const struct words *words, size_t *i, struct vt_operand *operand)
{
	static const struct {
		const char *word;
		enum vt_operand_kind kind;
		bool named; /* a name or an address follows */
	} kinds[] = {
		{ "any", VT_OPERAND_ANY, false },
		{ "any4", VT_OPERAND_ANY, false },
		{ "any6", VT_OPERAND_ANY6, false },
		{ "host", VT_OPERAND_HOST, true },
		{ "object", VT_OPERAND_OBJECT, true },
		{ "object-group", VT_OPERAND_GROUP, true },
		{ "interface", VT_OPERAND_INTERFACE, true },
	};
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (!word_is(words, *i, kinds[k].word))
			continue;
		if (kinds[k].named && *i + 1 >= words->n)
			return false;
		*operand = (struct vt_operand){ .kind = kinds[k].kind,
						.addr = kinds[k].named ? words->w[*i + 1] : VT_STR_NONE };
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

/* asa/access_list.h reads the grammar of an entry; the model keeps the few words of it that decide about VPN. */
static struct vt_operand operand_of(const struct vt_ace_addr *addr)
{
	static const struct {
		const char *kind;
		enum vt_operand_kind operand;
	} kinds[] = {
		{ "any", VT_OPERAND_ANY },
		{ "any4", VT_OPERAND_ANY },
		{ "any6", VT_OPERAND_ANY6 },
		{ "host", VT_OPERAND_HOST },
		{ "network", VT_OPERAND_SUBNET },
		{ "object", VT_OPERAND_OBJECT },
		{ "object-group", VT_OPERAND_GROUP },
		{ "interface", VT_OPERAND_INTERFACE },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (vt_str_eq(addr->kind, vt_str_of(kinds[i].kind)))
			return (struct vt_operand){ kinds[i].operand, addr->value, addr->mask };
	/* A range or an FQDN: it names something, but nothing that could be a network of a tunnel. */
	return (struct vt_operand){ VT_OPERAND_OBJECT, addr->value, addr->mask };
}

static struct vt_str ports_of(const struct vt_ace_ports *ports)
{
	const struct vt_str *last = ports->end.p ? &ports->end : &ports->value;
	return ports->op.p && last->p ? vt_str_between(ports->op.p, last->p + last->len) : VT_STR_NONE;
}

static bool read_entry(struct vt_str text, struct vt_config_ace *entry)
{
	struct vt_ace ace;
	if (!vt_ace_parse(text, &ace) || !ace.action.p)
		return false;
	entry->permit = vt_str_eq(ace.action, VT_STR("permit"));
	entry->inactive = ace.inactive;
	entry->standard = vt_str_eq(ace.type, VT_STR("standard"));
	entry->protocol_is_object = ace.service_object.p != NULL;
	entry->protocol_is_group = ace.service_group.p != NULL;
	entry->protocol = entry->protocol_is_object  ? ace.service_object
			  : entry->protocol_is_group ? ace.service_group
			  : ace.protocol.p           ? ace.protocol
						     : VT_STR("ip");
	entry->source = operand_of(&ace.source);
	entry->destination = operand_of(&ace.destination);
	entry->source_ports = ports_of(&ace.source_ports);
	entry->destination_ports = ports_of(&ace.destination_ports);
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
	if (!read_entry(words_from(words, i), &ace))
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
