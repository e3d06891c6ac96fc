/* SPDX-License-Identifier: MIT
 * What the files of the model share; for them alone (model.h is for everybody else).
 *
 *     model.c         time: the heap of links, faults, what comes next
 *     model_moment.c  one moment of one link: which of its timers is due, and who asks for an SA
 *     model_phase1.c  attempts: negotiations played step by step
 *     model_sa.c      the SAs of a selector: made, renewed, refused, torn down
 *     model_flow.c    what the network carries, what has flowed, and the log
 */
#ifndef ASASIM_MODEL_PARTS_H
#define ASASIM_MODEL_PARTS_H

#include "model.h"

#define NEVER INT64_MAX
#define MINUTE_MS INT64_C(60000)
/* A negotiation that fails at once is not repeated for every packet of a busy flow. */
#define HOLD_MS 10000

struct model {
	struct world *world;
	int64_t now_ms;
	struct link **heap;
	size_t n_heap;
};

static inline int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void model_heap_fix(struct model *m, struct link *link);

/* Does the network, and the routing of the sender, carry this kind of packet away from end `d`? */
bool link_carries(const struct link *link, unsigned d, enum path_kind kind);
uint64_t link_draw(struct model *m, struct link *link);
/* A number never zero, for SPIs. */
uint32_t link_draw_spi(struct model *m, struct link *link);
bool gateway_speaks(const struct gateway *gw, unsigned ike);
bool link_carries_ike(const struct link *link, unsigned d);
struct log_entry *link_say(struct link *link, unsigned e, enum log_code code, int64_t at_ms);
void link_say_sel(struct link *link, unsigned e, enum log_code code, int64_t at_ms, size_t sel);
bool flow_arrives(const struct link *link, const struct selector *sel, unsigned d);
/* Packets of end `d`'s networks get as far as its encryptor. */
bool flow_reaches_map(const struct end_cfg *cfg);
/* Books what has flowed since the selector was last settled. Called before anything about it changes. */
void flow_settle(struct link *link, struct selector *sel, int64_t at_ms);
void flow_settle_all(struct link *link, int64_t at_ms);
/* Halves of the profile that the hosts behind end `d` really send. */
unsigned flow_share(const struct link *link, const struct selector *sel, unsigned d);

void child_down(struct link *link, unsigned e, size_t s, int64_t at_ms);
void child_rekey(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms);
size_t children_up(const struct link *link, unsigned e);
uint64_t child_early(struct model *m, struct link *link, int64_t life_ms);
/* This end gives its IKE SA and everything under it up, and says nothing to the peer. */
void session_forget(struct link *link, unsigned e, int64_t at_ms, enum down_reason why);
/* ... and tells the peer, who follows when the notify gets through. */
void session_delete(struct link *link, unsigned e, int64_t at_ms, enum down_reason why);
void quick_start(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms);

bool attempt_done(const struct attempt *a);
void attempt_end(struct attempt *a);
void attempt_play(struct model *m, struct link *link, unsigned i, int64_t at_ms);
void attempt_start(struct model *m, struct link *link, unsigned i, int64_t at_ms);
void attempt_rekey(struct model *m, struct link *link, unsigned i, int64_t at_ms);

void link_moment(struct model *m, struct link *link, int64_t at_ms);
void link_next(struct model *m, struct link *link, int64_t at_ms, bool all);
void packet_wants_sa(struct model *m, struct link *link, unsigned d, size_t s, int64_t at_ms);
/* Phase 1 was made for a packet: its selector, the first one wanted, follows at once. */
void quick_wanted(struct model *m, struct link *link, unsigned i, int64_t at_ms);

#endif
