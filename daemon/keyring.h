/* SPDX-License-Identifier: MIT
 * The secrets of one reading of the configuration: each file read once, however many devices name it.
 *
 * A file or credential is read again with each reload. An environment variable cannot be: it was wiped when it
 * was first read, so its secret is kept for as long as the daemon runs.
 */
#ifndef DAEMON_KEYRING_H
#define DAEMON_KEYRING_H

#include "daemon/device.h"

struct keyring;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *keyring);
/* Files and credentials are read again from now on. */
void keyring_refresh(struct keyring *keyring);
/* All a login needs; borrowed from the keyring (device_new() takes references). VT_E_SECRET_FILE names the device. */
enum vt_status keyring_login(struct keyring *keyring, const struct vt_device_settings *device,
			     struct device_secrets *secrets, struct vt_error *error);

#endif
