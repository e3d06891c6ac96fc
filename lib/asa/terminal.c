/* SPDX-License-Identifier: MIT
 * What stands on the screen of a firewall's command line: see terminal.h.
 */
#include "config.h"

#include "asa/terminal.h"

#include "base/lines.h"
#include "base/scan.h"

#include <string.h>

/* A last line longer than this is data; so is one that took more bytes to draw. The bounds keep the work for
 * one read independent of what a hostile device sends without a line end. */
#define SCREEN_COLUMNS 512
#define LINE_BYTES 2048
/* How far the echo is searched for; behind that the device does not echo. */
#define ECHO_SEARCH_BYTES 65536
/* Real blanking is some 40 bytes. */
#define ERASE_BYTES 512

/* ---- prompts ---- */

static bool is_element_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-_.@:+", c));
}

/* "(config)", "(config-if)" */
static bool scan_mode(struct vt_str *c, bool *config)
{
	struct vt_str in = *c, inside;
	if (!vt_scan_char(&in, '(') || !vt_scan_until(&in, ')', &inside) || !vt_scan_char(&in, ')') || inside.len == 0)
		return false;
	for (size_t i = 0; i < inside.len; i++)
		if (!is_element_char(inside.p[i]))
			return false;
	*config = true;
	*c = in;
	return true;
}

bool vt_prompt_parse(struct vt_str line, struct vt_prompt *prompt)
{
	struct vt_prompt parsed = { 0 };
	line = vt_str_rtrim(line);
	struct vt_str c = line;
	if (line.len < 2 || line.len >= sizeof parsed.text)
		return false;
	do {
		size_t n = 0;
		while (n < c.len && is_element_char(c.p[n]))
			n++;
		if (n == 0)
			return false;
		c = vt_str_from(c, n);
	} while (vt_scan_char(&c, '/'));
	scan_mode(&c, &parsed.config);
	if (c.len != 1 || (*c.p != '>' && *c.p != '#'))
		return false;
	parsed.privileged = *c.p == '#';
	memcpy(parsed.text, line.p, line.len);
	*prompt = parsed;
	return true;
}

/* Elements that change by themselves: pri, sec, act, stby, actNoFailover, … */
static bool is_state(struct vt_str element)
{
	if (vt_str_eq(element, VT_STR("pri")) || vt_str_eq(element, VT_STR("sec")))
		return true;
	struct vt_str rest = element;
	if (!vt_scan_lit(&rest, VT_STR("act")) && !vt_scan_lit(&rest, VT_STR("stby")))
		return false;
	return rest.len == 0 || (*rest.p >= 'A' && *rest.p <= 'Z');
}

static struct vt_str next_element(struct vt_str *c)
{
	size_t n = 0;
	while (n < c->len && is_element_char(c->p[n]))
		n++;
	struct vt_str element = vt_str_first(*c, n);
	*c = vt_str_from(*c, n);
	return element;
}

bool vt_prompt_same_device(struct vt_str a, struct vt_str b)
{
	do {
		struct vt_str x = next_element(&a), others = b;
		if (x.len == 0 || is_state(x))
			continue;
		do {
			if (vt_str_eq(x, next_element(&others)))
				return true;
		} while (vt_scan_char(&others, '/'));
	} while (vt_scan_char(&a, '/'));
	return false;
}

enum vt_prompt_match vt_prompt_compare(const struct vt_prompt *known, const struct vt_prompt *seen)
{
	if (strcmp(known->text, seen->text) == 0)
		return VT_PROMPT_SAME;
	struct vt_str a = vt_str_of(known->text), b = vt_str_of(seen->text);
	bool more_was, more_is;
	do {
		struct vt_str was = next_element(&a), is = next_element(&b);
		if (!vt_str_eq(was, is) && !is_state(was))
			return VT_PROMPT_OTHER;
		more_was = vt_scan_char(&a, '/');
		more_is = vt_scan_char(&b, '/');
	} while (more_was && more_is);
	/* What is left is mode and '>' or '#'; one of them having further elements is another prompt. */
	bool ends = a.len && b.len && *a.p != '/' && *b.p != '/' && !is_element_char(*a.p) && !is_element_char(*b.p);
	return ends ? VT_PROMPT_STATE : VT_PROMPT_OTHER;
}

/* ---- one line as a person would see it ---- */

/* "ESC [ … letter", or ESC and one byte; answers its length, 0 when it is cut off. */
static size_t escape_length(const char *p, size_t n)
{
	if (n < 2)
		return 0;
	if (p[1] != '[')
		return 2;
	for (size_t i = 2; i < n; i++)
		if (p[i] >= '@' && p[i] <= '~')
			return i + 1;
	return 0;
}

