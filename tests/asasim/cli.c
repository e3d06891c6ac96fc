/* SPDX-License-Identifier: MIT
 * One terminal session on a simulated firewall.
 *
 * The line editor echoes what is typed; a line longer than the width scrolls sideways and is redrawn with a `$`
 * where it is cut. A command is found in one table of patterns by unique prefixes, as on a firewall. Its output
 * passes the filter, then the pager, then the line ends; the byte-level quirks strike at the very end.
 */
#include "base/memory.h"
#include "cli.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH 80
#define MAX_LINE 512
#define KEEP_BYTES 16384
#define MAX_WORDS 40
#define MORE "<--- More --->"

/* ---- writing ---- */

static void put(struct cli *c, const char *bytes, size_t len)
{
	const struct quirks *q = &c->view.device->quirks;
	if (c->state == CLI_HUNG || c->state == CLI_CLOSED)
		return;
	c->shown_bytes += len;
	if (q->hang_after_bytes && c->shown_bytes > q->hang_after_bytes) {
		c->state = CLI_HUNG;
		return;
	}
	if (q->close_after_bytes && c->shown_bytes > q->close_after_bytes) {
		c->state = CLI_CLOSED;
		return;
	}
	vt_buf_add(&c->out, bytes, len);
}

static void put_text(struct cli *c, const char *text)
{
	put(c, text, strlen(text));
}

static void end_line(struct cli *c)
{
	static const char *const mixed[] = { "\r\n", "\r\r\n", "\r\n\r", "\r\n" };
	const char *kind = c->view.device->quirks.line_end;
	const char *end = strcmp(kind, "crcrlf") == 0  ? "\r\r\n"
			  : strcmp(kind, "mixed") == 0 ? mixed[c->lines_ended % 4]
						       : "\r\n";
	c->lines_ended++;
	put_text(c, end);
}

/* ---- the prompt ---- */

static const char *element(const struct cli *c, const char *word)
{
	const struct view *v = &c->view;
	if (strcmp(word, "domain") == 0)
		return v->device->domain;
	if (strcmp(word, "context") == 0)
		return v->gw ? v->gw->context : NULL;
	if (strcmp(word, "priority") == 0)
		return v->unit ? "sec" : "pri";
	if (strcmp(word, "state") == 0)
		return v->device->pair ? (view_active(v) ? "act" : "stby") : "actNoFailover";
	return v->device->hostname;
}

static void prompt_text(const struct cli *c, char text[256])
{
	char words[128];
	size_t n = 0;
	char *save = NULL;
	snprintf(words, sizeof words, "%s", c->view.device->prompt);
	text[0] = '\0';
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		const char *shown = element(c, w);
		if (shown && n < 200)
			n += (size_t)snprintf(text + n, 256 - n, "%s%.63s", n ? "/" : "", shown);
	}
	snprintf(text + n, 256 - n, "%s%s ", c->config ? "(config)" : "", c->view.level == 15 ? "#" : ">");
}

static void prompt(struct cli *c)
{
	char text[256];
	c->shown_bytes = 0;
	c->scrolled = false;
	vt_buf_clear(&c->line);
	prompt_text(c, text);
	put_text(c, "\r");
	put_text(c, text);
	c->shown_bytes = 0;
}

/* ---- the pager ---- */

/* Empties a buffer; a thousand idle sessions do not keep the room of their largest listing. */
static void drop_text(struct vt_buf *buf)
{
	if (buf->cap > KEEP_BYTES)
		vt_buf_free(buf);
	else
		vt_buf_clear(buf);
}

static void after_page(struct cli *c)
{
	drop_text(&c->page);
	c->page_at = 0;
	if (c->state == CLI_LINE)
		prompt(c);
}

/* Shows up to `lines` lines of what waits; all of it for 0. */
static void page_on(struct cli *c, unsigned lines)
{
	for (unsigned n = 0; c->page_at < c->page.len; n++) {
		if (lines && n == lines) {
			c->state = CLI_MORE;
			put_text(c, MORE);
			return;
		}
		const char *begin = c->page.p + c->page_at, *lf = memchr(begin, '\n', c->page.len - c->page_at);
		size_t len = lf ? (size_t)(lf - begin) : c->page.len - c->page_at;
		put(c, begin, len);
		c->page_at += len + (lf ? 1 : 0);
		if (lf)
			end_line(c);
		if (c->state == CLI_HUNG || c->state == CLI_CLOSED)
			return;
	}
	c->state = CLI_LINE;
	after_page(c);
}

