/* SPDX-License-Identifier: MIT
 * What to ask one unit in one poll, and what to make of the answers.
 *
 * Spellings, oldest last (formats.md §1, §3, §5; asa-cli.md §9): 8.3 and earlier know only `isakmp`, 7.x says
 * `show isakmp sa`. The spelling a device takes is remembered, so that a refused one costs it one command once.
 */
#include "config.h"

#include "daemon/plan.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))
/* A full listing that takes longer is left alone (asa-cli.md §11) … */
#define FULL_TOO_LONG_MS 20000
/* … for this long, doubling up to the cap while it stays as slow. */
#define FULL_PAUSE_MS (30 * 60 * INT64_C(1000))
#define FULL_PAUSE_CAP_MS (4 * 3600 * INT64_C(1000))
#define CPU_TOO_HIGH_PERCENT 70
/* Below these a full listing is cheap, and the CPU is not asked about before each. */
#define FULL_CHEAP_MS 2000
#define CPU_CALM_PERCENT 50
/* How much of the device's time a poll may take for peers one by one, and what one costs before it was measured. */
#define PEERS_BUDGET_MS 15000
#define PEERS_BUDGET_HIGH_CPU_MS 5000
#define PEER_GUESS_MS 300
/* A heavy listing is left out so many times in a row while the CPU is high: a box that always is must not be blind. */
#define HEAVY_SKIPS 2
/* No device has more peers; what a broken listing could invent is bounded by it. */
#define PEERS_MAX 20000
#define PEER_FORGET_MS DAY_MS

struct spelling {
	enum vt_command_id id;
	bool detail;
};

#define SPELLINGS_MAX 6
static const struct query_row {
	enum plan_group group;
	bool heavy; /* grows with the number of tunnels: left out while the CPU is too high */
	unsigned spellings_len;
	struct spelling spellings[SPELLINGS_MAX];
} queries[PLAN_QUERIES] = {
	[PLAN_CPU] = { PLAN_GROUP_FACTS, false, 1, { { VT_CMD_SHOW_CPU_USAGE } } },
	[PLAN_IKEV1] = { PLAN_GROUP_SA,
			 false,
			 6,
			 { { VT_CMD_SHOW_CRYPTO_IKEV1_SA, true },
			   { VT_CMD_SHOW_CRYPTO_IKEV1_SA, false },
			   { VT_CMD_SHOW_CRYPTO_ISAKMP_SA, true },
			   { VT_CMD_SHOW_CRYPTO_ISAKMP_SA, false },
			   { VT_CMD_SHOW_ISAKMP_SA, true },
			   { VT_CMD_SHOW_ISAKMP_SA, false } } },
	[PLAN_IKEV2] = { PLAN_GROUP_SA,
			 false,
			 2,
			 { { VT_CMD_SHOW_CRYPTO_IKEV2_SA, true }, { VT_CMD_SHOW_CRYPTO_IKEV2_SA, false } } },
	[PLAN_IPSEC] = { PLAN_GROUP_SA, true, 1, { { VT_CMD_SHOW_CRYPTO_IPSEC_SA, false } } },
	[PLAN_SESSIONS] = { PLAN_GROUP_SESSIONS,
			    true,
			    2,
			    { { VT_CMD_SHOW_VPN_SESSIONDB_L2L, true }, { VT_CMD_SHOW_VPN_SESSIONDB_L2L, false } } },
	[PLAN_SUMMARY] = { PLAN_GROUP_SESSIONS,
			   false,
			   2,
			   { { VT_CMD_SHOW_VPN_SESSIONDB_SUMMARY, false }, { VT_CMD_SHOW_VPN_SESSIONDB, false } } },
	[PLAN_ASP] = { PLAN_GROUP_SA, false, 1, { { VT_CMD_SHOW_ASP_DROP } } },
	[PLAN_HITS] = { PLAN_GROUP_SA, true, 1, { { VT_CMD_SHOW_ACCESS_LIST_NAME } } },
	[PLAN_VERSION] = { PLAN_GROUP_FACTS, false, 1, { { VT_CMD_SHOW_VERSION } } },
	[PLAN_FAILOVER] = { PLAN_GROUP_FACTS, false, 1, { { VT_CMD_SHOW_FAILOVER } } },
	[PLAN_CLOCK] = { PLAN_GROUP_FACTS, false, 2, { { VT_CMD_SHOW_CLOCK, true }, { VT_CMD_SHOW_CLOCK, false } } },
#define SECTION(query, command) [query] = { PLAN_GROUP_CONFIG, true, 1, { { command } } }
	SECTION(PLAN_CONFIG_CRYPTO, VT_CMD_SHOW_RUN_CRYPTO),
	SECTION(PLAN_CONFIG_TUNNEL_GROUPS, VT_CMD_SHOW_RUN_TUNNEL_GROUP),
	SECTION(PLAN_CONFIG_ACCESS_LISTS, VT_CMD_SHOW_RUN_ACCESS_LIST),
	SECTION(PLAN_CONFIG_OBJECTS, VT_CMD_SHOW_RUN_OBJECT),
	SECTION(PLAN_CONFIG_OBJECT_GROUPS, VT_CMD_SHOW_RUN_OBJECT_GROUP),
	SECTION(PLAN_CONFIG_NAMES, VT_CMD_SHOW_RUN_NAMES),
	SECTION(PLAN_CONFIG_INTERFACES, VT_CMD_SHOW_RUN_INTERFACE),
	SECTION(PLAN_CONFIG_GROUP_POLICIES, VT_CMD_SHOW_RUN_GROUP_POLICY),
	SECTION(PLAN_CONFIG_NAT, VT_CMD_SHOW_RUN_NAT),
	SECTION(PLAN_CONFIG_STATIC, VT_CMD_SHOW_RUN_STATIC),
	SECTION(PLAN_CONFIG_ROUTES, VT_CMD_SHOW_RUN_ROUTE),
	SECTION(PLAN_CONFIG_ACCESS_GROUPS, VT_CMD_SHOW_RUN_ACCESS_GROUP),
	SECTION(PLAN_CONFIG_SYSOPT, VT_CMD_SHOW_RUN_ALL_SYSOPT),
	SECTION(PLAN_CONFIG_FAILOVER, VT_CMD_SHOW_RUN_FAILOVER),
#undef SECTION
};

