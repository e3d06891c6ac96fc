/* SPDX-License-Identifier: MIT
 * Prompts, echo, pages and refusals: byte streams as a firewall sends them, fed in every possible split. */
#include "config.h"

#include "asa/terminal.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- prompts ---- */

static void prompts_are_recognised(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool privileged, config;
	} cases[] = {
		{ "ciscoasa>", false, false },
		{ "ciscoasa> ", false, false },
		{ "ciscoasa#", true, false },
		{ "ASA1-FW/customer1(config-if)#", true, true },
		{ "ASA1-FW/admin#", true, false },
		{ "act/Lab2/FWasa1#", true, false },
		{ "ciscoasa/pri/act# ", true, false },
		{ "UK-ASA/pri/stbyNoFailover#", true, false },
		{ "LAB-ASA12-Oxidized-IPv6> ", false, false },
		{ "fw_1.example.net#", true, false },
		{ "fw(config)#", true, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_prompt prompt;
		if (!vt_prompt_parse(vt_str_of(cases[i].line), &prompt))
			fail_msg("'%s' is a prompt", cases[i].line);
		assert_int_equal(prompt.privileged, cases[i].privileged);
		assert_int_equal(prompt.config, cases[i].config);
		assert_null(strchr(prompt.text, ' '));
	}
}

static void other_lines_are_no_prompts(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"#",
		">",
		"  ",
		"Password:",
		"Username:",
		"<--- More --->",
		"authorised people only #",
		"fw#x",
		"fw# show version",
		"a//b#",
		"/fw#",
		"fw/#",
		"fw()#",
		"fw(config#",
		"fw(con fig)#",
		"########",
		"***** >",
		"fw (config)#",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct vt_prompt prompt = { "untouched", false, false };
		if (vt_prompt_parse(vt_str_of(lines[i]), &prompt))
			fail_msg("'%s' is no prompt", lines[i]);
		assert_string_equal(prompt.text, "untouched");
	}
}

static void the_failover_state_may_change_in_a_prompt(void **state)
{
	(void)state;
	static const struct {
		const char *known, *seen;
		enum vt_prompt_match match;
	} cases[] = {
		{ "fw1#", "fw1#", VT_PROMPT_SAME },
		{ "fw1#", "fw2#", VT_PROMPT_OTHER },
		{ "fw1#", "fw1>", VT_PROMPT_STATE },
		{ "fw1/pri/act#", "fw1/pri/stby#", VT_PROMPT_STATE },
		{ "act/Lab2/FWasa1#", "stby/Lab2/FWasa1#", VT_PROMPT_STATE },
		{ "fw1/pri/act#", "fw1/sec/actNoFailover#", VT_PROMPT_STATE },
		{ "fw1/pri/act#", "fw1/pri/coldStandby#", VT_PROMPT_STATE },
		{ "fw1/pri/act#", "fw2/pri/act#", VT_PROMPT_OTHER },
		{ "fw1/pri/act#", "fw1/pri#", VT_PROMPT_OTHER },
		{ "fw1/admin#", "fw1/customer1#", VT_PROMPT_OTHER },
		{ "fw1/act1#", "fw1/act2#", VT_PROMPT_OTHER },
		{ "fw1/actor#", "fw1/acted#", VT_PROMPT_OTHER },
		{ "fw1/act#", "fw1/act(config)#", VT_PROMPT_STATE },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_prompt known, seen;
		assert_true(vt_prompt_parse(vt_str_of(cases[i].known), &known));
		assert_true(vt_prompt_parse(vt_str_of(cases[i].seen), &seen));
		if (vt_prompt_compare(&known, &seen) != cases[i].match)
			fail_msg("%s, then %s: not %d", cases[i].known, cases[i].seen, cases[i].match);
	}
}

/* ---- conversations ---- */

struct part {
	const char *sent;      /* by the device */
	enum vt_screen screen; /* shown when all of it is there */
};

struct conversation {
	const char *name, *prompt, *typed; /* NULL typed: no echo is expected */
	struct part parts[6];
	const char *answer;
	unsigned mores, async_lines;
	bool not_echoed, keep_log;
	enum vt_prompt_match match;
};

/* Bytes 0…first in one read, then reads of `step`. */
static enum vt_screen feed(struct vt_terminal *t, const char *bytes, size_t first, size_t step)
{
	enum vt_screen screen = VT_SCREEN_WAITING;
	size_t len = strlen(bytes);
	for (size_t at = 0, n = first ? first : step; at < len; at += n, n = step) {
		n = n < len - at ? n : len - at;
		memcpy(vt_terminal_room(t, n), bytes + at, n);
		screen = vt_terminal_feed(t, n);
	}
	return screen;
}

