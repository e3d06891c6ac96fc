/* SPDX-License-Identifier: MIT
 * From pastes to boxes: which output is of which firewall, and what a firewall is known to be.
 */
#include "diagnose/gather.h"

#include "asa/interface_ip_brief.h"
#include "asa/terminal.h"
#include "base/lines.h"
#include "config/lint.h"

/* ---- configurations among the listings ---- */

struct config_words {
	bool is_config, whole;
	unsigned sections; /* those that an unfiltered answer to this command has whole */
};

static bool is_short_for(struct vt_str typed, const char *word, size_t least)
{
	return typed.len >= least && vt_str_istarts(vt_str_of(word), typed);
}

static struct config_words config_words_of(struct vt_str command)
{
	static const struct {
		const char *word;
		unsigned sections;
	} whole[] = {
		{ "crypto", VT_SECTION_CRYPTO | VT_SECTION_IKE },
		{ "tunnel-group", VT_SECTION_TUNNEL_GROUP },
		{ "access-list", VT_SECTION_ACL },
		{ "group-policy", VT_SECTION_GROUP_POLICY },
		{ "route", VT_SECTION_ROUTE },
		{ "sysopt", VT_SECTION_SYSOPT },
		{ "access-group", VT_SECTION_ACCESS_GROUP },
		{ "interface", VT_SECTION_INTERFACE },
	};
	struct config_words words = { 0 };
	struct vt_str first, second, third;
	bool filtered = vt_str_find_char(command, '|') >= 0;
	command = vt_str_trim(command);
	if (!vt_scan_word(&command, &first))
		return words;
	vt_skip_blanks(&command);
	if (!vt_scan_word(&command, &second))
		return words;
	words.is_config = (is_short_for(first, "show", 2) &&
			   (is_short_for(second, "running-config", 2) || is_short_for(second, "startup-config", 4))) ||
			  (is_short_for(first, "more", 3) && vt_str_istarts(second, VT_STR("system:run"))) ||
			  (is_short_for(first, "write", 2) && is_short_for(second, "terminal", 1));
	vt_skip_blanks(&command);
	if (!words.is_config || filtered)
		return words;
	if (!vt_scan_word(&command, &third)) {
		words.whole = true;
		return words;
	}
	vt_skip_blanks(&command);
	for (size_t i = 0; command.len == 0 && i < sizeof whole / sizeof *whole; i++)
		if (is_short_for(third, whole[i].word, 4))
			words.sections = whole[i].sections;
	return words;
}

/* Lines that only a configuration begins with: for text without an echo. */
static bool looks_like_config(struct vt_str text)
{
	static const struct vt_str marks[] = {
		VT_STR("ASA Version "),   VT_STR(": Saved"),           VT_STR("hostname "),
		VT_STR("crypto map "),    VT_STR("crypto ikev1 "),     VT_STR("crypto ikev2 "),
		VT_STR("crypto isakmp "), VT_STR("crypto ipsec ikev"), VT_STR("crypto ipsec transform-set"),
		VT_STR("tunnel-group "),  VT_STR("object network "),   VT_STR("group-policy "),
	};
	struct vt_lines lines = vt_lines_of(text);
	for (struct vt_str line; vt_lines_next(&lines, &line);)
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
			if (vt_str_starts(line, marks[i]))
				return true;
	return false;
}

static void read_config(struct vt_case *c, struct vt_box *box, const struct vt_paste *paste, struct vt_str text,
			struct vt_str command, struct vt_arena *arena)
{
	struct config_words words = config_words_of(command);
	if (!box->config)
		box->config = vt_config_new();
	struct vt_config_source *source = VT_PUSH(arena, box->config_sources, box->config_sources_len,
						  box->config_sources_cap);
	*source = (struct vt_config_source){ paste, command.len ? command : VT_STR("show running-config") };
	if (words.sections)
		vt_config_read_sections(box->config, text, words.sections);
	else
		vt_config_read(box->config, text);
	c->listings++;
}

