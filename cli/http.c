/* SPDX-License-Identifier: MIT
 * Asking vpntriage-web.
 */
#include "config.h"

#include "cli/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scan.h"
#include "common/read_file.h"

enum {
	CONNECT_S = 5,
	ANSWER_S = 60,
	MAX_ANSWER_BYTES = 512 << 20,
	MAX_TOKEN_BYTES = 4096,
};

struct http {
	const struct cli_command *self;
	CURL *curl;
	struct curl_slist *headers;
	char *base; /* "http://127.0.0.1:8080", without a slash at the end */
	char *shown;
	struct vt_buf answer;
	bool too_large;
};

/* ---- life ---- */

static bool starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Whether nobody between here and there can listen: TLS, a socket file, this machine itself. */
static bool is_private(const char *url)
{
	static const char *const near[] = { "https://",          "unix:",       "http://127.", "http://localhost:",
					    "http://localhost/", "http://[::1]" };
	for (size_t i = 0; i < sizeof near / sizeof *near; i++)
		if (starts(url, near[i]))
			return true;
	return strcmp(url, "http://localhost") == 0;
}

static int add_token(struct http *http, const char *path, const char *url)
{
	struct vt_buf text = { 0 }, field = { 0 };
	struct vt_error error;
	if (!is_private(url)) {
		cli_complain(http->self,
			     "the token is not sent to %s, where others could read it on the way; use https", url);
		return CLI_USAGE;
	}
	if (read_file(path, MAX_TOKEN_BYTES, &text, &error) != VT_OK) {
		cli_complain(http->self, "%s", error.text);
		return CLI_UNREADABLE;
	}
	struct vt_str token = vt_buf_view(&text);
	token = vt_str_trim(vt_str_first(token, strcspn(token.p, "\n")));
	vt_buf_printf(&field, "Authorization: Bearer " VT_FMT, VT_ARG(token));
	http->headers = curl_slist_append(http->headers, field.p);
	explicit_bzero(field.p, field.cap);
	explicit_bzero(text.p, text.cap);
	vt_buf_free(&field);
	vt_buf_free(&text);
	return CLI_OK;
}

static size_t take(char *bytes, size_t size, size_t n, void *user)
{
	struct http *http = user;
	if (size * n > MAX_ANSWER_BYTES - http->answer.len) {
		http->too_large = true;
		return 0;
	}
	vt_buf_add(&http->answer, bytes, size * n);
	return size * n;
}

static void set_options(struct http *http, const char *url)
{
	CURL *curl = http->curl;
	if (starts(url, "unix:")) {
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, url + strlen("unix:"));
		http->base = vt_str_dup(VT_STR("http://localhost"));
	} else {
		http->base = vt_str_dup(vt_str_of(url));
	}
	for (size_t len = strlen(http->base); len && http->base[len - 1] == '/';)
		http->base[--len] = '\0';
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "vpntriage/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, http);
	/* What is asked of this machine is not for a proxy. */
	if (!getenv("no_proxy") && !getenv("NO_PROXY"))
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
}

struct http *http_new(const struct cli_command *self, const struct http_options *options, int *code)
{
	const char *url = options->url ? options->url : getenv("VPNTRIAGE_URL");
	const char *token_file = options->token_file ? options->token_file : getenv("VPNTRIAGE_TOKEN_FILE");
	if (!url || !*url)
		url = "http://127.0.0.1:8080";
	if (!starts(url, "http://") && !starts(url, "https://") && !starts(url, "unix:/")) {
		cli_complain(self, "\"%s\" is no address: http://, https:// or unix:/ is expected in front", url);
		*code = CLI_USAGE;
		return NULL;
	}
	struct http *http = vt_must(calloc(1, sizeof *http));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->curl = vt_must(curl_easy_init());
	http->self = self;
	http->shown = vt_str_dup(vt_str_of(url));
	set_options(http, url);
	http->headers = curl_slist_append(NULL, "Accept: application/json, application/problem+json");
	*code = token_file && *token_file ? add_token(http, token_file, url) : CLI_OK;
	if (*code != CLI_OK) {
		http_free(http);
		return NULL;
	}
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, http->headers);
	return http;
}