static void hold(const struct conversation *c, size_t first, size_t step)
{
	struct vt_terminal t = { 0 };
	struct vt_prompt known = { 0 };
	if (c->prompt)
		assert_true(vt_prompt_parse(vt_str_of(c->prompt), &known));
	vt_terminal_expect(&t, c->typed ? vt_str_of(c->typed) : VT_STR_NONE, c->prompt ? &known : NULL);
	for (const struct part *p = c->parts; p->sent; p++) {
		enum vt_screen screen = feed(&t, p->sent, first, step);
		if (screen != p->screen)
			fail_msg("%s, split %zu/%zu, part %td: screen %d, not %d", c->name, first, step, p - c->parts,
				 screen, p->screen);
	}
	bool echoed = t.echoed;
	enum vt_prompt_match match = t.match;
	unsigned mores = t.mores, async_lines;
	struct vt_buf answer;
	vt_terminal_take(&t, c->keep_log, &answer, &async_lines);
	if (strcmp(answer.p ? answer.p : "", c->answer) != 0)
		fail_msg("%s, split %zu/%zu:\n%s\nnot:\n%s", c->name, first, step, answer.p, c->answer);
	assert_int_equal(mores, c->mores);
	assert_int_equal(async_lines, c->async_lines);
	assert_int_equal(echoed, !c->not_echoed);
	assert_int_equal(match, c->match);
	vt_buf_free(&answer);
	vt_terminal_clear(&t);
}

#define PROMPT VT_SCREEN_PROMPT
#define PAGER VT_SCREEN_PAGER
#define WAITING VT_SCREEN_WAITING
#define LONG "show vpn-sessiondb detail l2l filter ipaddress 192.0.2.1"
#define BLANKING "\r              \r"