static void more_key(struct cli *c, char key)
{
	/* The firewall blanks the More text before it goes on. */
	put_text(c, "\r              \r");
	c->state = CLI_LINE;
	if (key == 'q' || key == 'Q')
		after_page(c);
	else
		page_on(c, key == '\r' || key == '\n' ? 1 : c->pager > 1 ? c->pager - 1 : 1);
}

static void spoil(struct cli *c, struct vt_buf *text)
{
	const struct quirks *q = &c->view.device->quirks;
	if (!q->async_syslog && !q->garbage)
		return;
	struct vt_buf out = { 0 };
	unsigned n = 0;
	for (size_t at = 0; at < text->len; n++) {
		const char *begin = text->p + at, *lf = memchr(begin, '\n', text->len - at);
		size_t len = lf ? (size_t)(lf - begin) + 1 : text->len - at;
		if (q->async_syslog && n % 17 == 3)
			vt_buf_printf(&out, "%%ASA-5-111008: User 'admin' executed the 'logging monitor' command.\n");
		if (q->garbage && n % 13 == 5)
			vt_buf_add(&out, "\0\x80\xff\x1b[2K\n", 8);
		vt_buf_add(&out, begin, len);
		at += len;
	}
	vt_buf_free(text);
	*text = out;
}

static void show(struct cli *c, struct vt_buf *text)
{
	spoil(c, text);
	vt_buf_add(&c->page, text->p ? text->p : "", text->len);
	page_on(c, c->pager);
}

/* ---- filters ---- */

enum filter_kind { FILTER_NONE, FILTER_INCLUDE, FILTER_EXCLUDE, FILTER_BEGIN };

static enum filter_kind filter_word(const char *word)
{
	static const struct {
		const char *word;
		enum filter_kind kind;
	} table[] = { { "include", FILTER_INCLUDE },
		      { "exclude", FILTER_EXCLUDE },
		      { "begin", FILTER_BEGIN },
		      { "grep", FILTER_INCLUDE } };
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (*word && strncmp(table[i].word, word, strlen(word)) == 0)
			return table[i].kind;
	return FILTER_NONE;
}

static void filter(struct vt_buf *text, enum filter_kind kind, const regex_t *re)
{
	struct vt_buf out = { 0 };
	bool begun = false;
	for (size_t at = 0; at < text->len;) {
		char *begin = text->p + at, *lf = memchr(begin, '\n', text->len - at);
		size_t len = lf ? (size_t)(lf - begin) : text->len - at;
		if (lf)
			*lf = '\0';
		bool hit = regexec(re, begin, 0, NULL, 0) == 0;
		begun |= hit;
		if (kind == FILTER_INCLUDE ? hit : kind == FILTER_EXCLUDE ? !hit : begun) {
			vt_buf_add(&out, begin, len);
			vt_buf_char(&out, '\n');
		}
		at += len + 1;
	}
	vt_buf_free(text);
	*text = out;
}

/* ---- commands ---- */

struct args {
	size_t n;
	char **word;  /* as typed */
	char *rest;   /* from the first argument on */
	char *arg[4]; /* what stood for <ip>, <word> ... in order */
	size_t n_arg;
};

typedef void command_fn(struct cli *c, struct vt_buf *out, const struct args *a);

static bool parse_ip(struct cli *c, const char *text, struct vt_addr *addr)
{
	if (vt_addr_parse(vt_str_of(text), addr))
		return true;
	for (size_t i = 0; i < c->view.device->n_names; i++)
		if (strcmp(c->view.device->names[i].name, text) == 0) {
			*addr = c->view.device->names[i].addr;
			return true;
		}
	return false;
}

#define SHOW(name, call)                                                                                               \
	static void name(struct cli *c, struct vt_buf *out, const struct args *a)                                      \
	{                                                                                                              \
		(void)a;                                                                                               \
		call;                                                                                                  \
	}
