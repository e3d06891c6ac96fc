/* SPDX-License-Identifier: MIT
 * Bursts: the IKE SAs alone, every few seconds, while one of them is on its way.
 *
 * A negotiation passes its states within seconds, and the one it stops in is the diagnosis; a round a minute sees one
 * of them at random. A burst begins with a regular round that found something negotiating, asks nothing but the
 * listings of IKE SAs, and ends after its samples. A peer that never answers would keep a device in bursts for ever:
 * each burst that finds the same doubles the pause before the next, up to a cap.
 */
#include "config.h"

#include "daemon/device_parts.h"

/* One attempt lives 24 to 32 s: a sample every 4 s for 40 s sees its states in order (diagnosis.md §A). */
#define BURST_EVERY_MS 4000
#define BURST_SAMPLES 10
/* A tunnel that fails for ever does not make a burst of every round. */
#define BURST_PAUSE_MS (2 * 60 * INT64_C(1000))
#define BURST_PAUSE_CAP_MS (30 * 60 * INT64_C(1000))
/* Where listing the IKE SAs takes longer, looking every 4 s is not polite. */
#define BURST_CHEAP_MS 1500

void burst_plan(struct device *device)
{
	int64_t now = mono_ms(device);
	bool negotiating = false, cheap = true;
	for (size_t i = 0; i < device->units_len; i++) {
		negotiating |= device->units[i]->negotiating;
		cheap &= device->units[i]->ike_ms <= BURST_CHEAP_MS;
	}
	if (!negotiating && !device->round.burst)
		device->burst_pause_ms = 0;
	if (device->round.burst && device->burst_left)
		device->burst_left--;
	else if (!device->round.burst && !device->burst_left && negotiating && cheap && now >= device->burst_again_ms) {
		device->burst_left = BURST_SAMPLES;
		device->figures.bursts++;
		device->burst_again_ms = now + BURST_SAMPLES * BURST_EVERY_MS + device->burst_pause_ms;
		device->burst_pause_ms = device->burst_pause_ms ? device->burst_pause_ms * 2 : BURST_PAUSE_MS;
		if (device->burst_pause_ms > BURST_PAUSE_CAP_MS)
			device->burst_pause_ms = BURST_PAUSE_CAP_MS;
	}
	if (device->burst_left && !sched_is_set(&device->burst_due))
		sched_set(device->world->sched, &device->burst_due, now + BURST_EVERY_MS);
}

void burst_on_due(struct sched_entry *entry, int64_t now, void *user)
{
	(void)entry;
	struct device *device = user;
	if (device->doing == STOPPING || !device->burst_left)
		return;
	if (device->doing != RESTING) {
		/* The round that is running takes a sample of its own. */
		device->burst_left--;
		sched_set(device->world->sched, &device->burst_due, now + BURST_EVERY_MS);
		return;
	}
	device->round = (struct round){ .began_ms = now, .burst = true };
	round_open(device);
}
