/* SPDX-License-Identifier: MIT
 * What every step of a reduction writes: events and samples.
 */
#include "model/reduction.h"

void reduction_event(struct reduction *r, enum vt_event_kind kind, int64_t at_ms, const struct tunnel *tunnel,
		     const struct selector *selector, struct vt_str from, struct vt_str to, const char *detail, ...)
{
	struct vt_event_row *event = VT_PUSH(r->arena, r->events, r->events_len, r->events_cap);
	va_list args;
	va_start(args, detail);
	*event = (struct vt_event_row){
		.at_ms = at_ms,
		.kind = kind,
		.device_id = r->unit->row.id,
		.tunnel_id = tunnel ? tunnel->row.id : 0,
		.selector_id = selector ? selector->row.id : 0,
		.from = vt_arena_str(r->arena, from),
		.to = vt_arena_str(r->arena, to),
		.detail = vt_str_of(vt_arena_vprintf(r->arena, detail, args)),
	};
	va_end(args);
}

struct vt_sample *reduction_sample(struct reduction *r, uint64_t selector_id)
{
	uintptr_t place = (uintptr_t)vt_map_get(&r->sample_by_id, selector_id);
	if (place)
		return &r->samples[place - 1];
	struct vt_sample *sample = VT_PUSH(r->arena, r->samples, r->samples_len, r->samples_cap);
	*sample = (struct vt_sample){
		.selector_id = selector_id,
		.delta = { VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT, VT_ABSENT },
	};
	vt_map_put(&r->sample_by_id, selector_id, (void *)(uintptr_t)r->samples_len);
	return sample;
}