SHOW(cmd_version, render_version(&c->view, out))
SHOW(cmd_mode, render_mode(&c->view, out))
SHOW(cmd_curpriv, render_curpriv(&c->view, out))
SHOW(cmd_clock, render_clock(&c->view, out, false))
SHOW(cmd_clock_detail, render_clock(&c->view, out, true))
SHOW(cmd_failover, render_failover(&c->view, out))
SHOW(cmd_cpu, render_cpu(&c->view, out))
SHOW(cmd_isakmp, render_isakmp_sa(&c->view, out, false))
SHOW(cmd_isakmp_detail, render_isakmp_sa(&c->view, out, true))
SHOW(cmd_ikev1, render_ikev1_sa(&c->view, out, false))
SHOW(cmd_ikev1_detail, render_ikev1_sa(&c->view, out, true))
SHOW(cmd_ikev2, render_ikev2_sa(&c->view, out, false))
SHOW(cmd_ikev2_detail, render_ikev2_sa(&c->view, out, true))
SHOW(cmd_ipsec, render_ipsec_sa(&c->view, out, NULL, false))
SHOW(cmd_ipsec_detail, render_ipsec_sa(&c->view, out, NULL, true))
SHOW(cmd_ipsec_stats, render_ipsec_stats(&c->view, out))
SHOW(cmd_sessions, render_sessions(&c->view, out, NULL, NULL, false))
SHOW(cmd_sessions_detail, render_sessions(&c->view, out, NULL, NULL, true))
SHOW(cmd_sessions_name, render_sessions(&c->view, out, NULL, a->arg[0], false))
SHOW(cmd_sessions_detail_name, render_sessions(&c->view, out, NULL, a->arg[0], true))
SHOW(cmd_summary, render_session_summary(&c->view, out))
SHOW(cmd_route, render_route(&c->view, out, NULL))
SHOW(cmd_asp_drop, render_asp_drop(&c->view, out))
SHOW(cmd_vpn_context, render_vpn_context(&c->view, out))
SHOW(cmd_nat, render_nat(&c->view, out, false))
SHOW(cmd_nat_detail, render_nat(&c->view, out, true))
SHOW(cmd_access_list, render_access_list(&c->view, out, NULL))
SHOW(cmd_access_list_name, render_access_list(&c->view, out, a->arg[0]))
SHOW(cmd_logging, render_logging(&c->view, out))
SHOW(cmd_names, render_names(&c->view, out))
SHOW(cmd_brief, render_interface_brief(&c->view, out))
SHOW(cmd_pager, vt_buf_printf(out, "pager lines %u\n", c->pager))
SHOW(cmd_running, render_running(&c->view, out, NULL, false))
SHOW(cmd_packet_tracer, render_packet_tracer(&c->view, out, a->n, a->word))
SHOW(cmd_ping, render_ping(&c->view, out, a->n, a->word))

static void with_ip(struct cli *c, struct vt_buf *out, const struct args *a,
		    void (*render)(struct cli *, struct vt_buf *, const struct vt_addr *))
{
	struct vt_addr addr;
	if (parse_ip(c, a->arg[0], &addr))
		render(c, out, &addr);
	else
		vt_buf_printf(out, "ERROR: %% Invalid Hostname\n");
}

static void ipsec_peer(struct cli *c, struct vt_buf *out, const struct vt_addr *addr)
{
	render_ipsec_sa(&c->view, out, addr, false);
}

static void ipsec_peer_detail(struct cli *c, struct vt_buf *out, const struct vt_addr *addr)
{
	render_ipsec_sa(&c->view, out, addr, true);
}

static void sessions_peer(struct cli *c, struct vt_buf *out, const struct vt_addr *addr)
{
	render_sessions(&c->view, out, addr, NULL, false);
}

static void sessions_peer_detail(struct cli *c, struct vt_buf *out, const struct vt_addr *addr)
{
	render_sessions(&c->view, out, addr, NULL, true);
}

static void route_to(struct cli *c, struct vt_buf *out, const struct vt_addr *addr)
{
	render_route(&c->view, out, addr);
}

SHOW(cmd_ipsec_peer, with_ip(c, out, a, ipsec_peer))
SHOW(cmd_ipsec_peer_detail, with_ip(c, out, a, ipsec_peer_detail))
SHOW(cmd_sessions_ip, with_ip(c, out, a, sessions_peer))
SHOW(cmd_sessions_detail_ip, with_ip(c, out, a, sessions_peer_detail))
SHOW(cmd_route_ip, with_ip(c, out, a, route_to))