struct peer {
	struct vt_addr addr;
	uint64_t key, ike_state;
	int64_t asked_at_ms, seen_at_ms; /* asked: INT64_MIN for never */
	bool moved;
};

struct plan_memory {
	unsigned spelling[PLAN_QUERIES];
	int64_t refused_until_ms[PLAN_QUERIES];
	bool refused[PLAN_QUERIES];
	unsigned skips[PLAN_QUERIES];
	uint64_t full_ms, cpu_percent;
	int64_t full_again_at_ms, full_pause_ms;
	uint64_t peer_ms; /* a moving mean */
	struct peer *peers;
	size_t peers_len, peers_cap;
	struct vt_map peer_of; /* key to index + 1 */
};

struct plan_memory *plan_memory_new(void)
{
	struct plan_memory *memory = vt_must(calloc(1, sizeof *memory));
	plan_memory_forget(memory);
	return memory;
}

void plan_memory_free(struct plan_memory *memory)
{
	if (!memory)
		return;
	vt_map_clear(&memory->peer_of);
	free(memory->peers);
	free(memory);
}

void plan_memory_forget(struct plan_memory *memory)
{
	vt_map_clear(&memory->peer_of);
	free(memory->peers);
	*memory = (struct plan_memory){ .peer_ms = PEER_GUESS_MS, .cpu_percent = VT_ABSENT };
}

bool plan_memory_is_denied(const struct plan_memory *memory, enum plan_query query, int64_t now_ms)
{
	return memory->refused[query] && now_ms < memory->refused_until_ms[query];
}

static struct peer *peer_find(struct plan_memory *memory, uint64_t key)
{
	uintptr_t index = (uintptr_t)vt_map_get(&memory->peer_of, key);
	return index ? &memory->peers[index - 1] : NULL;
}

static uint64_t peer_key(const struct vt_addr *addr)
{
	struct vt_str bytes = { (const char *)addr->bytes, addr->family == 6 ? 16 : 4 };
	uint64_t key = vt_hash_end(vt_hash_add(VT_HASH_START, bytes));
	return key ? key : 1;
}

void plan_memory_peer(struct plan_memory *memory, const struct vt_addr *addr, uint64_t ike_state, int64_t now_ms)
{
	uint64_t key = peer_key(addr);
	struct peer *peer = peer_find(memory, key);
	if (!peer) {
		if (memory->peers_len == PEERS_MAX)
			return;
		if (memory->peers_len == memory->peers_cap) {
			memory->peers_cap = memory->peers_cap ? memory->peers_cap * 2 : 16;
			memory->peers = vt_must(realloc(memory->peers, memory->peers_cap * sizeof *memory->peers));
		}
		peer = &memory->peers[memory->peers_len++];
		*peer = (struct peer){ .addr = *addr, .key = key, .asked_at_ms = INT64_MIN, .moved = true };
		vt_map_put(&memory->peer_of, key, (void *)(uintptr_t)memory->peers_len);
	} else if (ike_state && peer->ike_state != ike_state) {
		peer->moved = true;
	}
	if (ike_state)
		peer->ike_state = ike_state;
	peer->seen_at_ms = now_ms;
}

