/* SPDX-License-Identifier: MIT
 * The allow-list: whatever it accepts has one spelling, one meaning, and nothing in it that a command line takes for
 * more than text.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/command.h"
#include "base/lines.h"

static const struct vt_str first_words[] = {
	VT_STR("show "),
	VT_STR("ping "),
	VT_STR("packet-tracer input "),
	VT_STR("changeto "),
	VT_STR("terminal pager 0"),
	VT_STR("enable"),
	VT_STR("exit"),
};

static bool starts_well(struct vt_str text)
{
	for (size_t i = 0; i < sizeof first_words / sizeof *first_words; i++)
		if (vt_str_starts(text, first_words[i]))
			return true;
	return false;
}

static void check_command(struct vt_str text)
{
	struct vt_command command, again;
	struct vt_error error = { 0 };
	if (vt_command_parse(text, &command, &error) != VT_OK) {
		FUZZ_CHECK(error.status == VT_E_UNKNOWN_COMMAND);
		FUZZ_CHECK(!vt_command_is_allowed(text));
		return;
	}
	FUZZ_CHECK(vt_str_eq(vt_command_text(&command), text));
	FUZZ_CHECK(command.text[command.len] == '\0');
	FUZZ_CHECK(vt_command_parse(vt_command_text(&command), &again, &error) == VT_OK);
	FUZZ_CHECK(again.id == command.id && again.takes_ms == command.takes_ms);
	FUZZ_CHECK(starts_well(text));
	unsigned pipes = 0;
	for (size_t i = 0; i < text.len; i++) {
		FUZZ_CHECK(text.p[i] >= ' ' && text.p[i] <= '~');
		FUZZ_CHECK(!strchr("?\"'`;<>\\!^", text.p[i]));
		pipes += text.p[i] == '|';
	}
	FUZZ_CHECK(pipes <= 1);
	if (pipes)
		FUZZ_CHECK(vt_str_find(text, VT_STR(" | include ")) >= 0 ||
			   vt_str_find(text, VT_STR(" | begin ")) >= 0);
	bool ping = vt_str_starts(text, VT_STR("ping ")), trace = vt_str_starts(text, VT_STR("packet-tracer "));
	FUZZ_CHECK(command.active == (ping || trace));
}

/* Any bytes as a name: what is taken reads back as the same command. */
static void check_names(struct vt_str name)
{
	static const enum vt_command_id ids[] = { VT_CMD_SHOW_INTERFACE, VT_CMD_CHANGETO_CONTEXT,
						  VT_CMD_SHOW_ACCESS_LIST_NAME, VT_CMD_SHOW_RUN_TUNNEL_GROUP_NAME };
	const struct vt_command_args args = { .nameif = name, .context = name, .acl = name, .tunnel_group = name };
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		struct vt_command made;
		if (vt_command_build(ids[i], &args, &made, NULL) != VT_OK)
			continue;
		check_command(vt_command_text(&made));
		FUZZ_CHECK(vt_command_is_allowed(vt_command_text(&made)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_str text = { (const char *)bytes, len };
	check_command(text);
	check_names(text);
	struct vt_lines lines = vt_lines_of(text);
	for (struct vt_str line; vt_lines_next(&lines, &line);) {
		check_command(line);
		check_names(line);
	}
	return 0;
}