static void cmd_context(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)a;
	if (c->view.device->multi)
		render_context(&c->view, out);
	else
		vt_buf_printf(out, "ERROR: Command requires multiple mode\n");
}

static void running_section(struct cli *c, struct vt_buf *out, const struct args *a, bool all)
{
	all |= strcmp(a->rest, "all") == 0;
	const char *section = strcmp(a->rest, "all") == 0 ? NULL : a->rest;
	if (!render_running(&c->view, out, section, all))
		vt_buf_printf(out, "                ^\nERROR: %% Invalid input detected at '^' marker.\n");
}

SHOW(cmd_running_section, running_section(c, out, a, false))
SHOW(cmd_running_all, running_section(c, out, a, true))

static void cmd_enable(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)out, (void)a;
	if (c->view.level == 15)
		return;
	c->password_tries = 0;
	c->state = CLI_PASSWORD;
}

static void cmd_exit(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)a;
	if (c->config) {
		c->config = false;
		return;
	}
	vt_buf_printf(out, "\nLogoff\n\n");
	c->state = CLI_CLOSED;
}

static void cmd_disable(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)out, (void)a;
	c->view.level = 1;
}

static void cmd_terminal_pager(struct cli *c, struct vt_buf *out, const struct args *a)
{
	uint64_t n;
	if (vt_str_to_u64(vt_str_of(a->arg[0]), &n) && n < 10000)
		c->pager = (unsigned)n;
	else
		vt_buf_printf(out, "                ^\nERROR: %% Invalid input detected at '^' marker.\n");
}

static void cmd_nothing(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)c, (void)out, (void)a;
}

static void cmd_configure(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)out, (void)a;
	c->config = true;
}

static void cmd_end(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)out, (void)a;
	c->config = false;
}

static void cmd_changeto_context(struct cli *c, struct vt_buf *out, const struct args *a)
{
	for (size_t i = 0; i < c->view.device->n_gw && c->view.device->multi; i++)
		if (strcmp(c->view.device->gw[i]->context, a->arg[0]) == 0) {
			c->view.gw = c->view.device->gw[i];
			return;
		}
	vt_buf_printf(out,
		      c->view.device->multi ? "ERROR: Context '%s' does not exist.\n"
					    : "ERROR: Command requires multiple mode (%s)\n",
		      a->arg[0]);
}

static void cmd_changeto_system(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)a;
	if (c->view.device->multi)
		c->view.gw = NULL;
	else
		vt_buf_printf(out, "ERROR: Command requires multiple mode\n");
}

static void cmd_help(struct cli *c, struct vt_buf *out, const struct args *a)
{
	(void)c, (void)a;
	vt_buf_printf(out, "\nenable   Turn on privileged commands\nexit     Exit the current command mode\nshow     "
			   "Show running system information\n");
}

enum {
	SYSTEM = 2,
	CONFIG = 4,
	NEW = 8,
	USER = 16
}; /* USER: also without enable; NEW: not before 8.4; SYSTEM: also in the system space */

