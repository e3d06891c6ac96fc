/* SPDX-License-Identifier: MIT
 * From pastes to boxes. Private to lib/diagnose: gather.c makes the boxes, facts.c asks them about tunnels.
 */
#ifndef VT_DIAGNOSE_GATHER_H
#define VT_DIAGNOSE_GATHER_H

#include "diagnose/facts.h"

/* Fills boxes and listings of the case. */
void gather_boxes(struct vt_case *c, const struct vt_paste *pastes, size_t n, struct vt_arena *arena);
/* Whether a listing would have shown this peer if the device had it: neither filtered nor cut nor of another peer. */
bool gather_covers(const struct vt_listing *listing, const struct vt_addr *peer);
/* The addresses that stand in a text, at most `n`; answers how many. */
size_t gather_addresses(struct vt_str text, struct vt_addr *addresses, size_t n);

#endif