/* CR goes to the first column, a backspace one to the left, both without erasing. False when it does not fit. */
static bool render(struct vt_str raw, char screen[SCREEN_COLUMNS], struct vt_str *line)
{
	size_t at = 0, len = 0;
	if (raw.len > LINE_BYTES)
		return false;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.p[i];
		if (c == '\r') {
			at = 0;
		} else if (c == '\b') {
			at -= at > 0;
		} else if (c == '\033') {
			size_t n = escape_length(raw.p + i, raw.len - i);
			if (n == 3 && raw.p[i + 2] == 'K')
				len = at;
			i = n ? i + n - 1 : raw.len;
		} else if ((unsigned char)c >= ' ') {
			if (at == SCREEN_COLUMNS)
				return false;
			screen[at++] = c;
			len = at > len ? at : len;
		}
	}
	*line = vt_str_rtrim((struct vt_str){ screen, len });
	return true;
}

/* ---- the echo ---- */

/* A window of the command: "$" at an end stands for what scrolled out of sight. */
static bool is_window(struct vt_str shown, struct vt_str command)
{
	bool left = vt_scan_char(&shown, '$');
	bool right = shown.len && shown.p[shown.len - 1] == '$';
	if (right)
		shown.len--;
	if (!left && !right)
		return vt_str_eq(shown, command);
	if (shown.len == 0)
		return false;
	return left ? vt_str_find(command, shown) >= 0 : vt_str_starts(command, shown);
}

/* What was typed, with or without the prompt in front, in full or as a window of it. The ASA draws a long line anew
 * while it is echoed, so its first bytes are as good a sign as what stands there in the end. */
static bool is_echo(const struct vt_terminal *t, struct vt_str raw)
{
	enum { FIRST = 40 };
	char screen[SCREEN_COLUMNS];
	struct vt_str shown = { 0 }, prompt = t->known ? vt_str_of(t->known->text) : VT_STR_NONE;
	struct vt_str typed = t->typed, start = vt_str_ltrim(raw);
	if (vt_str_starts(start, prompt))
		start = vt_str_ltrim(vt_str_from(start, prompt.len));
	if (vt_str_starts(start, vt_str_first(typed, FIRST)) && typed.len) {
		struct vt_str rest = vt_str_from(start, FIRST < typed.len ? FIRST : typed.len);
		if (typed.len > FIRST || (rest.len && (*rest.p == '\b' || *rest.p == '\r')))
			return true;
	}
	if (!render(raw, screen, &shown))
		return false;
	shown = vt_str_ltrim(shown);
	if (prompt.len && vt_str_starts(shown, prompt))
		shown = vt_str_ltrim(vt_str_from(shown, prompt.len));
	return is_window(shown, typed);
}

static void cut(struct vt_terminal *t, size_t from, size_t to)
{
	memmove(t->text.p + from, t->text.p + to, t->text.len - to);
	t->text.len -= to - from;
	t->text.p[t->text.len] = '\0';
}

/* Looks at the lines that are complete by now. What stands before the echo belongs to something earlier. */
static void find_echo(struct vt_terminal *t)
{
	while (!t->echoed && t->searched < ECHO_SEARCH_BYTES) {
		const char *begin = t->text.p + t->searched;
		const char *lf = memchr(begin, '\n', t->text.len - t->searched);
		if (!lf && t->text.len - t->searched > LINE_BYTES)
			t->searched = ECHO_SEARCH_BYTES;
		if (!lf)
			return;
		size_t next = (size_t)(lf - t->text.p) + 1;
		if (is_echo(t, vt_str_between(begin, lf))) {
			t->echoed = true;
			cut(t, 0, next);
			t->line = t->scanned = next = 0;
		}
		t->searched = next;
	}
}

/* ---- pages ---- */

static bool is_pager(struct vt_str line)
{
	struct vt_str c = vt_str_ltrim(line);
	if (!vt_scan_char(&c, '<') || !vt_scan_char(&c, '-'))
		return false;
	while (vt_scan_char(&c, '-'))
		;
	vt_skip_blanks(&c);
	if (!vt_scan_ilit(&c, VT_STR("more")))
		return false;
	vt_skip_blanks(&c);
	if (!vt_scan_char(&c, '-'))
		return false;
	while (vt_scan_char(&c, '-'))
		;
	return vt_scan_char(&c, '>') && c.len == 0;
}

/* Behind an answered pager line the device blanks it: CR, blanks, CR, or backspaces. What comes after the last of
 * these is the next page, leading blanks included. False while the blanking may still go on. */
