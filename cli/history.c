/* SPDX-License-Identifier: MIT
 * vpntriage history: what flowed through each selector of a tunnel, step by step.
 */
#include "config.h"

#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/fleet.h"
#include "cli/table.h"

static const struct ask_option options[] = {
	{ "from", 'f', false }, { "to", 't', false }, { "step", 's', false }, { 0 }
};

static const char *mean(struct vt_arena *arena, const json_t *series, const char *figure, size_t i)
{
	const json_t *value = json_array_get(json_object_get(json_object_get(series, figure), "mean"), i);
	return json_is_number(value) ? vt_arena_printf(arena, "%.1f", json_number_value(value)) : "-";
}

static void print_series(struct vt_arena *arena, const json_t *at, const json_t *series)
{
	static const char *const titles[] = { "FROM",    ">OUT pkt/s",  ">IN pkt/s",   ">OUT B/s",
					      ">IN B/s", ">SEND ERR/s", ">RECV ERR/s", NULL };
	static const char *const figures[] = { "encaps_pkts", "decaps_pkts", "tx_bytes",
					       "rx_bytes",    "send_errors", "recv_errors" };
	struct table *table = table_new(arena, titles);
	for (size_t i = 0; i < json_array_size(at); i++) {
		const char *time = json_string_value(json_array_get(at, i));
		table_row(table);
		/* 2026-11-23T02:14:00.000Z without its fraction */
		table_cell(table,
			   time && strlen(time) > 19 ? vt_arena_printf(arena, "%.10s %.8sZ", time, time + 11) : time);
		for (size_t f = 0; f < sizeof figures / sizeof *figures; f++)
			table_cell(table, mean(arena, series, figures[f], i));
	}
	table_print(table);
}

static void print(const json_t *tunnel, const json_t *history)
{
	struct vt_arena *arena = vt_arena_new();
	const json_t *items = json_object_get(history, "items");
	const char *name = fleet_text(tunnel, "name");
	printf("%s → %s%s%s%s   a step is %s; \"-\" is a step in which nothing was read\n",
	       printable(arena, fleet_place(arena, tunnel)), printable(arena, fleet_text(tunnel, "peer")),
	       name ? " (" : "", printable(arena, name), name ? ")" : "",
	       fleet_seconds(arena, json_object_get(history, "step_s")));
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *series = json_array_get(items, i);
		printf("\n%s ⇄ %s\n", printable(arena, fleet_text(series, "local")),
		       printable(arena, fleet_text(series, "remote")));
		print_series(arena, json_object_get(history, "at"), series);
	}
	if (json_array_size(items) == 0)
		puts("no selector of it has been seen");
	vt_arena_free(arena);
}

static int show(struct http *http, const struct ask *ask, const json_t *tunnel)
{
	struct vt_buf path = { 0 };
	json_t *history;
	vt_buf_printf(&path, "/api/v1/tunnels/%s/history", fleet_text(tunnel, "id"));
	ask_add(options, ask, &path);
	int code = http_get(http, path.p, &history);
	vt_buf_free(&path);
	if (code != CLI_OK)
		return code;
	if (ask->json) {
		fleet_print_json(history);
		return CLI_OK;
	}
	print(tunnel, history);
	json_decref(history);
	return CLI_OK;
}

int cli_history(const struct cli_command *self, int argc, char **argv)
{
	struct ask ask;
	json_t *tunnel;
	int code;
	if (!ask_read(self, argc, argv, options, 2, &ask, &code))
		return code;
	struct http *http = http_new(self, &ask.http, &code);
	if (!http)
		return code;
	code = fleet_find_tunnel(self, http, argv[optind], argv[optind + 1], &tunnel);
	if (code == CLI_OK) {
		code = show(http, &ask, tunnel);
		json_decref(tunnel);
	}
	http_free(http);
	return code == CLI_OK ? cli_finish(self, CLI_OK) : code;
}
