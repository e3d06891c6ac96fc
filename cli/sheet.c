/* SPDX-License-Identifier: MIT
 * vpntriage sheet: what the engineer at the other end of a tunnel needs to know about ours.
 */
#include "config.h"

#include "cli/cli.h"
#include "cli/config_file.h"

#include "config/sheet.h"

#include <getopt.h>
#include <stdio.h>

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

int cli_sheet(const struct cli_command *self, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "markdown", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	enum vt_sheet_form form = VT_SHEET_TEXT;
	int option;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'm')
			form = VT_SHEET_MARKDOWN;
		else
			return option == 'h' ? cli_help(self) : cli_usage(self);
	}
	if (argc - optind != 2)
		return cli_usage(self);
	return cli_finish(self, sheet_of(self, argv[optind], argv[optind + 1], form));
}
