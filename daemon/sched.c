/* SPDX-License-Identifier: MIT
 * When: a binary heap of deadlines whose entries know their place.
 */
#include "config.h"

#include "daemon/sched.h"

#include "base/memory.h"

#include <stdlib.h>

struct sched {
	struct sched_entry **heap; /* heap[1] is the earliest; heap[0] is not used */
	size_t len, cap;
};

struct sched *sched_new(void)
{
	struct sched *sched = vt_must(malloc(sizeof *sched));
	*sched = (struct sched){ .cap = 64 };
	sched->heap = vt_must(malloc(sched->cap * sizeof(struct sched_entry *)));
	return sched;
}

void sched_free(struct sched *sched)
{
	if (!sched)
		return;
	for (size_t i = 1; i <= sched->len; i++)
		sched->heap[i]->place = 0;
	free(sched->heap);
	free(sched);
}

static void put(struct sched *sched, size_t place, struct sched_entry *entry)
{
	sched->heap[place] = entry;
	entry->place = place;
}

static void rise(struct sched *sched, struct sched_entry *entry, size_t place)
{
	for (; place > 1 && sched->heap[place / 2]->due_ms > entry->due_ms; place /= 2)
		put(sched, place, sched->heap[place / 2]);
	put(sched, place, entry);
}

static void sink(struct sched *sched, struct sched_entry *entry, size_t place)
{
	for (size_t child; (child = place * 2) <= sched->len; place = child) {
		if (child < sched->len && sched->heap[child + 1]->due_ms < sched->heap[child]->due_ms)
			child++;
		if (sched->heap[child]->due_ms >= entry->due_ms)
			break;
		put(sched, place, sched->heap[child]);
	}
	put(sched, place, entry);
}

static void settle(struct sched *sched, struct sched_entry *entry, size_t place)
{
	if (place > 1 && sched->heap[place / 2]->due_ms > entry->due_ms)
		rise(sched, entry, place);
	else
		sink(sched, entry, place);
}

void sched_set(struct sched *sched, struct sched_entry *entry, int64_t due_ms)
{
	entry->due_ms = due_ms;
	if (entry->place) {
		settle(sched, entry, entry->place);
		return;
	}
	if (sched->len + 1 == sched->cap) {
		sched->cap *= 2;
		sched->heap = vt_must(realloc(sched->heap, sched->cap * sizeof(struct sched_entry *)));
	}
	rise(sched, entry, ++sched->len);
}

void sched_clear(struct sched *sched, struct sched_entry *entry)
{
	size_t place = entry->place;
	if (!place)
		return;
	entry->place = 0;
	struct sched_entry *last = sched->heap[sched->len--];
	if (last != entry)
		settle(sched, last, place);
}

int64_t sched_next(const struct sched *sched)
{
	return sched->len ? sched->heap[1]->due_ms : SCHED_NEVER;
}

size_t sched_len(const struct sched *sched)
{
	return sched->len;
}

size_t sched_run(struct sched *sched, int64_t now_ms)
{
	/* A callback that sets itself to a past time must not keep the loop from its sockets, hence the bound. */
	size_t ran = 0;
	for (size_t most = sched->len; ran < most && sched_next(sched) <= now_ms; ran++) {
		struct sched_entry *entry = sched->heap[1];
		sched_clear(sched, entry);
		entry->fn(entry, now_ms, entry->user);
	}
	return ran;
}

int64_t sched_slot(int64_t after_wall_ms, int64_t period_ms, uint32_t phase)
{
	int64_t offset = (int64_t)(((uint64_t)period_ms * phase) >> 32);
	int64_t slots = (after_wall_ms - offset) / period_ms;
	if (after_wall_ms < offset)
		slots--; /* division rounds towards zero */
	int64_t slot = slots * period_ms + offset;
	while (slot <= after_wall_ms)
		slot += period_ms;
	return slot;
}

struct ranked {
	uint64_t key;
	size_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

void sched_spread(const uint64_t *ids, size_t len, uint32_t *phases)
{
	if (len == 0)
		return;
	struct ranked *ranked = vt_must(malloc(len * sizeof *ranked));
	for (size_t i = 0; i < len; i++)
		ranked[i] = (struct ranked){ ids[i], i };
	qsort(ranked, len, sizeof *ranked, by_key);
	for (size_t rank = 0; rank < len; rank++)
		phases[ranked[rank].index] = (uint32_t)(((uint64_t)rank << 32) / len);
	free(ranked);
}

int64_t sched_backoff(unsigned failures, int64_t base_ms, int64_t cap_ms, uint64_t draw)
{
	int64_t wait_ms = base_ms;
	for (unsigned i = 1; i < failures && wait_ms < cap_ms; i++)
		wait_ms *= 2;
	if (wait_ms > cap_ms)
		wait_ms = cap_ms;
	return wait_ms + (int64_t)(draw % (uint64_t)(wait_ms / 5 + 1));
}
