/* SPDX-License-Identifier: MIT
 * Which handler answers which method and path.
 */
#include "config.h"

#include "web/routes.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"

#define JSON "application/json"
#define TEXT "text/plain; charset=utf-8"

/* clang-format off */
const struct route routes[] = {
	{ "GET", "/api/v1/status",               api_status,   ROLE_VIEWER, DATABASE_NEEDED, JSON, "" },
	{ "GET", "/api/v1/devices",              api_devices,  ROLE_VIEWER, DATABASE_NEEDED, JSON, "state q limit cursor" },
	{ "GET", "/api/v1/devices/{}",           api_device,   ROLE_VIEWER, DATABASE_NEEDED, JSON, "" },
	{ "GET", "/api/v1/devices/{}/config-changes", api_config_changes, ROLE_VIEWER, DATABASE_NEEDED, JSON, "limit cursor" },
	{ "GET", "/api/v1/tunnels",              api_tunnels,  ROLE_VIEWER, DATABASE_NEEDED, JSON, "status device peer q flapping selectors limit cursor" },
	{ "GET", "/api/v1/tunnels/{}",           api_tunnel,   ROLE_VIEWER, DATABASE_NEEDED, JSON, "" },
	{ "GET", "/api/v1/tunnels/{}/history",   api_history,  ROLE_VIEWER, DATABASE_NEEDED, JSON, "from to step" },
	{ "GET", "/api/v1/tunnels/{}/timeline",  api_timeline, ROLE_VIEWER, DATABASE_NEEDED, JSON, "from to limit cursor" },
	{ "GET", "/api/v1/tunnels/{}/pair",      api_pair,     ROLE_VIEWER, DATABASE_NEEDED, JSON, "window" },
	{ "GET", "/api/v1/tunnels/{}/sheet",     api_sheet,    ROLE_VIEWER, DATABASE_NEEDED, JSON, "format" },
	{ "GET", "/api/v1/findings",             api_findings, ROLE_VIEWER, DATABASE_NEEDED, JSON, "device severity rule fault limit cursor" },
	{ "GET", "/metrics",                     metrics,      ROLE_VIEWER, DATABASE_TRIED,  "text/plain; version=0.0.4; charset=utf-8", "" },
	{ "GET", "/healthz",                     health_live,  ROLE_NONE,   DATABASE_UNUSED, TEXT, "" },
	{ "GET", "/readyz",                      health_ready, ROLE_NONE,   DATABASE_TRIED,  TEXT, "" },
	{ "GET", "/",                            page_asset,   ROLE_NONE,   DATABASE_UNUSED, "text/html; charset=utf-8", NULL },
	{ "GET", "/ui/index.js",                 page_asset,   ROLE_NONE,   DATABASE_UNUSED, "text/javascript; charset=utf-8", NULL },
	{ "GET", "/ui/index.css",                page_asset,   ROLE_NONE,   DATABASE_UNUSED, "text/css; charset=utf-8", NULL },
	{ "GET", "/ui/icon.svg",                 page_asset,   ROLE_NONE,   DATABASE_UNUSED, "image/svg+xml", NULL },
	{ NULL },
};
/* clang-format on */

/* Whether the path fits the pattern; what stands in its {} goes to `names`. */
static bool fits(const char *pattern, const struct request *request, struct vt_str names[2])
{
	struct vt_str rest = vt_str_from(vt_str_of(pattern), 1);
	size_t segment = 0, found = 0;
	while (rest.len) {
		ptrdiff_t slash = vt_str_find_char(rest, '/');
		struct vt_str part = slash < 0 ? rest : vt_str_first(rest, (size_t)slash);
		if (segment == request->segments_len)
			return false;
		struct vt_str is = request->segments[segment++];
		if (vt_str_eq(part, VT_STR("{}")))
			names[found++] = is;
		else if (!vt_str_eq(part, is))
			return false;
		rest = vt_str_from(rest, part.len + 1);
	}
	return segment == request->segments_len;
}

/* HEAD is GET whose body is not sent. */
static bool method_fits(const char *method, struct vt_str asked)
{
	return vt_str_eq(vt_str_of(method), asked) || (vt_str_eq(asked, VT_STR("HEAD")) && strcmp(method, "GET") == 0);
}

static const struct route *find(struct exchange *x, const struct route *table)
{
	const char *allow = NULL;
	for (const struct route *route = table; route->method; route++) {
		if (!fits(route->pattern, x->request, x->names))
			continue;
		if (method_fits(route->method, x->request->method))
			return route;
		const char *method = strcmp(route->method, "GET") == 0 ? "GET, HEAD" : route->method;
		allow = allow ? vt_arena_printf(x->arena, "%s, %s", allow, method) : method;
	}
	if (allow) {
		problem(x, PROBLEM_METHOD_NOT_ALLOWED, "this address answers %s", allow);
		x->reply.allow = allow;
	} else {
		problem(x, PROBLEM_NOT_FOUND,
			"nothing lies at this address; /api/v1/tunnels and /api/v1/devices are where most things "
			"begin");
	}
	return NULL;
}

