/* SPDX-License-Identifier: MIT
 * vpntriage sheet: what the engineer at the other end of a tunnel needs to know about ours; from a configuration in a
 * file, or of a device of the fleet, from the configuration it was last seen with and the times of its last failures.
 */
#include "config.h"

#include "cli/cli.h"

#include "cli/ask.h"
#include "cli/config_file.h"
#include "cli/fleet.h"
#include "config/sheet.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PEERS_NAMED = 10 };

static int no_such_peer(const struct cli_command *self, const char *path, const char *peer,
			const struct vt_expected *expected)
{
	if (expected->len == 0) {
		cli_complain(self, "\"%s\" has no tunnel: no crypto map entry that is bound, no tunnel interface",
			     path);
		return CLI_UNRECOGNISED;
	}
	cli_complain(self, "\"%s\" has no tunnel to %s; it has %zu:", path, peer, expected->len);
	for (size_t i = 0; i < expected->len && i < PEERS_NAMED; i++)
		fprintf(stderr, "  " VT_FMT "\n", VT_ARG(expected->tunnels[i].peer_text));
	if (expected->len > PEERS_NAMED)
		fprintf(stderr, "  and %zu more\n", expected->len - PEERS_NAMED);
	return CLI_NOT_FOUND;
}

static int sheet_of(const struct cli_command *self, const char *path, const char *peer, enum vt_sheet_form form)
{
	struct config_file file;
	struct vt_buf out = { 0 };
	struct vt_error error;
	int code = CLI_OK;
	if (config_file_read(path, &file, &error) != VT_OK) {
		cli_complain(self, "%s", error.text);
		return CLI_UNREADABLE;
	}
	struct vt_expected expected;
	vt_config_expected(file.config, file.config->arena, &expected);
	struct vt_sheet sheet = { .config = file.config,
				  .tunnel = vt_sheet_tunnel(file.config, &expected, vt_str_of(peer)) };
	if (sheet.tunnel) {
		vt_sheet_write(&sheet, form, &out);
		fwrite(out.p, 1, out.len, stdout);
	} else
		code = no_such_peer(self, path, peer, &expected);
	config_file_close(&file);
	vt_buf_free(&out);
	return code;
}

/* ---- of a device of the fleet ---- */

static const struct ask_option options[] = { { "markdown", 'm', true }, { 0 } };

static int show(struct http *http, const struct ask *ask, const json_t *tunnel)
{
	struct vt_buf path = { 0 };
	json_t *sheet;
	vt_buf_printf(&path, "/api/v1/tunnels/%s/sheet", fleet_text(tunnel, "id"));
	int code = http_get(http, path.p, &sheet);
	vt_buf_free(&path);
	if (code != CLI_OK)
		return code;
	if (ask->json) {
		fleet_print_json(sheet);
		return CLI_OK;
	}
	const char *text = fleet_text(sheet, ask->values[0] ? "markdown" : "text");
	fputs(text ? text : "", stdout);
	json_decref(sheet);
	return CLI_OK;
}

static int sheet_online(const struct cli_command *self, const struct ask *ask, const char *device, const char *peer)
{
	json_t *tunnel;
	int code;
	struct http *http = http_new(self, &ask->http, &code);
	if (!http)
		return code;
	code = fleet_find_tunnel(self, http, device, peer, &tunnel);
	if (code == CLI_OK) {
		code = show(http, ask, tunnel);
		json_decref(tunnel);
	}
	http_free(http);
	return code;
}

/* Standard input, any file that is there, and what can only be a path. "fra-fw1/customer1" is a device, unless there is
 * such a file. */
static bool is_file(const char *name)
{
	struct stat file;
	return strcmp(name, "-") == 0 || *name == '/' || *name == '.' ||
	       (stat(name, &file) == 0 && !S_ISDIR(file.st_mode));
}

int cli_sheet(const struct cli_command *self, int argc, char **argv)
{
	struct ask ask;
	int code;
	if (!ask_read(self, argc, argv, options, 2, &ask, &code))
		return code;
	const char *of = argv[optind], *peer = argv[optind + 1];
	bool offline = !ask.http.url && !ask.json && is_file(of);
	code = offline ? sheet_of(self, of, peer, ask.values[0] ? VT_SHEET_MARKDOWN : VT_SHEET_TEXT)
		       : sheet_online(self, &ask, of, peer);
	return cli_finish(self, code);
}
