/* SPDX-License-Identifier: MIT
 * Who may do what.
 */
#include "config.h"

#include "web/auth.h"

#include <gnutls/crypto.h>

#include "base/addr.h"
#include "base/lines.h"
#include "base/scan.h"

static bool read_role(struct vt_str name, enum role *role)
{
	if (vt_str_eq(name, VT_STR("viewer")))
		*role = ROLE_VIEWER;
	else if (vt_str_eq(name, VT_STR("operator")))
		*role = ROLE_OPERATOR;
	else
		return false;
	return true;
}

static bool read_sha256(struct vt_str hex, unsigned char sha256[32])
{
	if (hex.len != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		struct vt_str two = vt_str_first(vt_str_from(hex, i * 2), 2);
		uint64_t byte;
		if (!vt_scan_hex(&two, &byte) || two.len)
			return false;
		sha256[i] = (unsigned char)byte;
	}
	return true;
}

static const char *read_token(struct vt_str line, struct auth_token *token, struct vt_arena *arena)
{
	struct vt_str name, role, hash;
	if (!vt_scan_word(&line, &name) || (vt_skip_blanks(&line), !vt_scan_word(&line, &role)) ||
	    (vt_skip_blanks(&line), !vt_scan_word(&line, &hash)) || vt_str_trim(line).len)
		return "a line holds a name, a role and the SHA-256 of the token";
	if (!read_role(role, &token->role))
		return "the role is viewer or operator";
	if (!read_sha256(hash, token->sha256))
		return "the SHA-256 of the token is 64 hexadecimal digits";
	token->name = vt_arena_str(arena, name);
	return NULL;
}

enum vt_status auth_read_tokens(struct auth *auth, struct vt_str text, const char *path, struct vt_arena *arena,
				struct vt_error *error)
{
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	struct auth_token *tokens = NULL;
	size_t len = 0, cap = 0;
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		const char *expected = read_token(line, VT_PUSH(arena, tokens, len, cap), arena);
		if (!expected)
			continue;
		/* The line is not repeated in the sentence: it may hold a token that was pasted by mistake. */
		vt_fail(error, VT_E_CONFIG, "%s, line %u: %s", path, (unsigned)lines.number, expected);
		if (error)
			error->line = (unsigned)lines.number;
		return VT_E_CONFIG;
	}
	auth->tokens = tokens;
	auth->tokens_len = len;
	return VT_OK;
}

static bool same_hash(const unsigned char a[32], const unsigned char b[32])
{
	unsigned difference = 0;
	for (size_t i = 0; i < 32; i++)
		difference |= (unsigned)(a[i] ^ b[i]);
	return difference == 0;
}

struct auth_client auth_client(const struct auth *auth, struct vt_str authorization, bool loopback)
{
	struct auth_client stranger = { ROLE_NONE, VT_STR_NONE, false };
	if (!authorization.p)
		return auth->trust_loopback && loopback
			       ? (struct auth_client){ ROLE_OPERATOR, VT_STR("loopback"), true }
			       : stranger;
	unsigned char sha256[32];
	struct vt_str token = authorization;
	if (!vt_scan_ilit(&token, VT_STR("Bearer ")))
		return stranger;
	token = vt_str_trim(token);
	if (token.len == 0 || gnutls_hash_fast(GNUTLS_DIG_SHA256, token.p, token.len, sha256) < 0)
		return stranger;
	struct auth_client client = stranger;
	for (size_t i = 0; i < auth->tokens_len; i++)
		if (same_hash(sha256, auth->tokens[i].sha256))
			client = (struct auth_client){ auth->tokens[i].role, auth->tokens[i].name, false };
	return client;
}

bool auth_host_is_local(struct vt_str host)
{
	struct vt_addr addr;
	if (host.len == 0)
		return true; /* HTTP/1.0: no browser sends that */
	if (vt_scan_char(&host, '[')) {
		ptrdiff_t end = vt_str_find_char(host, ']');
		return end > 0 && vt_addr_parse(vt_str_first(host, (size_t)end), &addr);
	}
	ptrdiff_t colon = vt_str_find_char(host, ':');
	if (colon >= 0)
		host = vt_str_first(host, (size_t)colon);
	return vt_str_ieq(host, VT_STR("localhost")) || vt_addr_parse(host, &addr);
}
