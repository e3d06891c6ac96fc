/* SPDX-License-Identifier: MIT
 * From the outputs of one poll of one unit to its snapshot.
 */
#include "config.h"

#include "daemon/gather.h"

#include "asa/clean.h"
#include "base/hash.h"
#include "config/redact.h"

#include <stdio.h>
#include <stdlib.h>

/* Facts of every query, as the last answer gave them. */
struct facts {
	struct vt_ike_sa ikev1, ikev2, ike;
	struct vt_ipsec_sa ipsec;
	struct vt_vpn_sessiondb sessions;
	struct vt_vpn_sessiondb_summary summary;
	struct vt_version version;
	struct vt_failover failover;
	struct vt_clock clock;
	struct vt_cpu_usage cpu;
	struct vt_asp_drop asp;
	struct vt_access_lists *acl; /* the answer at hand */
	const struct vt_access_lists **hits;
	size_t hits_len, hits_cap;
	struct vt_config *config;
};

struct gather {
	struct vt_arena *arena;
	struct vt_buf *texts; /* what the views point into */
	size_t texts_len, texts_cap;
	struct vt_taken query[PLAN_QUERIES];
	struct facts facts;
	size_t selectors_cap;
	struct vt_str *peers; /* asked one by one and answered in full */
	size_t peers_len, peers_cap;
	bool by_peer;
	struct vt_snapshot snapshot;
};

struct gather *gather_new(const char *device, const char *context, const char *address, int64_t taken_at_ms, bool burst)
{
	struct vt_arena *arena = vt_arena_new();
	struct gather *gather = VT_NEW(arena, struct gather);
	gather->arena = arena;
	gather->snapshot = (struct vt_snapshot){ .device = vt_str_of(device),
						 .context = vt_str_of(context),
						 .address = vt_str_of(address),
						 .taken_at_ms = taken_at_ms,
						 .burst = burst };
	return gather;
}

void gather_free(struct gather *gather)
{
	if (!gather)
		return;
	vt_config_free(gather->facts.config);
	for (size_t i = 0; i < gather->texts_len; i++)
		vt_buf_free(&gather->texts[i]);
	vt_arena_free(gather->arena);
}

struct vt_arena *gather_arena(struct gather *gather)
{
	return gather->arena;
}

static bool is_configuration(enum plan_query query)
{
	return query >= PLAN_CONFIG_CRYPTO && query <= PLAN_CONFIG_FAILOVER;
}

/* The device masks most secrets and not all; what is behind this place knows none. */
static void mask_secrets(struct vt_buf *text)
{
	struct vt_buf masked = { 0 };
	vt_config_redact(vt_buf_view(text), &masked);
	explicit_bzero(text->p, text->cap);
	vt_buf_free(text);
	*text = masked;
}

static struct vt_str keep(struct gather *gather, enum plan_query query, struct vt_buf *text)
{
	if (!text->p)
		return VT_STR("");
	vt_clean(text->p, &text->len, NULL);
	if (is_configuration(query))
		mask_secrets(text);
	struct vt_buf *kept = VT_PUSH(gather->arena, gather->texts, gather->texts_len, gather->texts_cap);
	*kept = *text;
	*text = (struct vt_buf){ 0 };
	return vt_buf_view(kept);
}

static enum vt_status parse(struct gather *gather, enum plan_query query, struct vt_str text,
			    struct vt_parse_report *report)
{
	struct facts *facts = &gather->facts;
	struct vt_arena *arena = gather->arena;
	switch (query) {
	case PLAN_CPU:
		return vt_cpu_usage_parse(text, arena, &facts->cpu, report);
	case PLAN_IKEV1:
		return vt_ike_sa_parse(text, arena, &facts->ikev1, report);
	case PLAN_IKEV2:
		return vt_ike_sa_parse(text, arena, &facts->ikev2, report);
	case PLAN_IPSEC:
		return vt_ipsec_sa_parse(text, arena, &facts->ipsec, report);
	case PLAN_SESSIONS:
		return vt_vpn_sessiondb_parse(text, arena, &facts->sessions, report);
	case PLAN_SUMMARY:
		return vt_vpn_sessiondb_summary_parse(text, arena, &facts->summary, report);
	case PLAN_ASP:
		return vt_asp_drop_parse(text, arena, &facts->asp, report);
	case PLAN_HITS:
		facts->acl = VT_NEW(arena, struct vt_access_lists);
		return vt_access_list_parse(text, arena, facts->acl, report);
	case PLAN_VERSION:
		return vt_version_parse(text, arena, &facts->version, report);
	case PLAN_FAILOVER:
		return vt_failover_parse(text, arena, &facts->failover, report);
	case PLAN_CLOCK:
		return vt_clock_parse(text, arena, &facts->clock, report);
	case PLAN_CONFIG_CRYPTO:
	case PLAN_CONFIG_TUNNEL_GROUPS:
	case PLAN_CONFIG_ACCESS_LISTS:
	case PLAN_CONFIG_OBJECTS:
	case PLAN_CONFIG_OBJECT_GROUPS:
	case PLAN_CONFIG_NAMES:
	case PLAN_CONFIG_INTERFACES:
	case PLAN_CONFIG_GROUP_POLICIES:
	case PLAN_CONFIG_NAT:
	case PLAN_CONFIG_STATIC:
	case PLAN_CONFIG_ROUTES:
	case PLAN_CONFIG_ACCESS_GROUPS:
	case PLAN_CONFIG_SYSOPT:
	case PLAN_CONFIG_FAILOVER:
		if (!facts->config)
			facts->config = vt_config_new();
		vt_config_read(facts->config, text);
		return VT_OK;
	case PLAN_QUERIES:
		break;
	}
	return VT_E_UNKNOWN_COMMAND;
}