static const struct conversation conversations[] = {
	{ "a plain answer",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\nSecurity context mode: single \r\n\rfw1# ", PROMPT } },
	  "Security context mode: single \r\n",
	  .match = VT_PROMPT_SAME },
	{ "no answer at all",
	  "fw1#",
	  "terminal pager 0",
	  { { "terminal pager 0\r\n\rfw1# ", PROMPT } },
	  "",
	  .match = VT_PROMPT_SAME },
	{ "mixed line ends",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\r\na\r\r\r\nb\n\rc\r\n\r\r\nfw1# ", PROMPT } },
	  "a\r\r\r\nb\n\rc\r\n\r\r\n",
	  .match = VT_PROMPT_SAME },
	{ "a prompt in the middle of the text",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\nfw1# is no prompt here\r\nfw1#\r\nend\r\n\rfw1# ", PROMPT } },
	  "fw1# is no prompt here\r\nfw1#\r\nend\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an answer that is cut off",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\nSecurity con", WAITING } },
	  "Security con" },
	{ "a failover switch",
	  "fw1/pri/act#",
	  "show mode",
	  { { "show mode\r\nx\r\n\rfw1/pri/stby# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_STATE },
	{ "an echo that scrolls",
	  "UK-ASA/sec/actNoFailover#",
	  LONG,
	  { { LONG "\r$ail l2l filter ipaddress 192.0.2.1\r\nx\r\n\rUK-ASA/sec/actNoFailover# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an echo of which a window is left",
	  "fw1#",
	  LONG,
	  { { "\rfw1# $l2l filter ipaddress 192.0.2.1   \r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an echo cut at its right end",
	  "fw1#",
	  LONG,
	  { { "show vpn-sessiondb detail l2l fil$\r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an echo drawn anew with backspaces",
	  "fw1#",
	  "show clock",
	  { { "show clo\b\b\b\b\b\b\b\bshow clock\r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an echo behind a repeated prompt",
	  "fw1#",
	  "show clock",
	  { { "\r\n\rfw1# show clock\r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "what was left of an earlier answer",
	  "fw1#",
	  "show clock",
	  { { "the end of something else\r\n\rfw1# show clock\r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "an earlier prompt is not the end of this answer",
	  "fw1#",
	  "show clock",
	  { { "\r\nfw1# ", PROMPT } },
	  "\r\n",
	  .not_echoed = true,
	  .match = VT_PROMPT_SAME },
	{ "a syslog line before the echo",
	  "fw1#",
	  "show clock",
	  { { "\r\n%ASA-5-111008: User 'x' executed the 'y' command.\r\nshow clock\r\nx\r\n\rfw1# ", PROMPT } },
	  "x\r\n",
	  .match = VT_PROMPT_SAME },
	{ "syslog lines in between",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\n%ASA-5-111008: User 'x'\r\na\r\n%ASA-6-302013: Built\r\n%ASA-6-302014: Teardown\r\nb "
	      "%ASA-6-302013: x\r\n"
	      "%ASA-6-3: x\r\n%ASA-6-302013: Built\r\n\rfw1# ",
	      PROMPT } },
	  "a\r\nb %ASA-6-302013: x\r\n%ASA-6-3: x\r\n",
	  .async_lines = 4,
	  .match = VT_PROMPT_SAME },
	{ "syslog lines that are the answer",
	  "fw1#",
	  "show logging",
	  { { "show logging\r\n%ASA-6-302013: Built\r\n\rfw1# ", PROMPT } },
	  "%ASA-6-302013: Built\r\n",
	  .keep_log = true,
	  .match = VT_PROMPT_SAME },
	{ "a syslog line behind the prompt",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\na\r\n\rfw1# %ASA-5-111008: User 'x'\r\n", PROMPT } },
	  "a\r\n",
	  .match = VT_PROMPT_SAME },
	{ "pages",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\nb\r\n<--- More --->", PAGER },
	    { BLANKING "   c\r\nd\r\n<--- More --->", PAGER },
	    { BLANKING "e\r\n\rfw1# ", PROMPT } },
	  "a\r\nb\r\n   c\r\nd\r\ne\r\n",
	  .mores = 2,
	  .match = VT_PROMPT_SAME },
	{ "a syslog line behind the prompt, which comes again",
	  "fw1#",
	  "show mode",
	  { { "show mode\r\na\r\n\rfw1# %ASA-5-111008: User 'x'\r\n\rfw1# ", PROMPT } },
	  "a\r\n",
	  .match = VT_PROMPT_SAME },
	{ "pages blanked with backspaces",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\n<--- More --->", PAGER },
	    { "\b\b\b\b\b\b\b\b\b\b\b\b\b\b              \b\b\b\b\b\b\b\b\b\b\b\b\b\bb\r\n\rfw1# ", PROMPT } },
	  "a\r\nb\r\n",
	  .mores = 1,
	  .match = VT_PROMPT_SAME },
	{ "pages blanked with an escape sequence",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\n<--- More --->", PAGER }, { "\r\033[K  b\r\n\rfw1# ", PROMPT } },
	  "a\r\n  b\r\n",
	  .mores = 1,
	  .match = VT_PROMPT_SAME },
	{ "pages that are not blanked",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\n<--- More --->", PAGER }, { "b\r\n\rfw1# ", PROMPT } },
	  "a\r\nb\r\n",
	  .mores = 1,
	  .match = VT_PROMPT_SAME },
	{ "a page that ends with the answer",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\n<--- More --->", PAGER }, { BLANKING "\r\nfw1# ", PROMPT } },
	  "a\r\n\n",
	  .mores = 1,
	  .match = VT_PROMPT_SAME },
	{ "another spelling of More",
	  "fw1#",
	  "show names",
	  { { "show names\r\na\r\n<-- More -->", PAGER } },
	  "a\r\n",
	  .mores = 1 },
	{ "More in a banner before the first prompt",
	  NULL,
	  NULL,
	  { { "line 1\r\nline 2\r\n<--- More --->", PAGER }, { BLANKING "Type help or '?'\r\n\rfw1> ", PROMPT } },
	  "line 1\r\nline 2\r\nType help or '?'\r\n",
	  .mores = 1 },
	{ "a banner line that could be a prompt",
	  NULL,
	  NULL,
	  { { "warning#", PROMPT }, { "###\r\nfw1> ", PROMPT } },
	  "warning####\r\n" },
	{ "enable asks", "fw1>", "enable", { { "enable\r\nPassword: ", VT_SCREEN_PASSWORD } }, "Password: " },
	{ "a star a character",
	  "fw1>",
	  NULL,
	  { { "********\r\n\rfw1# ", PROMPT } },
	  "********\r\n",
	  .match = VT_PROMPT_STATE },
	{ "a wrong enable password",
	  "fw1>",
	  NULL,
	  { { "***\r\nInvalid password\r\nPassword: ", VT_SCREEN_PASSWORD } },
	  "***\r\nInvalid password\r\nPassword: " },
	{ "a user name is wanted", "fw1>", "enable", { { "enable\r\nUsername: ", VT_SCREEN_USERNAME } }, "Username: " },
	{ "an empty line", "fw1>", "", { { "\r\n\rfw1> ", PROMPT } }, "", .match = VT_PROMPT_SAME },
	{ "an empty line that was not echoed",
	  "fw1>",
	  "",
	  { { "fw1> ", PROMPT } },
	  "",
	  .not_echoed = true,
	  .match = VT_PROMPT_SAME },
	{ "a device that does not echo",
	  "fw1#",
	  "show mode",
	  { { "Security context mode: single\r\nfw1# ", PROMPT } },
	  "Security context mode: single\r\n",
	  .not_echoed = true,
	  .match = VT_PROMPT_SAME },
};

static void conversations_end_the_same_however_they_are_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
		const struct conversation *c = &conversations[i];
		size_t longest = 0;
		for (const struct part *p = c->parts; p->sent; p++)
			longest = strlen(p->sent) > longest ? strlen(p->sent) : longest;
		hold(c, 0, SIZE_MAX / 2);
		for (size_t step = 1; step < longest && step < 8; step++)
			hold(c, 0, step);
		for (size_t first = 1; first < longest; first++)
			hold(c, first, SIZE_MAX / 2);
	}
}

static void a_flood_without_line_ends_costs_no_more_per_read(void **state)
{
	(void)state;
	/* 8 MB in 4 kB reads: looking at all of it each time would be 8 GB of work and take this test minutes. */
	static const char fill[] = { 'x', ' ', '\b', '\r', '\033' };
	for (size_t i = 0; i < sizeof fill; i++) {
		struct vt_terminal t = { 0 };
		vt_terminal_expect(&t, VT_STR("show mode"), NULL);
		feed(&t, "a\r\n<--- More --->", 0, 100);
		for (unsigned n = 0; n < 2048; n++) {
			memset(vt_terminal_room(&t, 4096), fill[i], 4096);
			assert_int_equal(vt_terminal_feed(&t, 4096), VT_SCREEN_WAITING);
		}
		feed(&t, "\r\nfw1#", 0, 100);
		assert_string_equal(t.seen.text, "fw1#");
		vt_terminal_clear(&t);
	}
}

/* ---- refusals ---- */

static void refusals_are_told_from_answers(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		enum vt_status status;
		const char *line;
	} cases[] = {
		{ "", VT_OK, "" },
		{ "Security context mode: single \r\n", VT_OK, "" },
		{ "There are no ipsec sas\r\n", VT_OK, "" },
		{ "INFO: There are presently no active sessions of the type specified\r\n", VT_OK, "" },
		{ "         ^\r\nERROR: % Invalid input detected at '^' marker.\r\n", VT_E_REJECTED,
		  "ERROR: % Invalid input detected at '^' marker." },
		{ "\r\n  ^\r\n% Invalid input detected at '^' marker.\r\n", VT_E_REJECTED,
		  "% Invalid input detected at '^' marker." },
		{ "ERROR: % Incomplete command\r\n", VT_E_REJECTED, "ERROR: % Incomplete command" },
		{ "ERROR: % Ambiguous command:  \"sh cry i\"\r\n", VT_E_REJECTED,
		  "ERROR: % Ambiguous command:  \"sh cry i\"" },
		{ "ERROR: % Invalid Hostname\r\n", VT_E_REJECTED, "ERROR: % Invalid Hostname" },
		{ "ERROR: Context 'x' does not exist\r\n", VT_E_REJECTED, "ERROR: Context 'x' does not exist" },
		{ "ERROR: Command authorization failed\r\n", VT_E_DENIED, "ERROR: Command authorization failed" },
		{ "Command authorization failed\r\n", VT_E_DENIED, "Command authorization failed" },
		{ "  ^\r\nERROR: % Invalid input detected at '^' marker.\r\nERROR: Command authorization failed\r\n",
		  VT_E_DENIED, "ERROR: Command authorization failed" },
		{ "ERROR: you are not authorized to do this\r\n", VT_E_DENIED,
		  "ERROR: you are not authorized to do this" },
		{ "Syslog logging: enabled\r\nERROR: % Invalid input\r\n", VT_OK, "" },
		{ "a fact\r\nCommand authorization failed\r\n", VT_OK, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_str line = VT_STR("");
		enum vt_status status = vt_answer_refusal(vt_str_of(cases[i].answer), &line);
		if (status != cases[i].status)
			fail_msg("%s: %d, not %d", cases[i].answer, status, cases[i].status);
		assert_str(line, cases[i].line);
	}
}

UNIT_TESTS(CASE(prompts_are_recognised), CASE(other_lines_are_no_prompts),
	   CASE(the_failover_state_may_change_in_a_prompt), CASE(conversations_end_the_same_however_they_are_split),
	   CASE(a_flood_without_line_ends_costs_no_more_per_read), CASE(refusals_are_told_from_answers))