static bool erase_pager(struct vt_terminal *t)
{
	size_t end = t->line, at = t->line;
	for (; at < t->text.len; at++) {
		char c = t->text.p[at];
		if (c == '\033') {
			size_t n = escape_length(t->text.p + at, t->text.len - at);
			if (n == 0 && t->text.len - t->line < ERASE_BYTES)
				return false;
			if (n == 0)
				break;
			at += n - 1;
			end = at + 1;
		} else if (c == '\r' || c == '\b') {
			end = at + 1;
		} else if (c != ' ') {
			break;
		}
	}
	if (at == t->text.len && at - t->line < ERASE_BYTES)
		return false;
	cut(t, t->line, end);
	t->erasing = false;
	return true;
}

/* ---- the screen ---- */

void vt_terminal_expect(struct vt_terminal *t, struct vt_str typed, const struct vt_prompt *known)
{
	struct vt_buf text = t->text;
	*t = (struct vt_terminal){ .text = text, .typed = typed, .known = known, .echoed = typed.p == NULL };
	vt_buf_clear(&t->text);
}

char *vt_terminal_room(struct vt_terminal *t, size_t n)
{
	return vt_buf_reserve(&t->text, n);
}

/* "host# %ASA-5-…": a message came while the prompt stood there, and the device does not draw it again. */
static bool is_interrupted(struct vt_str line, const char *prompt)
{
	return vt_scan_lit(&line, vt_str_of(prompt)) && (vt_skip_blanks(&line), vt_str_starts(line, VT_STR("%ASA-")));
}

static bool is_interrupted_prompt(struct vt_terminal *t)
{
	if (!t->known || !t->known->text[0] || t->line != t->text.len || t->text.len < 2)
		return false;
	const char *lf = memrchr(t->text.p, '\n', t->text.len - 1);
	const char *begin = lf ? lf + 1 : t->text.p;
	if (!is_interrupted(vt_str_ltrim(vt_str_between(begin, t->text.p + t->text.len)), t->known->text))
		return false;
	t->end = (size_t)(begin - t->text.p);
	t->seen = *t->known;
	t->match = VT_PROMPT_SAME;
	return true;
}

static enum vt_screen last_line(struct vt_terminal *t)
{
	char screen[SCREEN_COLUMNS];
	struct vt_str line;
	if (is_interrupted_prompt(t))
		return VT_SCREEN_PROMPT;
	if (!render(vt_str_from(vt_buf_view(&t->text), t->line), screen, &line) || line.len == 0)
		return VT_SCREEN_WAITING;
	switch (line.p[line.len - 1]) {
	case '-':
	case '>':
		if (is_pager(line)) {
			t->mores++;
			t->erasing = true;
			t->text.len = t->scanned = t->line;
			t->text.p[t->line] = '\0';
			return VT_SCREEN_PAGER;
		}
		break;
	case ':':
		if (vt_str_eq(line, VT_STR("Password:")) || vt_str_eq(line, VT_STR("password:")))
			return VT_SCREEN_PASSWORD;
		if (vt_str_eq(line, VT_STR("Username:")) || vt_str_eq(line, VT_STR("username:")))
			return VT_SCREEN_USERNAME;
		return VT_SCREEN_WAITING;
	default:
		break;
	}
	if (!vt_prompt_parse(line, &t->seen))
		return VT_SCREEN_WAITING;
	t->match = t->known ? vt_prompt_compare(t->known, &t->seen) : VT_PROMPT_OTHER;
	t->end = t->line;
	return VT_SCREEN_PROMPT;
}

enum vt_screen vt_terminal_feed(struct vt_terminal *t, size_t n)
{
	t->text.len += n;
	if (t->text.p)
		t->text.p[t->text.len] = '\0';
	t->seen.text[0] = '\0';
	if (t->erasing && !erase_pager(t))
		return VT_SCREEN_WAITING;
	if (!t->echoed)
		find_echo(t);
	const char *fresh = t->text.p + t->scanned;
	const char *lf = t->text.len > t->scanned ? memrchr(fresh, '\n', t->text.len - t->scanned) : NULL;
	if (lf)
		t->line = (size_t)(lf - t->text.p) + 1;
	t->scanned = t->text.len;
	return last_line(t);
}

/* "%ASA-4-106023: …"; a PIX or a firewall module has its own three or four letters. */
static bool is_syslog(struct vt_str line)
{
	uint64_t number;
	size_t len = 1;
	while (len < line.len && len < 6 && line.p[len] >= 'A' && line.p[len] <= 'Z')
		len++;
	if (len < 4 || !vt_scan_char(&line, '%'))
		return false;
	line = vt_str_from(line, len - 1);
	return vt_scan_char(&line, '-') && vt_scan_u64(&line, &number) && number <= 7 && vt_scan_char(&line, '-') &&
	       line.len > 6 && vt_scan_u64(&line, &number) && number >= 100000 && number <= 999999 &&
	       vt_scan_char(&line, ':');
}