/* ---- quotes ---- */

static bool is_inside(const char *p, struct vt_str text)
{
	return p && p >= text.p && p < text.p + text.len;
}

struct vt_quote vt_given_quote(const struct vt_box *box, const struct vt_given *given, struct vt_str fact)
{
	const struct vt_listing *l = given->listing;
	const char *at = l->text.p, *end = l->text.p + l->text.len;
	while (at < end && (*at == '\n' || vt_is_blank(*at)))
		at++;
	at = at < end ? at : l->text.p;
	return (struct vt_quote){ box, given->paste, l->command, is_inside(fact.p, l->text) ? fact.p : at };
}

struct vt_quote vt_config_quote(const struct vt_box *box, struct vt_place place)
{
	if (!box->config || place.text >= box->config_sources_len)
		return (struct vt_quote){ 0 };
	const struct vt_config_source *source = &box->config_sources[place.text];
	struct vt_str line = vt_config_line(box->config, place.text, place.first);
	if (!is_inside(line.p, source->paste->text))
		return (struct vt_quote){ 0 };
	return (struct vt_quote){ box, source->paste, source->command, line.p };
}

uint64_t vt_quote_line(const struct vt_quote *quote, struct vt_str *text)
{
	const char *begin = quote->paste->text.p, *end = begin + quote->paste->text.len;
	uint64_t number = 1;
	const char *at = quote->at > end ? end : quote->at;
	for (const char *lf; (lf = memchr(begin, '\n', (size_t)(at - begin))); begin = lf + 1)
		number++;
	const char *stop = begin < end ? memchr(begin, '\n', (size_t)(end - begin)) : NULL;
	*text = vt_str_trim(vt_str_between(begin, stop ? stop : end));
	return number;
}

/* ---- boxes ---- */

static void know_address(struct vt_box *box, struct vt_str text, struct vt_arena *arena)
{
	struct vt_addr addr;
	if (!vt_addr_parse(text, &addr))
		return;
	for (size_t i = 0; i < box->addresses_len; i++)
		if (vt_addr_eq(&box->addresses[i], &addr))
			return;
	*VT_PUSH(arena, box->addresses, box->addresses_len, box->addresses_cap) = addr;
}

static struct vt_str name_of_prompt(struct vt_str prompt)
{
	while (prompt.len && strchr("#>", prompt.p[prompt.len - 1]))
		prompt.len--;
	return prompt;
}

/* Without a prompt a box is called like its file, without the folders. */
static struct vt_str name_of_paste(const struct vt_paste *paste)
{
	const char *slash = strrchr(paste->name, '/');
	return vt_str_of(slash && slash[1] ? slash + 1 : paste->name);
}

static struct vt_box *new_box(struct vt_case *c, struct vt_str name, struct vt_arena *arena)
{
	struct vt_box *box = VT_NEW(arena, struct vt_box);
	box->name = name;
	*VT_PUSH(arena, c->boxes, c->boxes_len, c->boxes_cap) = box;
	return box;
}

/* The name every ASA has before it is given one says nothing across files. */
static bool tells_boxes_apart(struct vt_str prompt)
{
	return prompt.p && vt_str_find(prompt, VT_STR("ciscoasa")) < 0;
}

struct placing {
	struct vt_case *c;
	struct vt_arena *arena;
	const struct vt_paste *paste;
	size_t first_box;       /* boxes of this paste begin here; those before are of other pastes */
	struct vt_box *now;     /* whose output was read last in this paste */
	struct vt_str *prompts; /* one a box; p == NULL: named by its file */
	size_t prompts_len, prompts_cap;
};