static const struct command {
	const char *pattern; /* <ip> and <word> take one word, <rest> all that follows */
	unsigned flags;
	command_fn *run;
} commands[] = {
	{ "enable", USER | SYSTEM, cmd_enable },
	{ "disable", SYSTEM, cmd_disable },
	{ "exit", USER | SYSTEM | CONFIG, cmd_exit },
	{ "quit", USER | SYSTEM | CONFIG, cmd_exit },
	{ "logout", USER | SYSTEM, cmd_exit },
	{ "help", USER | SYSTEM, cmd_help },
	{ "terminal pager <word>", SYSTEM, cmd_terminal_pager },
	{ "terminal pager lines <word>", SYSTEM, cmd_terminal_pager },
	{ "terminal no monitor", SYSTEM, cmd_nothing },
	{ "no terminal pager", SYSTEM, cmd_nothing },
	{ "configure terminal", SYSTEM, cmd_configure },
	{ "terminal width <word>", CONFIG | SYSTEM, cmd_nothing },
	{ "end", CONFIG | SYSTEM, cmd_end },
	{ "changeto context <word>", SYSTEM, cmd_changeto_context },
	{ "changeto system", SYSTEM, cmd_changeto_system },
	{ "packet-tracer input <rest>", 0, cmd_packet_tracer },
	{ "ping <rest>", 0, cmd_ping },
	{ "show version", USER | SYSTEM, cmd_version },
	{ "show mode", SYSTEM, cmd_mode },
	{ "show context", SYSTEM, cmd_context },
	{ "show curpriv", USER | SYSTEM, cmd_curpriv },
	{ "show clock", SYSTEM, cmd_clock },
	{ "show clock detail", SYSTEM, cmd_clock_detail },
	{ "show failover", SYSTEM, cmd_failover },
	{ "show pager", USER | SYSTEM, cmd_pager },
	{ "show cpu usage", SYSTEM, cmd_cpu },
	{ "show cpu", SYSTEM, cmd_cpu },
	{ "show crypto isakmp sa", 0, cmd_isakmp },
	{ "show crypto isakmp sa detail", 0, cmd_isakmp_detail },
	{ "show isakmp sa", 0, cmd_isakmp },
	{ "show isakmp sa detail", 0, cmd_isakmp_detail },
	{ "show crypto ikev1 sa", NEW, cmd_ikev1 },
	{ "show crypto ikev1 sa detail", NEW, cmd_ikev1_detail },
	{ "show crypto ikev2 sa", NEW, cmd_ikev2 },
	{ "show crypto ikev2 sa detail", NEW, cmd_ikev2_detail },
	{ "show crypto ipsec sa", 0, cmd_ipsec },
	{ "show crypto ipsec sa detail", 0, cmd_ipsec_detail },
	{ "show crypto ipsec sa peer <ip>", 0, cmd_ipsec_peer },
	{ "show crypto ipsec sa peer <ip> detail", 0, cmd_ipsec_peer_detail },
	{ "show crypto ipsec stats", 0, cmd_ipsec_stats },
	{ "show ipsec stats", 0, cmd_ipsec_stats },
	{ "show vpn-sessiondb", 0, cmd_summary },
	{ "show vpn-sessiondb summary", 0, cmd_summary },
	{ "show vpn-sessiondb l2l", 0, cmd_sessions },
	{ "show vpn-sessiondb l2l filter ipaddress <ip>", 0, cmd_sessions_ip },
	{ "show vpn-sessiondb l2l filter name <word>", 0, cmd_sessions_name },
	{ "show vpn-sessiondb detail l2l", 0, cmd_sessions_detail },
	{ "show vpn-sessiondb detail l2l filter ipaddress <ip>", 0, cmd_sessions_detail_ip },
	{ "show vpn-sessiondb detail l2l filter name <word>", 0, cmd_sessions_detail_name },
	{ "show route", 0, cmd_route },
	{ "show route <ip>", 0, cmd_route_ip },
	{ "show asp drop", 0, cmd_asp_drop },
	{ "show asp table vpn-context detail", 0, cmd_vpn_context },
	{ "show nat", 0, cmd_nat },
	{ "show nat detail", 0, cmd_nat_detail },
	{ "show access-list", 0, cmd_access_list },
	{ "show access-list <word>", 0, cmd_access_list_name },
	{ "show logging", 0, cmd_logging },
	{ "show names", 0, cmd_names },
	{ "show interface ip brief", 0, cmd_brief },
	{ "show running-config", SYSTEM, cmd_running },
	{ "show running-config all <rest>", 0, cmd_running_all },
	{ "show running-config <rest>", 0, cmd_running_section },
};
#define N_COMMANDS (sizeof commands / sizeof *commands)

static bool offered(const struct cli *c, const struct command *cmd)
{
	if (c->config)
		return cmd->flags & CONFIG;
	if ((cmd->flags & CONFIG) && !(cmd->flags & USER))
		return false;
	if (c->view.level < 15 && !(cmd->flags & USER))
		return false;
	if ((cmd->flags & NEW) && c->view.device->gen == GEN_82)
		return false;
	return c->view.gw || (cmd->flags & SYSTEM);
}

/* The `n`-th word of a pattern. */
static struct vt_str pattern_word(const char *pattern, size_t n)
{
	struct vt_str rest = vt_str_of(pattern), word = VT_STR_NONE;
	for (size_t i = 0; i <= n; i++) {
		vt_skip_blanks(&rest);
		word = VT_STR_NONE;
		if (!vt_scan_word(&rest, &word))
			return VT_STR_NONE;
	}
	return word;
}

