/* SPDX-License-Identifier: MIT
 * The pins: which host keys we know the fleet by.
 *
 * One known_hosts file in OpenSSH's plain format, read once (a search per connection in a hashed file costs
 * more than the poll). A device is known by the set of all keys pinned to any of its addresses, because the
 * units of a failover pair trade addresses. `strict` accepts only what is in that set; `accept-new` also
 * remembers the key of an address that has no pin yet. A key that differs from the pins is refused in both.
 * Patterns (`*`, `?`, `!`), several hosts a line, `[host]:port` and @revoked are understood; @cert-authority,
 * hashed names and key types we could never be shown are counted and left alone. Owned by the loop's thread.
 */
#ifndef DAEMON_HOSTKEY_H
#define DAEMON_HOSTKEY_H

#include "base/status.h"
#include "settings/settings.h"

#include <stdbool.h>
#include <stdint.h>

struct hostkey_store;

/* Who is being talked to. */
struct hostkey_peer {
	const char *device;           /* for the sentence */
	const char *const *addresses; /* all configured addresses and names of the device */
	size_t n_addresses;
	const char *address; /* the one connected to, as configured */
	uint16_t port;
};

/* What the device showed. */
struct hostkey {
	const char *type;   /* "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519" */
	const char *base64; /* the public key blob as known_hosts has it */
};

enum hostkey_outcome { HOSTKEY_KNOWN, HOSTKEY_ADDED };

/* A file that is not there yet is an empty store. VT_E_CONFIG names the line that is no known_hosts line. */
enum vt_status hostkey_store_open(const char *path, struct hostkey_store **store, struct vt_error *error);
void hostkey_store_free(struct hostkey_store *store);
/* Reads the file anew; on failure the pins in force stay. */
enum vt_status hostkey_store_reload(struct hostkey_store *store, struct vt_error *error);
/* Pins in force, and lines that were left alone. */
size_t hostkey_store_count(const struct hostkey_store *store, size_t *left_alone);

/* VT_OK and the outcome, or VT_E_HOSTKEY with both fingerprints in the sentence and what to do. A key that
 * cannot be written down is not accepted either (VT_E_SYSTEM): a pin that is lost at a restart is no pin. */
enum vt_status hostkey_check(struct hostkey_store *store, enum vt_host_keys policy, const struct hostkey_peer *peer,
			     const struct hostkey *key, enum hostkey_outcome *outcome, struct vt_error *error);

/* Key types pinned for the device: at most `max`, each once, NULL behind the last (room for max + 1); borrowed
 * from the store. */
size_t hostkey_types(const struct hostkey_store *store, const struct hostkey_peer *peer, const char **types,
		     size_t max);

/* "SHA256:…", as ssh-keygen -l prints it; false when the key is none. */
#define HOSTKEY_FINGERPRINT 64
bool hostkey_fingerprint(const struct hostkey *key, char text[HOSTKEY_FINGERPRINT]);

#endif
