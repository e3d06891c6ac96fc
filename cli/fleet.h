/* SPDX-License-Identifier: MIT
 * What the subcommands that show the fleet have in common.
 */
#ifndef CLI_FLEET_H
#define CLI_FLEET_H

#include <jansson.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/http.h"

/* "fra-fw1", "fra-fw1/customer1": of a device (name) or a tunnel (device). */
const char *fleet_place(struct vt_arena *arena, const json_t *thing);
/* Text of a key; NULL for null or another type. */
const char *fleet_text(const json_t *thing, const char *key);
/* "41m" from the time at `key` to `now`; NULL when there is none. */
const char *fleet_since(struct vt_arena *arena, const json_t *thing, const char *key, const json_t *now);
/* "4s" of a number of seconds; NULL for null. */
const char *fleet_seconds(struct vt_arena *arena, const json_t *seconds);
/* The table of tunnels, DEVICE PEER NAME STATUS SINCE WHY; at most `limit` rows of `items`. */
void fleet_print_tunnels(struct vt_arena *arena, const json_t *items, size_t limit, const json_t *now);
/* The tunnel of a device to a peer, which is an address or the tunnel's own name: CLI_OK and an object that the caller
 * releases, or an exit code after the reason was said. */
int fleet_find_tunnel(const struct cli_command *self, struct http *http, const char *device, const char *peer,
		      json_t **tunnel);
/* "388 up, 19 idle, 2 failing, 1 unknown, 2 flapping" of /api/v1/status. */
const char *fleet_counts(struct vt_arena *arena, const json_t *status);
/* "data 4 s old" */
const char *fleet_age(struct vt_arena *arena, const json_t *status);
/* On standard error, when what is shown may not be so any more. */
void fleet_warn(const struct cli_command *self, struct vt_arena *arena, const json_t *status);
/* Pretty JSON with "jsonversion" in front, on standard output; takes `object`. */
void fleet_print_json(json_t *object);

/* Version of what --json prints: it changes when a field goes or means something else. */
enum { FLEET_JSON_VERSION = 1 };

#endif