/* Closes the gaps in one pass; a text without a '%' in the first column is only looked at. */
static unsigned remove_syslog(struct vt_buf *text)
{
	unsigned removed = 0;
	char *end = text->p + text->len, *kept = text->p, *from = text->p, *at = text->p;
	while ((at = memchr(at, '%', (size_t)(end - at)))) {
		if ((at != text->p && at[-1] != '\n') || !is_syslog(vt_str_between(at, end))) {
			at++;
			continue;
		}
		memmove(kept, from, (size_t)(at - from));
		kept += at - from;
		char *lf = memchr(at, '\n', (size_t)(end - at));
		from = at = lf ? lf + 1 : end;
		removed++;
	}
	if (removed) {
		memmove(kept, from, (size_t)(end - from));
		text->len = (size_t)(kept - text->p) + (size_t)(end - from);
		text->p[text->len] = '\0';
	}
	return removed;
}

void vt_terminal_forget(struct vt_terminal *t)
{
	if (t->text.len - t->line > LINE_BYTES)
		t->line = t->text.len;
	if (t->line)
		cut(t, 0, t->line);
	t->scanned = t->text.len;
	t->line = t->searched = 0;
}

/* The prompt, and those above it that an empty line or a message left there. */
static void cut_prompts(struct vt_terminal *t)
{
	char screen[SCREEN_COLUMNS];
	struct vt_str line;
	size_t len = t->end;
	while (len) {
		const char *lf = memrchr(t->text.p, '\n', len - 1);
		size_t begin = lf ? (size_t)(lf - t->text.p) + 1 : 0;
		if (!render(vt_str_between(t->text.p + begin, t->text.p + len - 1), screen, &line) ||
		    !(vt_str_eq(line, vt_str_of(t->seen.text)) || is_interrupted(line, t->seen.text)))
			break;
		len = begin;
	}
	t->text.len = len;
	if (t->text.p)
		t->text.p[len] = '\0';
}

void vt_terminal_take(struct vt_terminal *t, bool keep_log, struct vt_buf *answer, unsigned *async_lines)
{
	if (t->seen.text[0])
		cut_prompts(t);
	*async_lines = !keep_log && t->text.len ? remove_syslog(&t->text) : 0;
	*answer = t->text;
	*t = (struct vt_terminal){ 0 };
}

void vt_terminal_clear(struct vt_terminal *t)
{
	if (t->text.p)
		explicit_bzero(t->text.p, t->text.cap);
	vt_buf_free(&t->text);
	*t = (struct vt_terminal){ 0 };
}

/* ---- the answer ---- */

static bool contains(struct vt_str line, const char *words)
{
	size_t n = strlen(words);
	for (size_t i = 0; i + n <= line.len; i++)
		if (strncasecmp(line.p + i, words, n) == 0)
			return true;
	return false;
}

/* One line of a refusal; VT_OK when it is none. */
static enum vt_status refusal_of(struct vt_str line)
{
	static const char *const denied[] = { "command authorization failed", "authorization failed", "not authorized",
					      "authorization denied" };
	static const char *const rejected[] = { "invalid input",        "incomplete command", "ambiguous command",
						"unrecognized command", "unknown command",    "invalid command" };
	struct vt_str c = line;
	/* "% Network not in table" is what `show route ADDRESS` found out. */
	if (vt_str_ends(line, VT_STR("not in table")))
		return VT_OK;
	bool error = vt_scan_ilit(&c, VT_STR("ERROR:"));
	vt_skip_blanks(&c);
	error |= vt_scan_char(&c, '%');
	vt_skip_blanks(&c);
	for (size_t i = 0; i < sizeof denied / sizeof *denied; i++)
		if (error ? contains(c, denied[i]) : vt_str_istarts(c, vt_str_of(denied[i])))
			return VT_E_DENIED;
	for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++)
		if (vt_str_istarts(c, vt_str_of(rejected[i])))
			return VT_E_REJECTED;
	return error ? VT_E_REJECTED : VT_OK;
}

enum vt_status vt_answer_refusal(struct vt_str answer, struct vt_str *line)
{
	/* Longer than any refusal: caret, error, and a second error of the authorization server. */
	enum { REFUSAL_LINES = 8 };
	enum vt_status status = VT_OK;
	struct vt_lines lines = vt_lines_of(answer);
	struct vt_str next;
	for (unsigned i = 0; i < REFUSAL_LINES && vt_lines_next(&lines, &next); i++) {
		next = vt_str_trim(next);
		/* "%ASA-6-302013: …" is a message, not a refusal in the manner of "% Invalid input". */
		if (next.len == 0 || vt_str_eq(next, VT_STR("^")) || is_syslog(next))
			continue;
		enum vt_status says = refusal_of(next);
		if (says == VT_OK)
			return status;
		if (status == VT_OK || says == VT_E_DENIED)
			*line = next;
		if (status != VT_E_DENIED)
			status = says;
	}
	return status;
}