static struct vt_box *box_of(struct placing *p, struct vt_str prompt)
{
	if (!prompt.p && p->now)
		return p->now;
	for (size_t i = 0; prompt.p && i < p->c->boxes_len; i++)
		if (p->prompts[i].p && vt_prompt_same_device(p->prompts[i], prompt) &&
		    (i >= p->first_box || tells_boxes_apart(prompt)))
			return p->now = p->c->boxes[i];
	/* Output above the first prompt is of the box that shows its prompt later. */
	if (prompt.p && p->now && !p->prompts[p->c->boxes_len - 1].p && p->c->boxes_len > p->first_box) {
		p->prompts[p->c->boxes_len - 1] = prompt;
		p->now->name = name_of_prompt(prompt);
		return p->now;
	}
	p->now = new_box(p->c, prompt.p ? name_of_prompt(prompt) : name_of_paste(p->paste), p->arena);
	*VT_PUSH(p->arena, p->prompts, p->prompts_len, p->prompts_cap) = prompt;
	return p->now;
}

static bool is_standby_word(struct vt_str text)
{
	ptrdiff_t at = vt_str_find(text, VT_STR("stby"));
	return at >= 0 && (at == 0 || text.p[at - 1] == '/' || text.p[at - 1] == '-');
}

static void know_listing(struct vt_box *box, const struct vt_given *given, struct vt_arena *arena)
{
	const struct vt_listing *l = given->listing;
	*VT_PUSH(arena, box->given, box->given_len, box->given_cap) = *given;
	if (l->prompt.p && is_standby_word(l->prompt))
		box->standby = (struct vt_quote){ box, given->paste, l->command, l->prompt.p };
	bool refused = l->status == VT_E_DENIED || l->status == VT_E_REJECTED;
	if (l->report.truncated || refused) {
		box->truncated = true;
		box->truncated_at = vt_given_quote(box, given, VT_STR_NONE);
		if (refused)
			box->truncated_at.at = l->text.len ? l->text.p : given->paste->text.p;
	}
}

static void know_drops(struct vt_box *box, const struct vt_given *given)
{
	if (!box->drops_before)
		box->drops_before = given->listing->facts;
	else
		box->drops_after = given->listing->facts;
	box->drops_at = vt_given_quote(box, given, VT_STR_NONE);
}

static void know_interfaces(struct vt_box *box, const struct vt_interfaces_brief *brief, struct vt_arena *arena)
{
	for (size_t i = 0; i < brief->interfaces_len; i++)
		know_address(box, brief->interfaces[i].addr, arena);
}

/* What concerns the whole box. */
static void know_facts(struct vt_box *box, const struct vt_given *given, struct vt_arena *arena)
{
	const struct vt_listing *l = given->listing;
	const void *facts = l->facts;
	if (!facts)
		return;
	if (l->kind == VT_LISTING_VERSION) {
		box->version = facts;
		box->version_at = vt_given_quote(box, given, box->version->modified_at);
	} else if (l->kind == VT_LISTING_FAILOVER) {
		box->failover = facts;
		box->failover_at = vt_given_quote(box, given, box->failover->last_failover_at);
		if (vt_str_istarts(box->failover->this_host.state, VT_STR("Standby")))
			box->standby = vt_given_quote(box, given, box->failover->this_host.state);
	} else if (l->kind == VT_LISTING_CLOCK) {
		box->clock = facts;
	} else if (l->kind == VT_LISTING_ASP_DROP) {
		know_drops(box, given);
	} else if (l->kind == VT_LISTING_INTERFACE_IP_BRIEF) {
		know_interfaces(box, facts, arena);
	} else if (l->kind == VT_LISTING_IPSEC_SA) {
		const struct vt_ipsec_sa *sa = facts;
		for (size_t i = 0; i < sa->selectors_len && i < 64; i++)
			know_address(box, sa->selectors[i].local_addr, arena);
	} else if (l->kind == VT_LISTING_IKE_SA) {
		const struct vt_ike_sa *ike = facts;
		for (size_t i = 0; i < ike->ikev2.sas_len && i < 64; i++)
			know_address(box, ike->ikev2.sas[i].local.addr, arena);
	}
}