static bool is_slot(struct vt_str word)
{
	return word.len && *word.p == '<';
}

enum lookup { FOUND, INVALID, AMBIGUOUS, INCOMPLETE };

/* Narrows the candidates by one typed word; answers how many distinct keywords it may mean. */
static unsigned narrow(const struct cli *c, bool *alive, size_t at, const char *typed)
{
	struct vt_str t = vt_str_of(typed), meant = VT_STR_NONE;
	bool exact = false, slot = false, clash = false;
	for (size_t i = 0; i < N_COMMANDS; i++) {
		struct vt_str w = alive[i] && offered(c, &commands[i]) ? pattern_word(commands[i].pattern, at)
								       : VT_STR_NONE;
		if (!w.len)
			continue;
		if (is_slot(w)) {
			slot = true;
		} else if (vt_str_ieq(w, t)) {
			meant = w;
			exact = true;
		} else if (!exact && vt_str_istarts(w, t)) {
			clash |= meant.len && !vt_str_eq(meant, w);
			meant = w;
		}
	}
	for (size_t i = 0; i < N_COMMANDS; i++) {
		struct vt_str w = alive[i] && offered(c, &commands[i]) ? pattern_word(commands[i].pattern, at)
								       : VT_STR_NONE;
		alive[i] = w.len && (meant.len ? vt_str_eq(w, meant) : slot && is_slot(w));
	}
	return meant.len ? (clash && !exact ? 2 : 1) : slot;
}

static enum lookup look_up(const struct cli *c, size_t n, char **words, const struct command **found, size_t *bad)
{
	bool alive[N_COMMANDS];
	memset(alive, 1, sizeof alive);
	for (size_t at = 0; at < n; at++) {
		unsigned meanings = narrow(c, alive, at, words[at]);
		*bad = at;
		if (meanings == 0)
			return INVALID;
		if (meanings == 2)
			return AMBIGUOUS;
		/* A <rest> swallows everything from here on. */
		for (size_t i = 0; i < N_COMMANDS; i++)
			if (alive[i] && vt_str_eq(pattern_word(commands[i].pattern, at), VT_STR("<rest>"))) {
				*found = &commands[i];
				return FOUND;
			}
	}
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (alive[i] && offered(c, &commands[i]) && pattern_word(commands[i].pattern, n).len == 0) {
			*found = &commands[i];
			return FOUND;
		}
	return INCOMPLETE;
}

static bool denied(const struct cli *c, const struct command *cmd)
{
	const struct quirks *q = &c->view.device->quirks;
	for (size_t i = 0; i < q->n_denied; i++)
		if (strncmp(cmd->pattern, q->denied[i], strlen(q->denied[i])) == 0)
			return true;
	return false;
}

static void caret(struct cli *c, struct vt_buf *out, const char *line, size_t word)
{
	char text[256];
	prompt_text(c, text);
	size_t at = 0, n = 0;
	for (; line[at]; at++)
		if (line[at] != ' ' && (at == 0 || line[at - 1] == ' ') && n++ == word)
			break;
	vt_buf_printf(out, "%*s^\nERROR: %% Invalid input detected at '^' marker.\n",
		      (int)((strlen(text) + at) % WIDTH), "");
}

static size_t split(char *line, char **words)
{
	size_t n = 0;
	char *save = NULL;
	for (char *w = strtok_r(line, " \t", &save); w && n < MAX_WORDS; w = strtok_r(NULL, " \t", &save))
		words[n++] = w;
	return n;
}

static void collect(const struct command *cmd, struct args *a, char *rest_room, size_t room)
{
	for (size_t i = 0; i < a->n; i++) {
		struct vt_str w = pattern_word(cmd->pattern, i);
		if (vt_str_eq(w, VT_STR("<rest>"))) {
			size_t len = 0;
			for (size_t k = i; k < a->n && len < room; k++)
				len += (size_t)snprintf(rest_room + len, room - len, "%s%s", k > i ? " " : "",
							a->word[k]);
			a->rest = rest_room;
			return;
		}
		if (is_slot(w) && a->n_arg < 4)
			a->arg[a->n_arg++] = a->word[i];
	}
}