/* Every parser of a listing takes a cut one; what it lacks must not be taken for gone. */
static enum vt_status read_output(struct gather *gather, enum plan_query query, struct gather_output *output,
				  struct vt_parse_report *report)
{
	if (output->status != VT_OK)
		return output->status;
	enum vt_status status = parse(gather, query, keep(gather, query, &output->text), report);
	report->truncated |= output->truncated;
	return status;
}

/* A piece of the listing: its own selectors behind those of the peers before. */
static enum vt_status take_peer(struct gather *gather, const struct plan_step *step, struct gather_output *output,
				struct vt_parse_report *report)
{
	if (!gather->by_peer)
		gather->facts.ipsec = (struct vt_ipsec_sa){ 0 };
	gather->by_peer = true;
	struct vt_ipsec_sa before = gather->facts.ipsec;
	enum vt_status status = read_output(gather, PLAN_IPSEC, output, report);
	struct vt_ipsec_sa piece = gather->facts.ipsec;
	gather->facts.ipsec = before;
	if (status != VT_OK || report->truncated)
		return status == VT_OK ? VT_E_TRUNCATED : status;
	char text[VT_ADDR_TEXT];
	size_t len = vt_addr_format(&step->peer, text);
	*VT_PUSH(gather->arena, gather->peers, gather->peers_len,
		 gather->peers_cap) = vt_arena_str(gather->arena, (struct vt_str){ text, len });
	for (size_t i = 0; i < piece.selectors_len; i++)
		*VT_PUSH(gather->arena, gather->facts.ipsec.selectors, gather->facts.ipsec.selectors_len,
			 gather->selectors_cap) = piece.selectors[i];
	return VT_OK;
}

static enum vt_status take_acl(struct gather *gather, struct gather_output *output, struct vt_parse_report *report)
{
	struct facts *facts = &gather->facts;
	enum vt_status status = read_output(gather, PLAN_HITS, output, report);
	if (status != VT_OK || report->truncated)
		return status == VT_OK ? VT_E_TRUNCATED : status;
	*VT_PUSH(gather->arena, facts->hits, facts->hits_len, facts->hits_cap) = facts->acl;
	return VT_OK;
}

static void add_report(struct vt_parse_report *sum, const struct vt_parse_report *part)
{
	if (sum->skipped == 0 && part->skipped) {
		sum->first_skipped = part->first_skipped;
		sum->first_skipped_line = part->first_skipped_line;
	}
	sum->lines += part->lines;
	sum->recognised += part->recognised;
	sum->skipped += part->skipped;
	sum->truncated |= part->truncated;
}

static void note_part(struct vt_taken *taken, const struct gather_output *output, enum vt_status status,
		      const struct vt_parse_report *report)
{
	bool first = !taken->asked || taken->status == VT_E_REJECTED;
	if (first)
		*taken = (struct vt_taken){ .asked = true, .status = status, .started_at_ms = output->started_at_ms };
	if (status == VT_OK) {
		/* A peer whose piece was cut is left out of the list instead; so is an ACL. */
		taken->status = VT_OK;
		add_report(&taken->report, report);
	}
	taken->finished_at_ms = output->finished_at_ms;
	taken->bytes += output->bytes;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
	if (a == VT_ABSENT || b == VT_ABSENT)
		return a == VT_ABSENT ? b : a;
	return a > b ? a : b;
}

