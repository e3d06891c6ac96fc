/* SPDX-License-Identifier: MIT
 * What we offer a firewall in the SSH handshake: see algorithms.h.
 *
 * A profile is everything the one before it has, and then its own older additions, so that the best common
 * algorithm wins whatever the profile. Within a profile the cheap ones come first: a key exchange is done
 * inside the loop, and all of them are good enough for the profile they are in.
 */
#include "config.h"

#include "daemon/algorithms.h"

#include <stdio.h>
#include <string.h>

#include <libssh/libssh.h>

#include "base/scan.h"

enum category { KEX, HOST_KEYS, CIPHERS, MACS, CATEGORIES };
enum { PROFILES = VT_ALGORITHMS_ANCIENT + 1, LIST_BYTES = 768 };

/* Full names only: this libssh refuses "+name", and silently drops names it does not have. */
static const char *const additions[CATEGORIES][PROFILES] = {
	[KEX] = { "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,"
		  "ecdh-sha2-nistp521,diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256",
		  "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1" },
	[HOST_KEYS] = { "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-256,rsa-sha2-"
			"512",
			"ssh-rsa", NULL },
	[CIPHERS] = { "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-"
		      "ctr,"
		      "aes256-ctr",
		      "aes128-cbc,aes192-cbc,aes256-cbc", "3des-cbc" },
	[MACS] = { "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512",
		   "hmac-sha1-etm@openssh.com,hmac-sha1", NULL },
};

static const struct {
	const char *words, *libssh_words; /* libssh's, as in its "no match for method …" */
	enum ssh_options_e options[2];
} categories[CATEGORIES] = {
	[KEX] = { "key exchange", "kex algos", { SSH_OPTIONS_KEY_EXCHANGE, SSH_OPTIONS_KEY_EXCHANGE } },
	[HOST_KEYS] = { "host key type",
			"server host key algo",
			{ SSH_OPTIONS_HOSTKEYS, SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES } },
	[CIPHERS] = { "cipher", "encryption", { SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C } },
	[MACS] = { "MAC", "mac algo", { SSH_OPTIONS_HMAC_C_S, SSH_OPTIONS_HMAC_S_C } },
};

static bool next_name(struct vt_str *list, struct vt_str *name)
{
	if (list->len == 0)
		return false;
	ptrdiff_t comma = vt_str_find_char(*list, ',');
	*name = comma < 0 ? *list : vt_str_first(*list, (size_t)comma);
	*list = vt_str_from(*list, comma < 0 ? list->len : (size_t)comma + 1);
	return true;
}

static bool has_name(struct vt_str list, struct vt_str wanted)
{
	for (struct vt_str name; next_name(&list, &name);)
		if (vt_str_eq(name, wanted))
			return true;
	return false;
}

static void append(char list[LIST_BYTES], struct vt_str name)
{
	size_t len = strlen(list);
	snprintf(list + len, LIST_BYTES - len, "%s" VT_FMT, len ? "," : "", VT_ARG(name));
}

/* The names of the profile that `keep` wants, appended. */
static void collect(char list[LIST_BYTES], enum category category, enum vt_algorithms profile,
		    bool (*keep)(struct vt_str name, const char *const *types), const char *const *types)
{
	for (size_t p = 0; p <= (size_t)profile; p++) {
		struct vt_str rest = vt_str_of(additions[category][p]);
		for (struct vt_str name; next_name(&rest, &name);)
			if (!keep || keep(name, types))
				append(list, name);
	}
}

/* Three signature algorithms share the key type "ssh-rsa". */
static bool is_of_type(struct vt_str name, const char *const *types)
{
	for (; types && *types; types++)
		if (vt_str_eq(name, vt_str_of(*types)) ||
		    (strcmp(*types, "ssh-rsa") == 0 && vt_str_starts(name, VT_STR("rsa-"))))
			return true;
	return false;
}

static bool is_not_of_type(struct vt_str name, const char *const *types)
{
	return !is_of_type(name, types);
}

enum vt_status algorithms_apply(ssh_session ssh, enum vt_algorithms profile, const char *const *pinned_types,
				struct vt_error *error)
{
	/* ASA 8.3 and older had keys that small. */
	int ancient_rsa_bits = 768;
	for (int c = 0; c < CATEGORIES; c++) {
		char list[LIST_BYTES] = "";
		collect(list, (enum category)c, profile, is_of_type, pinned_types);
		collect(list, (enum category)c, profile, is_not_of_type, pinned_types);
		for (size_t i = 0; i < 2; i++)
			if (ssh_options_set(ssh, categories[c].options[i], list) != SSH_OK)
				return vt_fail(error, VT_E_ALGORITHMS, "libssh %s has no %s of the profile '%s'",
					       ssh_version(0), categories[c].words, vt_algorithms_name(profile));
	}
	if (profile == VT_ALGORITHMS_ANCIENT)
		ssh_options_set(ssh, SSH_OPTIONS_RSA_MIN_SIZE, &ancient_rsa_bits);
	return VT_OK;
}

/* The first profile with a name out of the offer; PROFILES when there is none. */
static size_t profile_for(enum category category, struct vt_str offer)
{
	for (size_t p = 0; p < PROFILES; p++) {
		struct vt_str rest = vt_str_of(additions[category][p]);
		for (struct vt_str name; next_name(&rest, &name);)
			if (has_name(offer, name))
				return p;
	}
	return PROFILES;
}

static struct vt_str between(struct vt_str text, struct vt_str begin, struct vt_str end)
{
	ptrdiff_t at = vt_str_find(text, begin);
	if (at < 0)
		return VT_STR_NONE;
	text = vt_str_from(text, (size_t)at + begin.len);
	at = vt_str_find(text, end);
	return at < 0 ? text : vt_str_first(text, (size_t)at);
}

bool algorithms_explain(const char *libssh_error, enum vt_algorithms profile, const char *device,
			struct vt_error *error)
{
	struct vt_str text = vt_str_of(libssh_error);
	struct vt_str method = between(text, VT_STR("no match for method "), VT_STR(":"));
	struct vt_str offer = between(text, VT_STR("server ["), VT_STR("]"));
	for (int c = 0; method.p && c < CATEGORIES; c++) {
		if (!vt_str_starts(method, vt_str_of(categories[c].libssh_words)))
			continue;
		size_t fits = profile_for((enum category)c, offer);
		vt_fail(error, VT_E_ALGORITHMS,
			"%s: no common %s with the profile '%s'%s%s%s; the device offers " VT_FMT, device,
			categories[c].words, vt_algorithms_name(profile),
			fits < PROFILES ? ", algorithms: " : ", nor with any other",
			fits < PROFILES ? vt_algorithms_name((enum vt_algorithms)fits) : "",
			fits < PROFILES ? " would fit" : "", VT_ARG(offer));
		return true;
	}
	return false;
}
