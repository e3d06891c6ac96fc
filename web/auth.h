/* SPDX-License-Identifier: MIT
 * Who may do what: bearer tokens with a role, and the loopback client that may be trusted.
 *
 * The tokens file has one token a line, "name role sha256", where the last is the SHA-256 of the token in
 * hexadecimal (`printf %s TOKEN | sha256sum`); blank lines and lines that begin with # are skipped. The tokens
 * themselves are nowhere. Comparison takes the same time wherever two hashes differ.
 */
#ifndef WEB_AUTH_H
#define WEB_AUTH_H

#include "base/arena.h"
#include "base/status.h"

enum role {
	ROLE_NONE,     /* a stranger: sees that the server lives, and the empty page */
	ROLE_VIEWER,   /* reads */
	ROLE_OPERATOR, /* reads, and may ask for work */
};

struct auth_token {
	struct vt_str name;
	enum role role;
	unsigned char sha256[32];
};

struct auth {
	bool trust_loopback;
	struct auth_token *tokens;
	size_t tokens_len;
};

enum { AUTH_MAX_FILE_BYTES = 1 << 20 };

/* Reads the text of a tokens file; names live in `arena`. VT_E_CONFIG with file, line and what was expected. */
enum vt_status auth_read_tokens(struct auth *auth, struct vt_str text, const char *path, struct vt_arena *arena,
				struct vt_error *error);

struct auth_client {
	enum role role;
	struct vt_str name; /* of the token; "loopback" for a trusted one; absent for a stranger */
	bool trusted;       /* for being loopback, not for a token */
};

/* `authorization` is the header field; absent when there is none. A wrong token is a stranger, also on a trusted
 * loopback: who shows a token means it. */
struct auth_client auth_client(const struct auth *auth, struct vt_str authorization, bool loopback);

/* Whether a Host field names this machine by address or as localhost. A page of the web that has its own name
 * resolve to 127.0.0.1 sends that name, and is not the person at the keyboard. */
bool auth_host_is_local(struct vt_str host);

#endif
