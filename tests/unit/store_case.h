/* SPDX-License-Identifier: MIT
 * A database in a folder of its own, and a small fleet to put into it.
 */
#ifndef TESTS_UNIT_STORE_CASE_H
#define TESTS_UNIT_STORE_CASE_H

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/tap.h"

#include "store/store.h"

#define STORE_OK(call)                                                                                                 \
	do {                                                                                                           \
		struct vt_error error_ = { 0 };                                                                        \
		struct vt_error *e = &error_;                                                                          \
		enum vt_status status_ = (call);                                                                       \
		(void)e;                                                                                               \
		if (status_ != VT_OK)                                                                                  \
			fail_msg("%s: %s: %s", #call, vt_status_name(status_), error_.text);                           \
	} while (0)

struct store_case {
	char folder[64], path[96];
	struct vt_store *store; /* the writer */
	struct vt_arena *arena;
};

static inline struct store_case store_case_begin(void)
{
	struct store_case c = { 0 };
	const char *tmp = getenv("TMPDIR");
	snprintf(c.folder, sizeof c.folder, "%.32s/vt-store-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(c.folder));
	snprintf(c.path, sizeof c.path, "%s/fleet.db", c.folder);
	STORE_OK(vt_store_open_writer(c.path, &c.store, e));
	c.arena = vt_arena_new();
	return c;
}

static inline void store_case_reopen(struct store_case *c)
{
	vt_store_close(c->store);
	c->store = NULL;
	STORE_OK(vt_store_open_writer(c->path, &c->store, e));
}

static inline void store_case_end(struct store_case *c)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
	vt_store_close(c->store);
	vt_arena_free(c->arena);
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", c->path, suffixes[i]);
		unlink(path);
	}
	rmdir(c->folder);
}

enum { AT0 = 1700000000 };
/* A moment, so many seconds after the fleet was first looked at. */
static inline int64_t at_s(int64_t seconds)
{
	return (AT0 + seconds) * INT64_C(1000);
}

static inline struct vt_device_row a_device(const char *name, int64_t at_ms)
{
	return (struct vt_device_row){
		.id = vt_device_id(vt_str_of(name), VT_STR_NONE),
		.name = vt_str_of(name),
		.state = VT_DEVICE_OK,
		.last_poll_at_ms = at_ms,
		.clock_skew_ms = INT64_MIN,
		.cpu_percent = VT_ABSENT,
		.capacity_tunnels = VT_ABSENT,
	};
}

static inline struct vt_tunnel_row a_tunnel(const struct vt_device_row *device, const char *peer, int64_t at_ms)
{
	return (struct vt_tunnel_row){
		.id = vt_tunnel_id(device->id, vt_str_of(peer)),
		.device_id = device->id,
		.device = device->name,
		.context = device->context,
		.peer = vt_str_of(peer),
		.status = VT_TUNNEL_UP,
		.status_since_ms = at_ms,
		.ike_version = 2,
		.session_index = VT_ABSENT,
		.first_seen_ms = at_ms,
		.last_seen_ms = at_ms,
	};
}

static inline struct vt_selector_row a_selector(const struct vt_tunnel_row *tunnel, const char *remote, int64_t at_ms)
{
	return (struct vt_selector_row){
		.id = vt_selector_id(tunnel->id, VT_STR("10.0.0.0/8"), vt_str_of(remote)),
		.tunnel_id = tunnel->id,
		.device_id = tunnel->device_id,
		.local = VT_STR("10.0.0.0/8"),
		.remote = vt_str_of(remote),
		.status_since_ms = at_ms,
		.spi_in = 1,
		.spi_out = 2,
		.sequence = 10,
		.path_mtu = VT_ABSENT,
	};
}

#endif
