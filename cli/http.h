/* SPDX-License-Identifier: MIT
 * Asking vpntriage-web: one GET, one JSON answer, and a sentence when there is none.
 *
 * The address is --url, or $VPNTRIAGE_URL, or http://127.0.0.1:8080; unix:/run/vpntriage/web.sock is one as well.
 * A token is the first line of the file named by --token-file or $VPNTRIAGE_TOKEN_FILE. It is sent to
 * this machine or over TLS, and nowhere else.
 */
#ifndef CLI_HTTP_H
#define CLI_HTTP_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/cli.h"

struct http_options {
	const char *url, *token_file; /* NULL: from the environment, or the default */
};

struct http;

/* NULL: the reason was said, and `code` is what to exit with. */
struct http *http_new(const struct cli_command *self, const struct http_options *options, int *code);
void http_free(struct http *http);
/* Where it asks; borrowed. */
const char *http_address(const struct http *http);

/* GET of `path` ("/api/v1/status"). CLI_OK and an object that the caller releases (json_decref), or an exit code after
 * the reason was said. */
int http_get(struct http *http, const char *path, json_t **answer);
/* All pages of a list as one array. `path` has no cursor; limit is added. */
int http_get_all(struct http *http, const char *path, json_t **items);

/* Appends "name=value", escaped, with & or ? before it. NULL or empty: nothing. */
void http_add_parameter(struct vt_buf *path, const char *name, const char *value);

#endif
