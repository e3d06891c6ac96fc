/* SPDX-License-Identifier: MIT
 * What we offer a firewall in the SSH handshake: three profiles, each a full list.
 *
 *   modern   SHA-2, ECDH or group 14 and up, CTR/GCM/ChaCha20; ASA 9.12 and later
 *   legacy   modern, then SHA-1 signatures and MACs, group14-sha1, group-exchange-sha1, CBC; ASA 8.4 to 9.x
 *   ancient  legacy, then group1-sha1 and 3DES; ASA 8.3 and older
 *
 * A profile is chosen per device by a person, never widened by us: a device that suddenly offers less is
 * reported with its own offer verbatim. Groups 16 and 18 are left out, the step would hold the loop.
 * Source: ../shared/knowledge/asa-cli.md §2, limits.md (libssh 0.10.6, item 11).
 */
#ifndef DAEMON_ALGORITHMS_H
#define DAEMON_ALGORITHMS_H

#include "base/status.h"
#include "settings/settings.h"

#include <stdbool.h>

struct ssh_session_struct;

/* Sets the lists on a session that has not connected. `pinned_types` (NULL-terminated, may be NULL) are the
 * host key types we know this device by: they are asked for first, so that a device with several keys shows
 * the one we can check. VT_E_ALGORITHMS when this libssh lacks a whole category of a profile. */
enum vt_status algorithms_apply(struct ssh_session_struct *ssh, enum vt_algorithms profile,
				const char *const *pinned_types, struct vt_error *error);

/* Whether libssh's error text says that nothing matched, and then our sentence with the device's own offer in it. */
bool algorithms_explain(const char *libssh_error, enum vt_algorithms profile, const char *device,
			struct vt_error *error);

#endif
