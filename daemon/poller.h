/* SPDX-License-Identifier: MIT
 * The fleet: which devices there are, and how it does as a whole.
 *
 * What one device does is in device*.c, when it does it in sched.c. Here settings become devices, at the start and
 * at a reload: what is new begins, what is gone is left politely, what changed its login is left and begun
 * again, and all others do not notice.
 */
#ifndef DAEMON_POLLER_H
#define DAEMON_POLLER_H

#include "daemon/device.h"
#include "daemon/keyring.h"

#include <jansson.h>

struct poller;

struct poller_world {
	uv_loop_t *loop;
	struct writer *writer;
	struct hostkey_store *pins;
};

struct poller *poller_new(const struct poller_world *world);
/* After poller_stop() has answered. */
void poller_free(struct poller *poller);

/* `known` are the units of the database, read before the writer had it; used at the start alone. All secrets are
 * read first: with one that cannot be read (VT_E_SECRET_FILE) nothing has changed. */
enum vt_status poller_apply(struct poller *poller, const struct vt_settings *settings, struct keyring *keyring,
			    const struct vt_device_row *known, size_t known_len, struct vt_error *error);
/* Reads all secrets the settings name, and does nothing else: for --config-test. */
enum vt_status poller_test(const struct vt_settings *settings, struct keyring *keyring, struct vt_error *error);

/* Leaves every device; `stopped` comes when the last one is left, or after `patience_ms`, whatever hangs. */
void poller_stop(struct poller *poller, int64_t patience_ms, void (*stopped)(void *user), void *user);

/* A commit of this unit was lost on its way to the database. */
void poller_resend(struct poller *poller, uint64_t unit_id);
struct device *poller_device(struct poller *poller, const char *name);

struct poller_figures {
	size_t devices, units, tunnels, selectors;
	size_t by_state[VT_DEVICE_STATES];
	uint64_t rounds, failures;
	int64_t late_p50_ms, late_p99_ms; /* of the last rounds of the fleet; -1 before the first */
	struct session_figures sessions;
};
struct poller_figures poller_figures(const struct poller *poller);
/* One device as the control socket shows it; the caller owns it. */
json_t *poller_device_json(struct poller *poller, const struct device *device);
json_t *poller_devices_json(struct poller *poller);

#endif
