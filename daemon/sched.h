/* SPDX-License-Identifier: MIT
 * When: a heap of deadlines, and the arithmetic of cadences and back-off.
 *
 * Nothing here knows what a deadline is for. Time is handed in: `now_ms` is monotonic, `wall_ms` is wall time,
 * and a test gives either in virtual hours. A heap rather than a sorted list, because a thousand devices move
 * their deadlines at every poll: O(log n) each, and an entry knows its own place, so that it can be moved or
 * taken out without a search. A timer wheel would save the logarithm of ten and cost the story.
 *
 * Cadences are anchored in wall time: the n-th device of a fleet polls at the same second of the minute before
 * and after a restart, and the fleet's load is as even over the period as its number allows.
 */
#ifndef DAEMON_SCHED_H
#define DAEMON_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHED_NEVER INT64_MAX

struct sched;
struct sched_entry;
/* Called with its entry already out of the heap; it may set this and any other entry, or free them. */
typedef void sched_fn(struct sched_entry *entry, int64_t now_ms, void *user);

/* Lives in its owner, zero-initialised but for `fn` and `user`; to be cleared before the owner goes. */
struct sched_entry {
	sched_fn *fn;
	void *user;
	int64_t due_ms;
	size_t place; /* in the heap, from 1; 0: not set */
};

struct sched *sched_new(void);
/* Entries still set are forgotten. */
void sched_free(struct sched *sched);

/* Sets or moves a deadline. */
void sched_set(struct sched *sched, struct sched_entry *entry, int64_t due_ms);
void sched_clear(struct sched *sched, struct sched_entry *entry);
static inline bool sched_is_set(const struct sched_entry *entry)
{
	return entry->place != 0;
}
/* The earliest deadline, or SCHED_NEVER. */
int64_t sched_next(const struct sched *sched);
size_t sched_len(const struct sched *sched);
/* Calls what is due, earliest first, and answers how many; entries set during the run to a time that has come wait for
 * the next. */
size_t sched_run(struct sched *sched, int64_t now_ms);

/* The next wall time strictly after `after_wall_ms` that falls on this cadence: period × (n + phase / 2^32). */
int64_t sched_slot(int64_t after_wall_ms, int64_t period_ms, uint32_t phase);

/* Phases for a fleet: rank of each id over the number of ids, so that neighbours in time are as far apart as
 * they can be. A device that comes or goes moves the others by less than one such distance. */
void sched_spread(const uint64_t *ids, size_t len, uint32_t *phases);

/* A wait that doubles from `base_ms` with each failure after the first up to `cap_ms`, then made up to a fifth
 * longer by `draw` (any random number): a fleet that failed together does not come back together. */
int64_t sched_backoff(unsigned failures, int64_t base_ms, int64_t cap_ms, uint64_t draw);

#endif