/* Peers no listing has shown for a day are not asked about any more. */
static void forget_old_peers(struct plan_memory *memory, int64_t now_ms)
{
	for (size_t i = 0; i < memory->peers_len;) {
		struct peer *peer = &memory->peers[i], *last = &memory->peers[memory->peers_len - 1];
		if (now_ms - peer->seen_at_ms < PEER_FORGET_MS) {
			i++;
			continue;
		}
		vt_map_remove(&memory->peer_of, peer->key);
		if (peer != last) {
			*peer = *last;
			vt_map_put(&memory->peer_of, peer->key, (void *)(uintptr_t)(i + 1));
		}
		memory->peers_len--;
	}
}

void plan_begin(struct plan_run *run, struct plan_memory *memory, struct vt_arena *arena,
		const struct plan_wants *wants, int64_t now_ms)
{
	*run = (struct plan_run){ .memory = memory, .arena = arena, .wants = *wants, .now_ms = now_ms };
	for (size_t g = 0; g < PLAN_GROUPS; g++)
		run->wants.groups[g] = wants->burst ? g == PLAN_GROUP_SA : wants->groups[g];
}

static bool cpu_is_high(const struct plan_memory *memory)
{
	return memory->cpu_percent != VT_ABSENT && memory->cpu_percent > CPU_TOO_HIGH_PERCENT;
}

/* Before a heavy listing a device that may be suffering is asked how it feels. */
static bool cpu_is_worth_asking(const struct plan_run *run)
{
	const struct plan_memory *memory = run->memory;
	bool heavy = run->wants.groups[PLAN_GROUP_SA] || run->wants.groups[PLAN_GROUP_SESSIONS];
	bool doubt = memory->full_ms > FULL_CHEAP_MS ||
		     (memory->cpu_percent != VT_ABSENT && memory->cpu_percent > CPU_CALM_PERCENT);
	return run->wants.groups[PLAN_GROUP_FACTS] || (heavy && doubt);
}

static bool is_wanted(const struct plan_run *run, enum plan_query query)
{
	const struct plan_memory *memory = run->memory;
	if (plan_memory_is_denied(memory, query, run->now_ms))
		return false;
	if (run->wants.burst)
		return query == PLAN_IKEV1 || (query == PLAN_IKEV2 && !run->ikev2_seen);
	if (query == PLAN_CPU)
		return cpu_is_worth_asking(run);
	if (!run->wants.groups[queries[query].group])
		return false;
	if (query == PLAN_IKEV2)
		return !run->ikev2_seen;
	if (query == PLAN_ASP)
		return run->wants.demand;
	if (query == PLAN_HITS && run->acls_at == run->wants.acls_len)
		return false;
	/* The IPsec listing has its own way of being polite, by peer. */
	return query == PLAN_IPSEC || !queries[query].heavy || !cpu_is_high(memory) ||
	       memory->skips[query] >= HEAVY_SKIPS;
}

static int peer_before(const struct peer *a, const struct peer *b)
{
	if (a->moved != b->moved)
		return a->moved ? -1 : 1;
	return (a->asked_at_ms > b->asked_at_ms) - (a->asked_at_ms < b->asked_at_ms);
}

static int by_need(const void *a, const void *b, void *peers)
{
	const struct peer *all = peers;
	return peer_before(&all[*(const size_t *)a], &all[*(const size_t *)b]);
}

static void order_peers(struct plan_run *run)
{
	struct plan_memory *memory = run->memory;
	forget_old_peers(memory, run->now_ms);
	run->peers_budget_ms = cpu_is_high(memory) ? PEERS_BUDGET_HIGH_CPU_MS : PEERS_BUDGET_MS;
	run->order_len = memory->peers_len;
	run->order = VT_NEW_ARRAY(run->arena, size_t, memory->peers_len);
	for (size_t i = 0; i < memory->peers_len; i++)
		run->order[i] = i;
	qsort_r(run->order, run->order_len, sizeof *run->order, by_need, memory->peers);
}

static const struct peer *next_peer(struct plan_run *run)
{
	const struct plan_memory *memory = run->memory;
	if (run->order_at == run->order_len || run->peers_budget_ms < (int64_t)memory->peer_ms)
		return NULL;
	return &memory->peers[run->order[run->order_at++]];
}

static void build(struct plan_step *step, enum vt_command_id id, const struct vt_command_args *args)
{
	struct vt_error error;
	/* The rows of our own tables are on the allow-list; a test walks them all. */
	if (vt_command_build(id, args, &step->command, &error) != VT_OK) {
		fprintf(stderr, "vpntriaged: a planned command is not on the allow-list: %s\n", error.text);
		abort();
	}
}