static void place_listing(struct placing *p, const struct vt_listing *l)
{
	struct vt_box *box = box_of(p, l->prompt);
	struct config_words words = config_words_of(l->command);
	bool by_shape = l->kind == VT_LISTING_UNKNOWN || l->kind == VT_LISTING_NAMES;
	bool known = l->status != VT_E_UNKNOWN_COMMAND && l->status != VT_E_NOT_THIS_COMMAND;
	if (words.is_config ? l->status == VT_OK || !known : by_shape && !l->prompt.p && looks_like_config(l->text)) {
		read_config(p->c, box, p->paste, l->text, words.is_config ? l->command : VT_STR_NONE, p->arena);
		return;
	}
	p->c->listings += known;
	struct vt_given given = { p->paste, l };
	know_listing(box, &given, p->arena);
	know_facts(box, &given, p->arena);
}

/* A configuration may stand above the first prompt: the splitter takes that for a greeting. */
static void place_head(struct placing *p, struct vt_str head)
{
	if (head.len && looks_like_config(head))
		read_config(p->c, box_of(p, VT_STR_NONE), p->paste, head, VT_STR_NONE, p->arena);
}

static void finish_config(struct vt_box *box, struct vt_arena *arena)
{
	if (!box->config)
		return;
	vt_config_finish(box->config);
	vt_config_expected(box->config, box->config->arena, &box->expected);
	struct vt_lint_input input = {
		.config = box->config, .expected = &box->expected, .version = box->version, .failover = box->failover
	};
	vt_lint(&input, box->config->arena, &box->findings);
	for (size_t i = 0; i < box->config->interfaces_len; i++)
		know_address(box, box->config->interfaces[i].addr, arena);
	if (box->config->hostname.p && vt_str_find(box->name, box->config->hostname) < 0)
		box->name = box->config->hostname;
}

void gather_boxes(struct vt_case *c, const struct vt_paste *pastes, size_t n, struct vt_arena *arena)
{
	struct placing p = { .c = c, .arena = arena };
	for (size_t i = 0; i < n; i++) {
		size_t len;
		p.paste = &pastes[i];
		p.first_box = c->boxes_len;
		p.now = NULL;
		struct vt_listing **listings = vt_transcript_parse(pastes[i].text, VT_STR_NONE, arena, &len);
		if (len && listings[0]->text.p > pastes[i].text.p)
			place_head(&p, vt_str_between(pastes[i].text.p, listings[0]->text.p));
		else if (!len)
			place_head(&p, pastes[i].text);
		for (size_t j = 0; j < len; j++)
			place_listing(&p, listings[j]);
	}
	for (size_t i = 0; i < c->boxes_len; i++)
		finish_config(c->boxes[i], arena);
}

bool gather_covers(const struct vt_listing *listing, const struct vt_addr *peer)
{
	struct vt_addr found[2];
	if (listing->status != VT_OK || listing->report.truncated)
		return false;
	size_t n = gather_addresses(listing->command, found, 2);
	for (size_t i = 0; i < n; i++)
		if (vt_addr_eq(&found[i], peer))
			return true;
	return n == 0 && vt_str_find_char(listing->command, '|') < 0;
}

static bool is_of_address(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
}

size_t gather_addresses(struct vt_str text, struct vt_addr *addresses, size_t n)
{
	size_t found = 0;
	while (text.len && found < n) {
		size_t len = 0;
		while (len < text.len && is_of_address(text.p[len]))
			len++;
		struct vt_str word = vt_str_first(text, len);
		while (word.len && strchr(":.", word.p[word.len - 1]))
			word.len--;
		while (word.len && *word.p == ':' && word.len > 1 && word.p[1] != ':')
			word = vt_str_from(word, 1);
		if (word.len > 2 && vt_addr_parse(word, &addresses[found]))
			found++;
		text = vt_str_from(text, len ? len : 1);
	}
	return found;
}
