/* SPDX-License-Identifier: MIT
 * The pins: see hostkey.h.
 */
#include "config.h"

#include "daemon/hostkey.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "base/arena.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/scan.h"
#include "common/read_file.h"

/* A fleet of 100,000 devices with two keys each. */
#define FILE_BYTES (128u << 20)
/* "[name]:port" */
#define HOST_TEXT 300

struct pin {
	struct vt_str patterns; /* separated by commas */
	struct hostkey key;
	bool revoked;
};

struct pins {
	struct vt_arena *arena;
	struct pin *pin;
	size_t len, cap, left_alone;
};

struct hostkey_store {
	char *path;
	struct pins pins;
};

/* ---- keys ---- */

bool hostkey_fingerprint(const struct hostkey *key, char text[HOSTKEY_FINGERPRINT])
{
	ssh_key public = NULL;
	unsigned char *hash = NULL;
	size_t hash_len;
	char *printed = NULL;
	bool done = false;
	if (ssh_pki_import_pubkey_base64(key->base64, ssh_key_type_from_name(key->type), &public) == SSH_OK &&
	    ssh_get_publickey_hash(public, SSH_PUBLICKEY_HASH_SHA256, &hash, &hash_len) == 0)
		printed = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, hash_len);
	if (printed)
		done = snprintf(text, HOSTKEY_FINGERPRINT, "%s", printed) < HOSTKEY_FINGERPRINT;
	ssh_string_free_char(printed);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(public);
	return done;
}

static bool is_known_type(struct vt_str type)
{
	static const char *const types[] = { "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
					     "ecdsa-sha2-nistp521" };
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (vt_str_eq(type, vt_str_of(types[i])))
			return true;
	return false;
}

static bool same_key(const struct hostkey *a, const struct hostkey *b)
{
	return strcmp(a->type, b->type) == 0 && strcmp(a->base64, b->base64) == 0;
}

/* ---- reading ---- */

/*	[@marker] patterns type base64 [comment] */
static enum vt_status read_line(struct pins *pins, const char *path, unsigned number, struct vt_str line,
				struct vt_error *error)
{
	struct vt_str c = line, patterns, type, base64, marker = VT_STR_NONE;
	vt_skip_blanks(&c);
	if (c.len == 0 || *c.p == '#')
		return VT_OK;
	if (*c.p == '@') {
		vt_scan_word(&c, &marker);
		vt_skip_blanks(&c);
	}
	bool fields = vt_scan_word(&c, &patterns);
	vt_skip_blanks(&c);
	fields = fields && vt_scan_word(&c, &type);
	vt_skip_blanks(&c);
	fields = fields && vt_scan_word(&c, &base64);
	if (!fields) {
		enum vt_status status = vt_fail(error, VT_E_CONFIG,
						"%s:%u: not a known_hosts line (hosts, key type, key)", path, number);
		if (error)
			error->line = number;
		return status;
	}
	bool revoked = vt_str_eq(marker, VT_STR("@revoked"));
	if ((marker.p && !revoked) || *patterns.p == '|' || !is_known_type(type)) {
		pins->left_alone++;
		return VT_OK;
	}
	struct pin *pin = VT_PUSH(pins->arena, pins->pin, pins->len, pins->cap);
	*pin = (struct pin){ .patterns = vt_arena_str(pins->arena, patterns),
			     .key = { vt_arena_str(pins->arena, type).p, vt_arena_str(pins->arena, base64).p },
			     .revoked = revoked };
	return VT_OK;
}

static enum vt_status read_pins(const char *path, struct pins *pins, struct vt_error *error)
{
	struct pins read = { .arena = vt_arena_new() };
	struct vt_buf text = { 0 };
	enum vt_status status = VT_OK;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		status = read_file(path, FILE_BYTES, &text, error);
	struct vt_lines lines = vt_lines_of(vt_buf_view(&text));
	for (struct vt_str line; status == VT_OK && vt_lines_next(&lines, &line);)
		status = read_line(&read, path, (unsigned)lines.number, line, error);
	vt_buf_free(&text);
	if (status != VT_OK) {
		vt_arena_free(read.arena);
		return status;
	}
	vt_arena_free(pins->arena);
	*pins = read;
	return VT_OK;
}

