/* SPDX-License-Identifier: MIT
 * A diagnosis in progress. Private to lib/diagnose: diagnose.c runs the rules and puts on the caps, rules_*.c have
 * them, one file a layer.
 */
#ifndef VT_DIAGNOSE_RULES_H
#define VT_DIAGNOSE_RULES_H

#include "diagnose/log_signs.h"
#include "diagnose/report.h"

/* How an end stands now, as far as its listings tell. */
enum end_ike { END_UNKNOWN, END_NONE, END_UP, END_WAITING, END_NEGOTIATING };

struct end_view {
	const struct vt_side *side; /* NULL: not in view */
	const struct vt_sighting *last;
	enum end_ike ike;
	unsigned message;
	bool initiator, aggressive, certificates;
	size_t same;      /* sightings in this state */
	size_t pairs;     /* that are there now */
	bool pairs_known; /* a listing would have shown them */
	bool demand;
	const char *demand_says;
	/* Since the last completed phase. */
	bool nat_seen, nat_excluded;
	size_t drops; /* sessions that ended, in the log */
};

struct diagnosing {
	const struct vt_case *c;
	struct vt_report *r;
	struct vt_arena *arena;
	struct end_view ends[2];
	bool both;
	size_t looks; /* at what changes: more than one lifts a cap */
};

void suspect(struct diagnosing *d, const char *id, enum vt_confidence confidence, enum vt_basis basis, unsigned at,
	     const char *because, ...) __attribute__((format(printf, 6, 7)));
void exclude(struct diagnosing *d, const char *because, const char *const *ids, size_t n);
#define EXCLUDE(d, because, ...)                                                                                       \
	exclude(d, because, (const char *const[]){ __VA_ARGS__ },                                                      \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))
void show(struct diagnosing *d, const struct vt_quote *quote, const char *says, ...)
	__attribute__((format(printf, 3, 4)));
void note(struct diagnosing *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void summarise(struct diagnosing *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool is_suspect(const struct diagnosing *d, const char *id);
/* Its name in sentences. */
const char *end_name(const struct diagnosing *d, unsigned end);

void rules_device(struct diagnosing *d);
void rules_log(struct diagnosing *d);
void rules_config(struct diagnosing *d);
void rules_phase1(struct diagnosing *d);
void rules_phase2(struct diagnosing *d);
void rules_traffic(struct diagnosing *d);
void rules_flapping(struct diagnosing *d);

#endif