/* The part behind `|`: answers false (and says so) when it is not a filter. */
static bool read_filter(struct cli *c, struct vt_buf *out, const char *line, char *bar, enum filter_kind *kind,
			regex_t *re)
{
	char word[16] = "";
	int used = 0;
	*kind = FILTER_NONE;
	if (!bar)
		return true;
	sscanf(bar + 1, " %15[a-z]%n", word, &used);
	*kind = filter_word(word);
	const char *expression = bar + 1 + used;
	while (*expression == ' ')
		expression++;
	if (*kind == FILTER_INCLUDE && strncmp(expression, "-v ", 3) == 0) {
		*kind = FILTER_EXCLUDE;
		expression += 3;
	}
	if (*kind == FILTER_NONE || !*expression || regcomp(re, expression, REG_EXTENDED | REG_NOSUB) != 0) {
		*kind = FILTER_NONE;
		caret(c, out, line, 0);
		return false;
	}
	return true;
}

/* ---- running one line ---- */

static void run(struct cli *c, const char *line, struct vt_buf *out)
{
	char copy[MAX_LINE + 1], rest[MAX_LINE + 1];
	char *words[MAX_WORDS];
	snprintf(copy, sizeof copy, "%s", line);
	char *bar = strchr(copy, '|');
	enum filter_kind kind;
	regex_t re;
	bool filter_of_nothing = bar && vt_str_trim(vt_str_between(copy, bar)).len == 0;
	if (filter_of_nothing || !read_filter(c, out, line, bar, &kind, &re))
		return;
	if (bar)
		*bar = '\0';
	struct args a = { .word = words, .n = split(copy, words) };
	const struct command *cmd = NULL;
	size_t bad = 0;
	switch (look_up(c, a.n, words, &cmd, &bad)) {
	case INVALID:
		caret(c, out, line, bad);
		break;
	case AMBIGUOUS:
		vt_buf_printf(out, "ERROR: %% Ambiguous command:  \"%s\"\n", line);
		break;
	case INCOMPLETE:
		vt_buf_printf(out, "ERROR: %% Incomplete command\n");
		break;
	case FOUND:
		if (denied(c, cmd)) {
			vt_buf_printf(out, "ERROR: Command authorization failed\n");
			break;
		}
		collect(cmd, &a, rest, sizeof rest);
		cmd->run(c, out, &a);
		if (kind != FILTER_NONE)
			filter(out, kind, &re);
		break;
	}
	if (kind != FILTER_NONE)
		regfree(&re);
}

static void enter(struct cli *c)
{
	struct vt_buf text = { 0 };
	char line[MAX_LINE + 1];
	snprintf(line, sizeof line, VT_FMT, VT_ARG(vt_str_trim(vt_buf_view(&c->line))));
	if (c->scrolled) {
		char head[256];
		prompt_text(c, head);
		put_text(c, "\r");
		put_text(c, head);
		int room = WIDTH - 2 - (int)strlen(head);
		put(c, line, room > 0 ? (size_t)room : 0);
		put_text(c, "$");
	}
	end_line(c);
	vt_buf_clear(&c->line);
	c->entered++;
	if (*line) {
		c->events.advance(c->events.context);
		c->events.command(c->events.context,
				  c->config             ? "config"
				  : c->view.level == 15 ? "enable"
							: "exec",
				  line);
		run(c, line, &text);
	}
	if (c->state == CLI_PASSWORD) {
		put_text(c, "Password: ");
	} else if (c->state == CLI_CLOSED) {
		c->state = CLI_LINE;
		for (size_t i = 0; i < text.len; i++)
			if (text.p[i] == '\n')
				end_line(c);
			else
				put(c, &text.p[i], 1);
		c->state = CLI_CLOSED;
	} else {
		show(c, &text);
	}
	vt_buf_free(&text);
}

static void password_entered(struct cli *c)
{
	struct device *d = c->view.device;
	char got[MAX_LINE + 1];
	snprintf(got, sizeof got, VT_FMT, VT_ARG(vt_buf_view(&c->line)));
	vt_buf_clear(&c->line);
	end_line(c);
	bool right = strcmp(got, d->enable) == 0;
	if (right && d->quirks.enable_refuse > 0) {
		d->quirks.enable_refuse--;
		right = false;
	}
	if (right) {
		c->view.level = 15;
	} else {
		put_text(c, "Invalid password");
		end_line(c);
		if (++c->password_tries < 3) {
			put_text(c, "Password: ");
			return;
		}
		put_text(c, "Access denied.");
		end_line(c);
	}
	c->state = CLI_LINE;
	prompt(c);
}