static bool may(struct exchange *x, const struct route *route)
{
	if (x->client.role < route->role && x->client.role == ROLE_NONE) {
		problem(x, PROBLEM_UNAUTHORIZED,
			x->request->authorization.p
				? "the token of this request is none of those in the tokens file"
				: "this address wants a token: send \"Authorization: Bearer TOKEN\"");
		return false;
	}
	if (x->client.role < route->role) {
		problem(x, PROBLEM_FORBIDDEN, "the token %.*s has the role viewer, and this wants operator",
			VT_ARG(x->client.name));
		return false;
	}
	if (x->client.trusted && !auth_host_is_local(x->request->host)) {
		problem(x, PROBLEM_WRONG_HOST,
			"without a token this server answers only to localhost or an address in the Host field");
		return false;
	}
	return true;
}

/* Whether `name` is one of the words of `list`. */
static bool is_listed(const char *list, struct vt_str name)
{
	struct vt_str rest = vt_str_of(list), word;
	while (vt_skip_blanks(&rest), vt_scan_word(&rest, &word))
		if (vt_str_eq(word, name))
			return true;
	return false;
}

/* A parameter that is silently ignored would look like an answer to the question. */
static bool parameters_fit(struct exchange *x, const struct route *route)
{
	const struct request *request = x->request;
	if (!route->parameters)
		return true;
	for (size_t i = 0; i < request->parameters_len; i++) {
		struct vt_str name = request->parameters[i].name;
		if (!is_listed(route->parameters, name)) {
			problem(x, PROBLEM_INVALID_PARAMETER, "there is no parameter \"%.*s\" here; %s%s",
				(int)(name.len < 60 ? name.len : 60), name.p,
				*route->parameters ? "there are: " : "there is none", route->parameters);
			return false;
		}
		if (request_is_repeated(request, vt_arena_printf(x->arena, VT_FMT, VT_ARG(name)))) {
			problem(x, PROBLEM_INVALID_PARAMETER, "%.*s is given more than once", VT_ARG(name));
			return false;
		}
	}
	return true;
}

/* How often a reply may change without a commit, for it holds ages such as stale_s. */
enum { AGE_STEP_MS = 5000 };

/* Weak, for it stands for "the same commit, seen in the same few seconds". */
static void make_etag(struct exchange *x, uint64_t identity, uint64_t generation)
{
	const uint64_t parts[] = { identity, generation, (uint64_t)(x->now_ms / AGE_STEP_MS) };
	uint64_t h = vt_hash_add(VT_HASH_START, VT_STR(PACKAGE_VERSION));
	h = vt_hash_end(vt_hash_add(h, (struct vt_str){ (const char *)parts, sizeof parts }));
	snprintf(x->reply.etag, sizeof x->reply.etag, "W/\"%016" PRIx64 "\"", h);
}

/* Opens the database; false when the reply is settled: it cannot be read, or the client has it already. */
static bool open_database(struct exchange *x, const struct route *route, struct database *database)
{
	uint64_t generation = 0;
	enum vt_status status = database_open(database, &x->store, &x->store_error);
	if (status == VT_OK)
		status = vt_store_generation(x->store, &generation, &x->store_error);
	if (status != VT_OK) {
		x->store = NULL;
		x->store_status = status;
	}
	if (route->database == DATABASE_TRIED)
		return true;
	if (status != VT_OK) {
		problem_of_store(x, status, &x->store_error);
		return false;
	}
	make_etag(x, database_identity(database), generation);
	if (x->request->if_none_match.p && request_matches_tag(x->request->if_none_match, vt_str_of(x->reply.etag))) {
		x->reply.status = 304;
		return false;
	}
	return true;
}

void routes_answer(struct exchange *x, const struct route *table, struct database *database)
{
	const struct route *route = find(x, table);
	if (!route || !may(x, route))
		return;
	if (!request_accepts(x->request->accept, vt_str_first(vt_str_of(route->type), strcspn(route->type, ";")))) {
		problem(x, PROBLEM_NOT_ACCEPTABLE, "this address answers %s", route->type);
		return;
	}
	if (!parameters_fit(x, route))
		return;
	x->reply.type = route->type;
	if (route->database == DATABASE_UNUSED || open_database(x, route, database))
		route->handler(x);
	/* Whatever went wrong, a fresh handle is the way back. */
	if (x->store_status != VT_OK)
		database->suspect = true;
}