static bool ipsec_step(struct plan_run *run, struct plan_step *step)
{
	struct plan_memory *memory = run->memory;
	if (!run->by_peer) {
		if (!cpu_is_high(memory) && run->now_ms >= memory->full_again_at_ms) {
			build(step, VT_CMD_SHOW_CRYPTO_IPSEC_SA, NULL);
			return true;
		}
		run->by_peer = true;
		order_peers(run);
	}
	const struct peer *peer = next_peer(run);
	if (!peer)
		return false;
	step->peer = peer->addr;
	build(step, VT_CMD_SHOW_CRYPTO_IPSEC_SA_PEER, &(struct vt_command_args){ .address = peer->addr });
	return true;
}

bool plan_next(struct plan_run *run, struct plan_step *step)
{
	for (; run->at < PLAN_QUERIES; run->at++, run->tried = 0) {
		if (!is_wanted(run, run->at)) {
			if (run->wants.groups[queries[run->at].group] && queries[run->at].heavy)
				run->memory->skips[run->at]++;
			continue;
		}
		run->memory->skips[run->at] = 0;
		*step = (struct plan_step){ .query = run->at };
		if (run->at == PLAN_IPSEC) {
			if (ipsec_step(run, step))
				return true;
			continue;
		}
		if (run->at == PLAN_HITS) {
			build(step, VT_CMD_SHOW_ACCESS_LIST_NAME,
			      &(struct vt_command_args){ .acl = run->wants.acls[run->acls_at++] });
			return true;
		}
		struct spelling spelling = queries[run->at].spellings[run->memory->spelling[run->at]];
		/* The short form is enough to see a state, in the spellings that have both. */
		bool detail = spelling.detail && !run->wants.burst;
		build(step, spelling.id, &(struct vt_command_args){ .detail = detail });
		return true;
	}
	return false;
}

static void refuse(struct plan_run *run, enum plan_query query)
{
	run->memory->refused[query] = true;
	run->memory->refused_until_ms[query] = run->now_ms + DAY_MS;
}

/* The device does not know the command: the next spelling, until all were tried. */
static bool respell(struct plan_run *run, enum plan_query query)
{
	run->memory->spelling[query] = (run->memory->spelling[query] + 1) % queries[query].spellings_len;
	if (++run->tried < queries[query].spellings_len)
		return true;
	refuse(run, query);
	return false;
}

static void answer_full_listing(struct plan_run *run, const struct plan_answer *answer)
{
	struct plan_memory *memory = run->memory;
	/* A listing that ran into a limit took too long, whatever the clock says. */
	bool gave_up = answer->status == VT_E_TIMEOUT || answer->status == VT_E_LIMIT;
	memory->full_ms = answer->elapsed_ms;
	if (!gave_up && answer->elapsed_ms <= FULL_TOO_LONG_MS) {
		memory->full_pause_ms = 0;
		return;
	}
	memory->full_pause_ms = memory->full_pause_ms ? memory->full_pause_ms * 2 : FULL_PAUSE_MS;
	if (memory->full_pause_ms > FULL_PAUSE_CAP_MS)
		memory->full_pause_ms = FULL_PAUSE_CAP_MS;
	memory->full_again_at_ms = run->now_ms + memory->full_pause_ms;
}

static void answer_peer(struct plan_run *run, const struct plan_step *step, const struct plan_answer *answer)
{
	struct plan_memory *memory = run->memory;
	run->peers_budget_ms -= (int64_t)answer->elapsed_ms;
	memory->peer_ms = (memory->peer_ms * 7 + answer->elapsed_ms) / 8;
	struct peer *peer = peer_find(memory, peer_key(&step->peer));
	if (peer) {
		peer->asked_at_ms = run->now_ms;
		peer->moved = false;
	}
}

bool plan_answer(struct plan_run *run, const struct plan_step *step, const struct plan_answer *answer)
{
	struct plan_memory *memory = run->memory;
	bool unknown = answer->status == VT_E_REJECTED && step->query != PLAN_HITS;
	if (unknown && respell(run, step->query))
		return true;
	if (answer->status == VT_E_DENIED)
		refuse(run, step->query);
	if (answer->status == VT_OK || answer->status == VT_E_TRUNCATED)
		memory->refused[step->query] = false;
	if (step->query == PLAN_IPSEC) {
		if (step->peer.family)
			answer_peer(run, step, answer);
		else
			answer_full_listing(run, answer);
		bool more_peers = run->by_peer && answer->status != VT_E_DENIED && answer->status != VT_E_REJECTED;
		if (more_peers)
			return true;
	}
	/* An ACL that is gone by now is no reason to leave the others. */
	if (step->query == PLAN_HITS && answer->status != VT_E_DENIED)
		return true;
	if (step->query == PLAN_CPU && answer->status == VT_OK)
		memory->cpu_percent = answer->cpu_percent;
	if (step->query == PLAN_IKEV1 && answer->status == VT_OK)
		run->ikev2_seen = answer->ikev2_seen;
	run->at++;
	run->tried = 0;
	return false;
}
