/* SPDX-License-Identifier: MIT
 * vpntriage tunnels: the table of tunnels, all of them or those that pass the filters.
 */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/fleet.h"
#include "cli/http.h"
#include "cli/table.h"

struct options {
	struct http_options http;
	const char *status, *device, *peer, *q;
	bool flapping, json;
};

static bool read_options(const struct cli_command *self, int argc, char **argv, struct options *options, int *code)
{
	static const struct option known[] = {
		HTTP_OPTIONS,
		{ "status", required_argument, NULL, 's' },
		{ "device", required_argument, NULL, 'd' },
		{ "peer", required_argument, NULL, 'p' },
		{ "q", required_argument, NULL, 'q' },
		{ "flapping", no_argument, NULL, 'f' },
		{ NULL },
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "u:T:jhs:d:p:q:f", known, NULL)) != -1) {
		switch (option) {
		case 'u':
			options->http.url = optarg;
			break;
		case 'T':
			options->http.token_file = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 's':
			options->status = optarg;
			break;
		case 'd':
			options->device = optarg;
			break;
		case 'p':
			options->peer = optarg;
			break;
		case 'q':
			options->q = optarg;
			break;
		case 'f':
			options->flapping = true;
			break;
		case 'h':
			*code = cli_help(self);
			return false;
		default:
			*code = cli_usage(self);
			return false;
		}
	}
	if (optind == argc)
		return true;
	*code = cli_usage(self);
	return false;
}

static int show(const struct cli_command *self, struct http *http, json_t *items)
{
	json_t *status;
	int code = http_get(http, "/api/v1/status", &status);
	if (code != CLI_OK) {
		json_decref(items);
		return code;
	}
	struct vt_arena *arena = vt_arena_new();
	fleet_print_tunnels(arena, items, SIZE_MAX, json_object_get(status, "at"));
	json_int_t total = json_integer_value(json_object_get(json_object_get(status, "tunnels"), "total"));
	print_ends(vt_arena_printf(arena, "%zu of %lld tunnels; %s", json_array_size(items), (long long)total,
				   fleet_counts(arena, status)),
		   fleet_age(arena, status));
	fleet_warn(self, arena, status);
	vt_arena_free(arena);
	json_decref(status);
	json_decref(items);
	return CLI_OK;
}

int cli_tunnels(const struct cli_command *self, int argc, char **argv)
{
	struct options options = { 0 };
	struct vt_buf path = { 0 };
	json_t *items;
	int code;
	if (!read_options(self, argc, argv, &options, &code))
		return code;
	struct http *http = http_new(self, &options.http, &code);
	if (!http)
		return code;
	vt_buf_str(&path, VT_STR("/api/v1/tunnels"));
	http_add_parameter(&path, "status", options.status);
	http_add_parameter(&path, "device", options.device);
	http_add_parameter(&path, "peer", options.peer);
	http_add_parameter(&path, "q", options.q);
	http_add_parameter(&path, "flapping", options.flapping ? "true" : NULL);
	http_add_parameter(&path, "selectors", options.json ? NULL : "false");
	code = http_get_all(http, path.p, &items);
	if (code == CLI_OK && options.json)
		fleet_print_json(json_pack("{s:o}", "items", items));
	else if (code == CLI_OK)
		code = show(self, http, items);
	vt_buf_free(&path);
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
