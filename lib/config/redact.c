/* SPDX-License-Identifier: MIT
 * What a running configuration must not be kept with: keys, passwords, communities, certificates.
 */
#include "config/redact.h"

#include "base/lines.h"
#include "base/scan.h"

/* Behind one of these words, wherever it stands in a line, is a secret up to the end of the line. */
static const char *const announcements[] = {
	"pre-shared-key",
	"password",
	"passwd",
	"key",
	"secret",
	"shared-secret",
	"community",
	"key-string",
	"auth",
	"priv",
	"authentication-key",
	"passphrase",
	"login-password",
	"ldap-login-password",
	"message-digest-key",
	"license",
	"activation-key",
	"radius-common-pw",
	"policy-server-secret",
};

/* Lines whose words are names that people chose, and that hold no secret. `from`: only what is behind this word is
 * looked at; NULL: nothing of the line. */
static const struct {
	const char *begins, *but, *from;
} plain[] = {
	{ "crypto", "crypto isakmp key", NULL },
	{ "access-list", NULL, "remark" },
	{ "tunnel-group", NULL, NULL },
	{ "group-policy", NULL, NULL },
	{ "object", NULL, NULL },
	{ "object-group", NULL, NULL },
	{ "network-object", NULL, NULL },
	{ "group-object", NULL, NULL },
	{ "service-object", NULL, NULL },
	{ "port-object", NULL, NULL },
	{ "access-group", NULL, NULL },
	{ "nat", NULL, NULL },
	{ "static", NULL, NULL },
	{ "global", NULL, NULL },
	{ "name", NULL, "description" },
	{ "nameif", NULL, NULL },
	{ "interface", NULL, NULL },
	{ "route", NULL, NULL },
	{ "default-group-policy", NULL, NULL },
	{ "vpn-filter", NULL, NULL },
	{ "subnet", NULL, NULL },
	{ "host", NULL, NULL },
};

static bool begins_with(struct vt_str line, const char *words)
{
	struct vt_str rest = vt_str_of(words), word, is;
	while (vt_skip_blanks(&rest), vt_scan_word(&rest, &word)) {
		vt_skip_blanks(&line);
		if (!vt_scan_word(&line, &is) || !vt_str_ieq(word, is))
			return false;
	}
	return true;
}

/* The part of a line that is searched. */
static struct vt_str searched(struct vt_str line)
{
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		if (!begins_with(line, plain[i].begins) || (plain[i].but && begins_with(line, plain[i].but)))
			continue;
		struct vt_str rest = line, word;
		while (plain[i].from && (vt_skip_blanks(&rest), vt_scan_word(&rest, &word)))
			if (vt_str_ieq(word, vt_str_of(plain[i].from)))
				return rest;
		return VT_STR_NONE;
	}
	return line;
}

static bool announces(struct vt_str word)
{
	for (size_t i = 0; i < sizeof announcements / sizeof *announcements; i++)
		if (vt_str_ieq(word, vt_str_of(announcements[i])))
			return true;
	return false;
}

/* aaa-server GROUP (IFC) host ADDRESS KEY, of old releases, has no word in front of the key. */
static bool names_a_server(struct vt_str line)
{
	return begins_with(line, "aaa-server");
}

/* Where the secret of a line begins; its length when it has none. */
static size_t secret_at(struct vt_str line)
{
	struct vt_str rest = searched(line), word;
	bool server = names_a_server(line);
	while (vt_skip_blanks(&rest), vt_scan_word(&rest, &word)) {
		bool host = server && vt_str_ieq(word, VT_STR("host"));
		if (host && (vt_skip_blanks(&rest), !vt_scan_word(&rest, &word)))
			break;
		if (!host && !announces(word))
			continue;
		vt_skip_blanks(&rest);
		/* A line that ends here ("key" alone) keeps its blanks. */
		return rest.len ? (size_t)(rest.p - line.p) : line.len;
	}
	return line.len;
}

/* Blocks of a certificate: words of hexadecimal digits and nothing else, the first of eight or more. */
static bool is_hexadecimal(struct vt_str line, size_t least)
{
	struct vt_str word;
	bool any = false;
	while (vt_skip_blanks(&line), vt_scan_word(&line, &word)) {
		if (!any && word.len < least)
			return false;
		any = true;
		for (size_t i = 0; i < word.len; i++)
			if (!((word.p[i] >= '0' && word.p[i] <= '9') ||
			      ((word.p[i] | 32) >= 'a' && (word.p[i] | 32) <= 'f')))
				return false;
	}
	return any;
}

/* The user and password of https://user:password@host; VT_STR_NONE when there is none. */
static struct vt_str credentials(struct vt_str line)
{
	ptrdiff_t scheme = vt_str_find(line, VT_STR("://"));
	if (scheme < 0)
		return VT_STR_NONE;
	struct vt_str rest = vt_str_from(line, (size_t)scheme + 3);
	size_t at = 0, end = 0;
	for (; end < rest.len && !vt_is_blank(rest.p[end]) && rest.p[end] != '/'; end++)
		if (rest.p[end] == '@')
			at = end;
	return at ? vt_str_first(rest, at) : VT_STR_NONE;
}

static void add_line(struct vt_buf *out, struct vt_str line)
{
	size_t at = secret_at(line);
	struct vt_str shown = vt_str_first(line, at), url = credentials(shown);
	if (url.p) {
		vt_buf_str(out, vt_str_between(shown.p, url.p));
		vt_buf_str(out, VT_STR(VT_REDACTED));
		vt_buf_str(out, vt_str_between(url.p + url.len, shown.p + shown.len));
	} else {
		vt_buf_str(out, shown);
	}
	if (at < line.len)
		vt_buf_str(out, VT_STR(VT_REDACTED));
}

void vt_config_redact(struct vt_str text, struct vt_buf *out)
{
	bool in_certificate = false;
	while (text.len) {
		ptrdiff_t end = vt_str_find_char(text, '\n');
		struct vt_str line = end < 0 ? text : vt_str_first(text, (size_t)end);
		struct vt_str words = vt_str_trim(line);
		if (begins_with(words, "certificate"))
			in_certificate = true;
		else if (words.len && !is_hexadecimal(words, 1))
			in_certificate = false;
		if (is_hexadecimal(words, in_certificate ? 1 : 8))
			vt_buf_str(out, VT_STR("  " VT_REDACTED));
		else
			add_line(out, line);
		if (end >= 0)
			vt_buf_char(out, '\n');
		text = vt_str_from(text, end < 0 ? text.len : (size_t)end + 1);
	}
}