void gather_take(struct gather *gather, const struct plan_step *step, struct gather_output *output,
		 struct plan_answer *answer)
{
	struct vt_parse_report report = { 0 };
	struct vt_taken *taken = &gather->query[step->query];
	struct vt_snapshot *snapshot = &gather->snapshot;
	enum vt_status status;
	if (step->peer.family) {
		status = take_peer(gather, step, output, &report);
		note_part(taken, output, status, &report);
	} else if (step->query == PLAN_HITS) {
		status = take_acl(gather, output, &report);
		note_part(taken, output, status, &report);
	} else {
		status = read_output(gather, step->query, output, &report);
		*taken = (struct vt_taken){ .asked = true,
					    .status = status,
					    .started_at_ms = output->started_at_ms,
					    .finished_at_ms = output->finished_at_ms,
					    .bytes = output->bytes,
					    .report = report };
	}
	snapshot->commands++;
	snapshot->bytes += output->bytes;
	snapshot->cli_ms += output->elapsed_ms;
	*answer = (struct plan_answer){
		.status = status, .elapsed_ms = output->elapsed_ms, .bytes = output->bytes, .cpu_percent = VT_ABSENT
	};
	if (status == VT_OK && step->query == PLAN_CPU)
		answer->cpu_percent = higher(gather->facts.cpu.percent_5s, gather->facts.cpu.percent_1m);
	if (status == VT_OK && step->query == PLAN_IKEV1)
		answer->ikev2_seen = gather->facts.ikev1.ikev2.seen;
	vt_buf_free(&output->text);
}

void gather_add_cost(struct gather *gather, uint64_t commands, uint64_t bytes, uint64_t cli_ms)
{
	gather->snapshot.commands += commands;
	gather->snapshot.bytes += bytes;
	gather->snapshot.cli_ms += cli_ms;
}

static bool has(const struct gather *gather, enum plan_query query)
{
	return gather->query[query].asked && gather->query[query].status == VT_OK;
}

/* Both families as one listing. A release that does not know `ikev2` has none; one that refuses it to us, or cut it
 * short, may have some, and then nothing is concluded from what the listing lacks. */
static void join_ike(struct gather *gather)
{
	const struct vt_taken *one = &gather->query[PLAN_IKEV1], *two = &gather->query[PLAN_IKEV2];
	struct vt_taken *both = &gather->snapshot.taken[VT_ASKED_IKE];
	*both = *one;
	if (two->asked) {
		both->finished_at_ms = two->finished_at_ms;
		both->bytes += two->bytes;
	}
	if (!has(gather, PLAN_IKEV1) && !has(gather, PLAN_IKEV2)) {
		both->asked = one->asked || two->asked;
		both->status = one->asked ? one->status : two->status;
		return;
	}
	struct vt_ike_sa *ike = &gather->facts.ike;
	both->asked = true;
	both->status = VT_OK;
	if (has(gather, PLAN_IKEV1))
		*ike = gather->facts.ikev1;
	else
		both->report.truncated = true;
	if (has(gather, PLAN_IKEV2)) {
		ike->ikev2 = gather->facts.ikev2.ikev2;
		add_report(&both->report, &two->report);
	} else if (two->asked && two->status != VT_E_REJECTED) {
		both->report.truncated = true;
	}
	gather->snapshot.ike = ike;
}

static const struct {
	enum plan_query query;
	enum vt_asked asked;
} plain[] = {
	{ PLAN_IPSEC, VT_ASKED_IPSEC },     { PLAN_SESSIONS, VT_ASKED_SESSIONS }, { PLAN_SUMMARY, VT_ASKED_SUMMARY },
	{ PLAN_VERSION, VT_ASKED_VERSION }, { PLAN_FAILOVER, VT_ASKED_FAILOVER }, { PLAN_CLOCK, VT_ASKED_CLOCK },
	{ PLAN_CPU, VT_ASKED_CPU },         { PLAN_ASP, VT_ASKED_ASP },           { PLAN_HITS, VT_ASKED_HITS },
};

const struct vt_snapshot *gather_snapshot(struct gather *gather)
{
	struct vt_snapshot *s = &gather->snapshot;
	const struct facts *facts = &gather->facts;
	join_ike(gather);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		s->taken[plain[i].asked] = gather->query[plain[i].query];
	s->ipsec = has(gather, PLAN_IPSEC) ? &facts->ipsec : NULL;
	s->ipsec_peers = gather->peers;
	s->ipsec_peers_len = gather->peers_len;
	s->sessions = has(gather, PLAN_SESSIONS) ? &facts->sessions : NULL;
	s->summary = has(gather, PLAN_SUMMARY) ? &facts->summary : NULL;
	s->version = has(gather, PLAN_VERSION) ? &facts->version : NULL;
	s->failover = has(gather, PLAN_FAILOVER) ? &facts->failover : NULL;
	s->clock = has(gather, PLAN_CLOCK) ? &facts->clock : NULL;
	s->cpu = has(gather, PLAN_CPU) ? &facts->cpu : NULL;
	s->asp = has(gather, PLAN_ASP) ? &facts->asp : NULL;
	s->hits = facts->hits;
	s->hits_len = facts->hits_len;
	return s;
}