void http_free(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	curl_slist_free_all(http->headers);
	curl_global_cleanup();
	vt_buf_free(&http->answer);
	free(http->base);
	free(http->shown);
	free(http);
}

const char *http_address(const struct http *http)
{
	return http->shown;
}

/* ---- asking ---- */

void http_add_parameter(struct vt_buf *path, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	vt_buf_printf(path, "%c%s=", path->p && strchr(path->p, '?') ? '&' : '?', name);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     strchr("-._~", c);
		vt_buf_printf(path, plain ? "%c" : "%%%02X", c);
	}
}

static int no_answer(const struct http *http, CURLcode result)
{
	if (http->too_large) {
		cli_complain(http->self, "%s sent more than %d MB, which was not read", http->shown,
			     MAX_ANSWER_BYTES >> 20);
		return CLI_REFUSED;
	}
	cli_complain(http->self, "vpntriage-web at %s does not answer: %s", http->shown, curl_easy_strerror(result));
	if (!getenv("VPNTRIAGE_URL"))
		fputs("  another address: --url URL, or VPNTRIAGE_URL in the environment\n", stderr);
	return CLI_NO_SERVER;
}

/* What problem+json says, or the bare number of a server that speaks something else. */
static int refusal(const struct http *http, long status, const json_t *answer)
{
	const char *detail = json_string_value(json_object_get(answer, "detail"));
	const char *title = json_string_value(json_object_get(answer, "title"));
	if (detail)
		cli_complain(http->self, "%s", detail);
	else if (title)
		cli_complain(http->self, "%s", title);
	else
		cli_complain(http->self, "%s answered with status %ld: is that vpntriage-web?", http->shown, status);
	if (status == 401)
		fputs("  a token: --token-file FILE, or VPNTRIAGE_TOKEN_FILE in the environment\n", stderr);
	return CLI_REFUSED;
}

int http_get(struct http *http, const char *path, json_t **answer)
{
	struct vt_buf url = { 0 };
	long status = 0;
	vt_buf_clear(&http->answer);
	vt_buf_printf(&url, "%s%s", http->base, path);
	curl_easy_setopt(http->curl, CURLOPT_URL, url.p);
	CURLcode result = curl_easy_perform(http->curl);
	vt_buf_free(&url);
	if (result != CURLE_OK)
		return no_answer(http, result);
	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	json_t *read = json_loadb(http->answer.p ? http->answer.p : "", http->answer.len, JSON_ALLOW_NUL, NULL);
	if (status != 200 || !json_is_object(read)) {
		int code = refusal(http, status, read);
		json_decref(read);
		return code;
	}
	*answer = read;
	return CLI_OK;
}

int http_get_all(struct http *http, const char *path, json_t **items)
{
	json_t *all = json_array();
	struct vt_buf page = { 0 }, cursor = { 0 };
	int code;
	bool more;
	do {
		json_t *answer;
		vt_buf_clear(&page);
		vt_buf_str(&page, vt_str_of(path));
		http_add_parameter(&page, "limit", "1000");
		http_add_parameter(&page, "cursor", cursor.p);
		code = http_get(http, page.p, &answer);
		if (code != CLI_OK)
			break;
		json_array_extend(all, json_object_get(answer, "items"));
		const char *next = json_string_value(json_object_get(answer, "next"));
		more = next != NULL;
		vt_buf_clear(&cursor);
		vt_buf_str(&cursor, vt_str_of(next));
		json_decref(answer);
	} while (more);
	vt_buf_free(&page);
	vt_buf_free(&cursor);
	if (code == CLI_OK)
		*items = all;
	else
		json_decref(all);
	return code;
}