enum vt_status hostkey_store_open(const char *path, struct hostkey_store **store, struct vt_error *error)
{
	struct pins pins = { 0 };
	enum vt_status status = read_pins(path, &pins, error);
	if (status != VT_OK)
		return status;
	struct hostkey_store *opened = vt_must(calloc(1, sizeof *opened));
	*opened = (struct hostkey_store){ vt_str_dup(vt_str_of(path)), pins };
	*store = opened;
	return VT_OK;
}

void hostkey_store_free(struct hostkey_store *store)
{
	if (!store)
		return;
	vt_arena_free(store->pins.arena);
	free(store->path);
	free(store);
}

enum vt_status hostkey_store_reload(struct hostkey_store *store, struct vt_error *error)
{
	return read_pins(store->path, &store->pins, error);
}

size_t hostkey_store_count(const struct hostkey_store *store, size_t *left_alone)
{
	if (left_alone)
		*left_alone = store->pins.left_alone;
	return store->pins.len;
}

/* ---- hosts ---- */

/* '*' and '?' only: a '[' is part of "[host]:port". */
static bool glob(struct vt_str pattern, const char *text)
{
	for (; pattern.len; pattern = vt_str_from(pattern, 1), text++) {
		if (*pattern.p == '*') {
			pattern = vt_str_from(pattern, 1);
			do {
				if (glob(pattern, text))
					return true;
			} while (*text++);
			return false;
		}
		if (*text == '\0' ||
		    (*pattern.p != '?' && tolower((unsigned char)*pattern.p) != tolower((unsigned char)*text)))
			return false;
	}
	return *text == '\0';
}

/* One of the patterns fits and none with '!' does. */
static bool is_host(const struct pin *pin, const char *host)
{
	bool fits = false;
	struct vt_str rest = pin->patterns;
	while (rest.len) {
		ptrdiff_t comma = vt_str_find_char(rest, ',');
		struct vt_str pattern = comma < 0 ? rest : vt_str_first(rest, (size_t)comma);
		rest = vt_str_from(rest, comma < 0 ? rest.len : (size_t)comma + 1);
		bool not = vt_scan_char(&pattern, '!');
		if (!glob(pattern, host))
			continue;
		if (not )
			return false;
		fits = true;
	}
	return fits;
}

static bool is_address(const struct pin *pin, const char *address, uint16_t port)
{
	char host[HOST_TEXT];
	snprintf(host, sizeof host, "[%s]:%u", address, port);
	return is_host(pin, host) || (port == 22 && is_host(pin, address));
}

static bool is_peer(const struct pin *pin, const struct hostkey_peer *peer)
{
	for (size_t i = 0; i < peer->n_addresses; i++)
		if (is_address(pin, peer->addresses[i], peer->port))
			return true;
	return is_address(pin, peer->address, peer->port);
}

size_t hostkey_types(const struct hostkey_store *store, const struct hostkey_peer *peer, const char **types, size_t max)
{
	size_t n = 0;
	for (size_t i = 0; i < store->pins.len && n < max; i++) {
		const struct pin *pin = &store->pins.pin[i];
		bool listed = pin->revoked;
		for (size_t t = 0; t < n; t++)
			listed |= strcmp(types[t], pin->key.type) == 0;
		if (!listed && is_peer(pin, peer))
			types[n++] = pin->key.type;
	}
	types[n] = NULL;
	return n;
}

/* ---- the check ---- */