/* What an answer that was read whole settles, also when it is empty. Of crypto and access lists an empty answer
 * proves nothing: a device that is polled has some. */
static const struct {
	enum plan_query query;
	unsigned section;
} settled[] = {
	{ PLAN_CONFIG_TUNNEL_GROUPS, VT_SECTION_TUNNEL_GROUP },
	{ PLAN_CONFIG_OBJECT_GROUPS, VT_SECTION_OBJECTS },
	{ PLAN_CONFIG_NAMES, VT_SECTION_NAMES },
	{ PLAN_CONFIG_INTERFACES, VT_SECTION_INTERFACE },
	{ PLAN_CONFIG_GROUP_POLICIES, VT_SECTION_GROUP_POLICY },
	{ PLAN_CONFIG_NAT, VT_SECTION_NAT },
	{ PLAN_CONFIG_ROUTES, VT_SECTION_ROUTE },
	{ PLAN_CONFIG_ACCESS_GROUPS, VT_SECTION_ACCESS_GROUP },
	{ PLAN_CONFIG_SYSOPT, VT_SECTION_SYSOPT },
	{ PLAN_CONFIG_FAILOVER, VT_SECTION_FAILOVER },
};

bool gather_asked(const struct gather *gather, enum plan_query query)
{
	return gather->query[query].asked;
}

enum reading { MISSING, UNKNOWN_WORD, CUT, WHOLE };

static enum reading reading_of(const struct gather *gather, enum plan_query query)
{
	const struct vt_taken *taken = &gather->query[query];
	if (!taken->asked)
		return MISSING;
	if (taken->status != VT_OK)
		return taken->status == VT_E_REJECTED ? UNKNOWN_WORD : MISSING;
	return taken->report.truncated ? CUT : WHOLE;
}

/* NAT is whole with its half of old releases. */
static void settle_sections(const struct gather *gather, struct vt_config *config)
{
	for (size_t i = 0; i < sizeof settled / sizeof *settled; i++)
		if (reading_of(gather, settled[i].query) == WHOLE)
			config->sections |= settled[i].section;
	if (config->sections & VT_SECTION_CRYPTO)
		config->sections |= VT_SECTION_IKE;
	enum reading old_nat = reading_of(gather, PLAN_CONFIG_STATIC);
	if (old_nat != WHOLE && old_nat != UNKNOWN_WORD)
		config->sections &= ~(unsigned)VT_SECTION_NAT;
}

const struct vt_config *gather_config(struct gather *gather)
{
	for (enum plan_query q = PLAN_CONFIG_CRYPTO; q <= PLAN_CONFIG_FAILOVER; q++) {
		enum reading reading = reading_of(gather, q);
		/* Only the word `object` is newer than the oldest release we read. */
		bool needed = q <= PLAN_CONFIG_INTERFACES && q != PLAN_CONFIG_OBJECTS;
		bool denied = gather->query[q].asked && reading == MISSING;
		if (reading == CUT || (needed && reading != WHOLE) || (q == PLAN_CONFIG_OBJECTS && denied))
			return NULL;
	}
	settle_sections(gather, gather->facts.config);
	vt_config_finish(gather->facts.config);
	return gather->facts.config;
}

static void give_peer(struct vt_str text, struct vt_str state, gather_peer_fn *fn, void *user)
{
	struct vt_addr addr;
	/* One printed as a name cannot be asked about: the command takes addresses. */
	if (vt_addr_parse(text, &addr))
		fn(&addr, state.len ? vt_hash_end(vt_hash_add(VT_HASH_START, state)) : 0, user);
}

static void give_ike(const struct vt_ike_sa *ike, gather_peer_fn *fn, void *user)
{
	for (size_t i = 0; i < ike->ikev1.sas_len; i++)
		give_peer(ike->ikev1.sas[i].peer, ike->ikev1.sas[i].state, fn, user);
	for (size_t i = 0; i < ike->ikev2.sas_len; i++)
		give_peer(ike->ikev2.sas[i].remote.addr, ike->ikev2.sas[i].state, fn, user);
}

void gather_peers(const struct gather *gather, enum plan_query query, gather_peer_fn *fn, void *user)
{
	const struct facts *facts = &gather->facts;
	if (!has(gather, query))
		return;
	if (query == PLAN_IKEV1)
		give_ike(&facts->ikev1, fn, user);
	if (query == PLAN_IKEV2)
		give_ike(&facts->ikev2, fn, user);
	if (query == PLAN_IPSEC)
		for (size_t i = 0; i < facts->ipsec.selectors_len; i++)
			give_peer(facts->ipsec.selectors[i].peer, VT_STR_NONE, fn, user);
}
