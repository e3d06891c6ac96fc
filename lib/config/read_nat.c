/* SPDX-License-Identifier: MIT
 * NAT: twice NAT and object NAT of 8.3 and later, nat 0 / nat N / static of 8.2.
 */
#include "config/reader.h"

/* "(inside,outside)" or "(inside)". */
static bool read_pair(struct vt_str word, struct vt_config_nat *nat)
{
	if (word.len < 3 || word.p[0] != '(' || word.p[word.len - 1] != ')')
		return false;
	struct vt_str inner = vt_str_first(vt_str_from(word, 1), word.len - 2);
	ptrdiff_t comma = vt_str_find_char(inner, ',');
	nat->real_interface = comma < 0 ? inner : vt_str_first(inner, (size_t)comma);
	nat->mapped_interface = comma < 0 ? VT_STR_NONE : vt_str_from(inner, (size_t)comma + 1);
	return true;
}

/* source static|dynamic REAL MAPPED [destination static MAPPED REAL] [service …] and what follows. */
static bool read_twice(const struct words *words, size_t i, struct vt_config_nat *nat)
{
	nat->dynamic = word_is(words, i + 1, "dynamic");
	if (i + 2 >= words->n)
		return false;
	nat->source_real = words->w[i + 2];
	nat->source_mapped = word_is(words, i + 3, "pat-pool") ? word_at(words, i + 4) : word_at(words, i + 3);
	for (i += 3; i < words->n; i++) {
		if (word_is(words, i, "destination") && i + 2 < words->n) {
			nat->destination_mapped = words->w[i + 2];
			nat->destination_real = i + 3 < words->n ? words->w[i + 3] : words->w[i + 2];
			i += 3;
		} else if (word_is(words, i, "service")) {
			nat->service_real = word_at(words, i + 1);
			nat->service_mapped = word_at(words, i + 2);
			i += 2;
		}
		nat->inactive |= word_is(words, i, "inactive");
		nat->route_lookup |= word_is(words, i, "route-lookup");
		nat->no_proxy_arp |= word_is(words, i, "no-proxy-arp");
	}
	return true;
}

static void push(struct reader *r, const struct vt_config_nat *nat)
{
	*VT_PUSH(r->config->arena, r->config->nats, r->config->nats_len, r->config->nats_cap) = *nat;
}

/* nat (inside) 0 access-list X · nat (inside) 1 10.0.0.0 255.0.0.0 · nat (inside) 1 access-list X */
static bool read_old(const struct words *words, size_t i, struct vt_config_nat *nat)
{
	uint64_t pool = number_at(words, i);
	if (pool == VT_ABSENT)
		return false;
	nat->kind = pool == 0 ? VT_NAT_EXEMPT_OLD : VT_NAT_DYNAMIC_OLD;
	nat->dynamic = pool != 0;
	i++;
	if (word_is(words, i, "access-list")) {
		nat->acl = word_at(words, i + 1);
		return nat->acl.p != NULL;
	}
	return read_operand(words, &i, &nat->old_real);
}

bool read_nat(struct reader *r, const struct words *words)
{
	struct vt_config_nat nat = { .kind = VT_NAT_TWICE, .position = VT_ABSENT, .place = here(r) };
	size_t i = 1;
	if (word_is(words, 1, "source")) {
		/* nat source static A B: both interfaces are any */
		nat.real_interface = nat.mapped_interface = VT_STR("any");
	} else {
		if (words->n < 3 || !read_pair(words->w[1], &nat))
			return false;
		i = 2;
	}
	if (word_is(words, i, "after-auto")) {
		nat.after_auto = true;
		i++;
	}
	if (number_at(words, i) != VT_ABSENT && word_is(words, i + 1, "source"))
		nat.position = number_at(words, i++);
	if (word_is(words, i, "source") ? !read_twice(words, i, &nat) : !read_old(words, i, &nat))
		return false;
	push(r, &nat);
	return true;
}

bool read_nat_of_object(struct reader *r, const struct words *words, struct vt_str object)
{
	struct vt_config_nat nat = { .kind = VT_NAT_OBJECT, .position = VT_ABSENT, .object = object, .place = here(r) };
	size_t i = 2;
	if (words->n >= 2 && words->w[1].p[0] == '(') {
		if (!read_pair(words->w[1], &nat))
			return false;
	} else {
		nat.real_interface = nat.mapped_interface = VT_STR("any");
		i = 1;
	}
	nat.dynamic = word_is(words, i, "dynamic");
	nat.source_real = object;
	nat.source_mapped = word_is(words, i + 1, "pat-pool") ? word_at(words, i + 2) : word_at(words, i + 1);
	if (!nat.source_mapped.p)
		return false;
	for (; i < words->n; i++) {
		nat.route_lookup |= word_is(words, i, "route-lookup");
		nat.no_proxy_arp |= word_is(words, i, "no-proxy-arp");
	}
	push(r, &nat);
	return true;
}

/* static (inside,outside) MAPPED REAL [netmask M] · static (inside,outside) tcp MAPPED PORT REAL PORT … */
bool read_static(struct reader *r, const struct words *words)
{
	struct vt_config_nat nat = { .kind = VT_NAT_STATIC_OLD, .position = VT_ABSENT, .place = here(r) };
	if (words->n < 4 || !read_pair(words->w[1], &nat))
		return false;
	bool port = word_is(words, 2, "tcp") || word_is(words, 2, "udp");
	if (port && words->n < 7)
		return false;
	nat.source_mapped = words->w[port ? 3 : 2];
	struct vt_str real = words->w[port ? 5 : 3];
	if (vt_str_eq(real, VT_STR("access-list")))
		nat.acl = word_at(words, 4);
	nat.old_real = (struct vt_operand){ .kind = VT_OPERAND_HOST, .addr = real };
	for (size_t i = 4; i + 1 < words->n; i++)
		if (word_is(words, i, "netmask") && !vt_str_eq(words->w[i + 1], VT_STR("255.255.255.255"))) {
			nat.old_real.kind = VT_OPERAND_SUBNET;
			nat.old_real.mask = words->w[i + 1];
		}
	if (port)
		nat.service_real = words->w[2];
	push(r, &nat);
	return true;
}