/* ---- typing ---- */

static void echo(struct cli *c, char ch)
{
	char head[256];
	prompt_text(c, head);
	if (!c->view.device->quirks.scroll_echo || strlen(head) + c->line.len < WIDTH - 1) {
		put(c, &ch, 1);
		return;
	}
	/* The line slides to the left: back to its start, a `$`, its last part. Every ten characters. */
	size_t keep = 40;
	if (!c->scrolled || c->line.len % 10 == 0) {
		put_text(c, "\r");
		put_text(c, head);
		put_text(c, "$");
		put(c, c->line.p + (c->line.len > keep ? c->line.len - keep : 0),
		    c->line.len > keep ? keep : c->line.len);
		c->scrolled = true;
	} else {
		put(c, &ch, 1);
	}
}

static void erase(struct cli *c)
{
	if (c->line.len == 0)
		return;
	c->line.p[--c->line.len] = '\0';
	put_text(c, "\b \b");
}

static void typed(struct cli *c, char ch)
{
	if (c->state == CLI_MORE) {
		more_key(c, ch);
		return;
	}
	bool newline = ch == '\r' || (ch == '\n' && !c->last_cr);
	bool second_half = ch == '\n' && c->last_cr;
	c->last_cr = ch == '\r';
	if (second_half)
		return;
	bool secret = c->state == CLI_PASSWORD;
	if (newline) {
		if (secret)
			password_entered(c);
		else
			enter(c);
	} else if (ch == '\b' || ch == 0x7f) {
		erase(c);
	} else if (ch == 0x03 || ch == 0x15) { /* ^C, ^U */
		vt_buf_clear(&c->line);
		if (!secret) {
			end_line(c);
			prompt(c);
		}
	} else if (ch == '?' && !secret) {
		put_text(c, "?");
		end_line(c);
		prompt(c);
	} else if ((unsigned char)ch >= 32 && c->line.len < MAX_LINE) {
		vt_buf_char(&c->line, ch);
		if (!secret)
			echo(c, ch);
		else if (strcmp(c->view.device->quirks.enable_mode, "plain") != 0)
			put_text(c, "*");
	}
}

void cli_input(struct cli *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && c->state != CLI_HUNG && c->state != CLI_CLOSED; i++)
		typed(c, bytes[i]);
}

/* ---- beginning and end ---- */

void cli_greeting_line(struct vt_buf *out)
{
	vt_buf_printf(out, "Type help or '?' for a list of available commands.\r\n");
}

static void greeting(struct cli *c)
{
	const struct device *d = c->view.device;
	struct vt_buf text = { 0 };
	char when[64];
	if (d->quirks.motd)
		vt_buf_printf(&text, "%s%s", d->quirks.motd,
			      vt_str_ends(vt_str_of(d->quirks.motd), VT_STR("\n")) ? "" : "\n");
	if (d->gen >= GEN_92) {
		vt_buf_printf(&text, "User %s logged in to %s\n", c->view.user, d->hostname);
		vt_buf_printf(&text, "Logins over the last 1 days: 3.  Last login: %s from %s\n",
			      clock_text(&c->view, model_now(c->view.model) - 60000, false, when), c->view.source);
		vt_buf_printf(&text, "Failed logins since the last login: 0.  \n");
	}
	vt_buf_printf(&text, "Type help or '?' for a list of available commands.\n");
	vt_buf_add(&c->page, text.p, text.len);
	vt_buf_free(&text);
	page_on(c, c->pager);
}

struct cli *cli_new(const struct view *view, const struct cli_events *events)
{
	struct cli *c = vt_must(calloc(1, sizeof *c));
	c->view = *view;
	c->events = *events;
	c->pager = view->device->quirks.pager;
	c->view.level = strcmp(view->device->quirks.enable_mode, "already") == 0 ? 15 : 1;
	c->view.gw = view->device->gw[0];
	greeting(c);
	return c;
}

void cli_shown(struct cli *c)
{
	drop_text(&c->out);
}

void cli_free(struct cli *c)
{
	if (!c)
		return;
	vt_buf_free(&c->line);
	vt_buf_free(&c->out);
	vt_buf_free(&c->page);
	free(c);
}
