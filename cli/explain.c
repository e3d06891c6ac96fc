/* SPDX-License-Identifier: MIT
 * vpntriage explain: pasted output of one or both ends in, the verdict on every tunnel out.
 */
#include "config.h"

#include "cli/cli.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "json/diagnosis.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	MAX_INPUT_BYTES = 1 << 30,
	DETAILED_MAX = 10, /* tunnels told in full when none was asked for by name */
};

struct options {
	bool json, markdown, one_peer;
	struct vt_addr peer;
};

struct reports {
	const struct vt_report **items;
	size_t len, cap;
};

static int worst_first(const void *a, const void *b)
{
	const struct vt_report *x = *(const struct vt_report *const *)a, *y = *(const struct vt_report *const *)b;
	int bx = vt_report_badness(x), by = vt_report_badness(y);
	if (bx != by)
		return by - bx;
	return vt_addr_cmp(&x->facts->ends[0]->peer, &y->facts->ends[0]->peer);
}

static bool is_asked_for(const struct vt_tunnel_facts *tunnel, const struct options *options)
{
	for (unsigned i = 0; i < 2; i++)
		if (tunnel->ends[i] && vt_addr_eq(&tunnel->ends[i]->peer, &options->peer))
			return true;
	return !options->one_peer;
}

static void diagnose(const struct vt_case *c, const struct options *options, struct vt_arena *arena,
		     struct reports *reports)
{
	for (size_t i = 0; i < c->tunnels_len; i++)
		if (is_asked_for(&c->tunnels[i], options))
			*VT_PUSH(arena, reports->items, reports->len, reports->cap) = vt_diagnose(c, &c->tunnels[i],
												  arena);
	if (reports->len)
		qsort(reports->items, reports->len, sizeof *reports->items, worst_first);
}

static void write_table(const struct reports *reports, bool markdown, struct vt_buf *out)
{
	if (markdown)
		vt_buf_printf(out, "| device | peer | status | why |\n|---|---|---|---|\n");
	for (size_t i = 0; i < reports->len; i++)
		vt_report_row(reports->items[i], markdown, out);
	vt_buf_char(out, '\n');
}

/* Those with something to say in full; of one tunnel alone also that it is well. */
static void write_text(const struct reports *reports, bool markdown, struct vt_buf *out)
{
	size_t told = 0;
	if (reports->len > 1)
		write_table(reports, markdown, out);
	for (size_t i = 0; i < reports->len && told < DETAILED_MAX; i++) {
		if (reports->len > 1 && vt_report_badness(reports->items[i]) < 3)
			break;
		if (told++)
			vt_buf_char(out, '\n');
		vt_report_text(reports->items[i], markdown, out);
	}
	if (told == DETAILED_MAX && reports->len > told)
		vt_buf_printf(out, "\nThe first %d are told in full; --peer ADDRESS tells any other.\n", DETAILED_MAX);
}

static void write_json(const struct reports *reports, struct vt_buf *out)
{
	struct vt_json json;
	vt_json_init(&json, out, 2);
	vt_json_array(&json);
	for (size_t i = 0; i < reports->len; i++)
		vt_report_json(reports->items[i], &json);
	vt_json_array_end(&json);
	vt_buf_char(out, '\n');
}

static int print(const struct cli_command *self, const struct vt_case *c, const struct reports *reports,
		 const struct options *options)
{
	struct vt_buf out = { 0 };
	int code = CLI_OK;
	if (options->json)
		write_json(reports, &out);
	else
		write_text(reports, options->markdown, &out);
	fwrite(out.p, 1, out.len, stdout);
	vt_buf_free(&out);
	for (size_t i = 0; i < reports->len; i++)
		if (vt_report_badness(reports->items[i]) > 1)
			code = CLI_PARTLY;
	if (c->listings == 0) {
		cli_complain(self, "nothing in the input is output of a command that is known");
		return CLI_UNRECOGNISED;
	}
	if (reports->len == 0) {
		cli_complain(self, options->one_peer ? "no tunnel with this peer is in the input"
						     : "no site-to-site tunnel is in the input; show crypto isakmp sa "
						       "and show crypto ipsec sa have them");
		return CLI_NOT_FOUND;
	}
	return code;
}

static int explain(const struct cli_command *self, char **paths, size_t n, const struct options *options)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf *texts = VT_NEW_ARRAY(arena, struct vt_buf, n);
	struct vt_paste *pastes = VT_NEW_ARRAY(arena, struct vt_paste, n);
	size_t pastes_len = 0;
	int unread = CLI_OK;
	for (size_t i = 0; i < n; i++) {
		struct vt_error error;
		if (read_file(paths[i], MAX_INPUT_BYTES, &texts[i], &error) != VT_OK) {
			cli_complain(self, "%s", error.text);
			unread = CLI_UNREADABLE;
			continue;
		}
		if (texts[i].len)
			vt_clean(texts[i].p, &texts[i].len, NULL);
		pastes[pastes_len++] = (struct vt_paste){ strcmp(paths[i], "-") ? paths[i] : "standard input",
							  vt_buf_view(&texts[i]) };
	}
	struct reports reports = { 0 };
	struct vt_case *c = vt_case_new(pastes, pastes_len, arena);
	diagnose(c, options, arena, &reports);
	int code = pastes_len ? print(self, c, &reports, options) : CLI_OK;
	vt_case_free(c);
	for (size_t i = 0; i < n; i++)
		vt_buf_free(&texts[i]);
	vt_arena_free(arena);
	return unread ? unread : code;
}

int cli_explain(const struct cli_command *self, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "peer", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'j') {
			options.json = true;
		} else if (option == 'm') {
			options.markdown = true;
		} else if (option == 'p') {
			options.one_peer = true;
			if (!vt_addr_parse(vt_str_of(optarg), &options.peer)) {
				cli_complain(self, "\"%s\" is not an address", optarg);
				return CLI_USAGE;
			}
		} else {
			return option == 'h' ? cli_help(self) : cli_usage(self);
		}
	}
	if (options.json && options.markdown)
		return cli_usage(self);
	static char standard_input[] = "-";
	char *only[] = { standard_input };
	bool named = optind < argc;
	return cli_finish(self,
			  explain(self, named ? argv + optind : only, named ? (size_t)(argc - optind) : 1, &options));
}
