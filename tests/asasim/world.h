/* SPDX-License-Identifier: MIT
 * Reads a world file (YAML; README.md has its grammar) into the structures of model.h.
 */
#ifndef ASASIM_WORLD_H
#define ASASIM_WORLD_H

#include "model.h"

#include <jansson.h>

struct world_options {
	bool seed_given;
	uint64_t seed;
	int64_t start_ms; /* used when the file names no start, or when start_given */
	bool start_given;
	unsigned devices; /* overrides generate.devices when not 0 */
};

/* NULL with "file:line: sentence" in `why` when the file cannot be used. The world owns its arena. */
struct world *world_read(const char *file, const struct world_options *options, char *why, size_t room);
void world_free(struct world *world);

struct device *world_device(const struct world *world, const char *name);
struct gateway *world_gateway(const struct world *world, const char *name);
/* Who owns this outside address; NULL for nobody. */
struct gateway *world_gateway_at(const struct world *world, const struct vt_addr *addr);
struct link *world_link(const struct world *world, const char *name);

/* A fault from words: kind ("psk", "udp500", "esp", "loss", ...), the tunnel or device, end, direction, value. Times in
 * ms since the epoch; until 0: for ever. NULL with a sentence in `why`. */
struct fault_words {
	const char *fault, *tunnel, *device, *end, *direction, *key, *value;
	int64_t at_ms, until_ms;
	double percent;
};
struct fault *world_fault(struct world *world, const struct fault_words *words, char *why, size_t room);

/* Changes one switch of a device ("slow_bytes_s", "200"); false with a sentence. */
bool quirk_set(struct vt_arena *arena, struct quirks *quirks, const char *key, const char *value, char *why,
	       size_t room);

#endif