static enum vt_status write_line(const char *path, const char *line, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	char *copy = strdup(path);
	int directory = -1, fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	char last = '\n';
	if (end > 0 && pread(fd, &last, 1, end - 1) != 1)
		end = -1;
	/* One write: a reader sees all of the line or nothing of it. A file somebody left without a line end gets it.
	 */
	ssize_t len = (ssize_t)strlen(line);
	const char *from = last == '\n' ? line + 1 : line;
	ssize_t wanted = len - (from - line), written = end < 0 ? -1 : write(fd, from, (size_t)wanted);
	if (written >= 0 && written < wanted)
		errno = ENOSPC;
	if (written != wanted || fsync(fd) < 0) {
		status = vt_fail_errno(error, "%s: the new host key cannot be written down", path);
		/* Half a line would spoil the file for the next start. */
		if (end >= 0 && ftruncate(fd, end) < 0)
			status = vt_fail_errno(error, "%s: half a line is at its end", path);
	}
	/* The name of a new file has to survive as well. */
	else if (end == 0 && copy && (directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		(void)fsync(directory);
	if (directory >= 0)
		close(directory);
	if (fd >= 0)
		close(fd);
	free(copy);
	return status;
}

static enum vt_status add(struct hostkey_store *store, const struct hostkey_peer *peer, const struct hostkey *key,
			  struct vt_error *error)
{
	struct vt_buf line = { 0 };
	if (peer->port == 22)
		vt_buf_printf(&line, "\n%s %s %s\n", peer->address, key->type, key->base64);
	else
		vt_buf_printf(&line, "\n[%s]:%u %s %s\n", peer->address, peer->port, key->type, key->base64);
	enum vt_status status = write_line(store->path, line.p, error);
	if (status == VT_OK)
		status = read_line(&store->pins, store->path, 0, (struct vt_str){ line.p + 1, line.len - 2 }, error);
	vt_buf_free(&line);
	return status;
}

enum vt_status hostkey_check(struct hostkey_store *store, enum vt_host_keys policy, const struct hostkey_peer *peer,
			     const struct hostkey *key, enum hostkey_outcome *outcome, struct vt_error *error)
{
	const struct pin *same = NULL, *other = NULL, *other_here = NULL;
	char shown[HOSTKEY_FINGERPRINT], known[HOSTKEY_FINGERPRINT] = "unreadable";
	if (!is_known_type(vt_str_of(key->type)) || !hostkey_fingerprint(key, shown))
		return vt_fail(error, VT_E_HOSTKEY, "%s: the host key of %s is not of a type that can be checked (%s)",
			       peer->device, peer->address, key->type);
	for (size_t i = 0; i < store->pins.len; i++) {
		const struct pin *pin = &store->pins.pin[i];
		if (!is_peer(pin, peer))
			continue;
		bool equal = same_key(&pin->key, key);
		if (equal && pin->revoked)
			return vt_fail(error, VT_E_HOSTKEY,
				       "%s: the host key of %s (%s %s) is marked @revoked in %s; refused", peer->device,
				       peer->address, key->type, shown, store->path);
		if (pin->revoked)
			continue;
		if (equal)
			same = pin;
		else if (is_address(pin, peer->address, peer->port))
			other_here = pin;
		else
			other = pin;
	}
	if (same) {
		*outcome = HOSTKEY_KNOWN;
		return VT_OK;
	}
	if (policy == VT_HOST_KEYS_ACCEPT_NEW && !other_here) {
		enum vt_status status = add(store, peer, key, error);
		if (status == VT_OK)
			*outcome = HOSTKEY_ADDED;
		return status;
	}
	other = other_here ? other_here : other;
	if (!other)
		return vt_fail(error, VT_E_HOSTKEY,
			       "%s: the host key of %s (%s %s) is not known and host_keys is strict; compare the "
			       "fingerprint on the device, then add the key to %s",
			       peer->device, peer->address, key->type, shown, store->path);
	hostkey_fingerprint(&other->key, known);
	return vt_fail(error, VT_E_HOSTKEY,
		       "%s: the host key of %s changed: it shows %s %s, known is %s %s; refused. Only if the change is "
		       "explained, replace its line in %s",
		       peer->device, peer->address, key->type, shown, other->key.type, known, store->path);
}
