/* SPDX-License-Identifier: MIT
 * The SSH side of the fleet.
 *
 * Everything runs on one libuv loop. A connection owns one libssh server session with an ssh_event of its own; the
 * loop watches its descriptor, and every wake-up lets libssh do what it can without waiting (pump). What the cli
 * wrote is carried to the channel from there, as fast as the device's quirks allow. The algorithms a device
 * offers, and whether it answers at all, are quirks too.
 */
#include "base/memory.h"
#include "sshd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh/callbacks.h>
#include <libssh/server.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define TICK_MS 50
#define LINGER_MS 2000
#define MAX_RECORDS 200000

struct listener {
	struct host *host;
	unsigned unit, port;
	int fd;
	uv_poll_t poll;
	ssh_bind bind;
	ssh_key key;
	bool own_key, changed;
	int silent[16]; /* accepted and never heard of again; the oldest makes room */
	unsigned n_silent;
};

struct conn {
	struct conn *next, *prev;
	struct listener *listener;
	struct host *host;
	ssh_session ssh;
	ssh_event event;
	ssh_channel channel;
	struct cli *cli;
	uv_poll_t poll;
	int fd, armed;
	bool kex_done, authenticated, counted, shell, exec_hang, closing, dead;
	char user[128], source[64];
	int64_t accepted_at_ms, last_input_ms, closing_at_ms;
	double budget; /* bytes the slow quirk still allows */
	uint64_t budget_at_ms;
	size_t sent;       /* of cli->out */
	unsigned answered; /* lines whose answer has been held back long enough */
	uint64_t hold_until_ms;
	bool bannered;
	struct ssh_server_callbacks_struct server_cb;
	struct ssh_channel_callbacks_struct channel_cb;
};

/* ---- algorithms ---- */

static const struct profile {
	const char *name, *kex, *ciphers, *macs, *host_keys;
	int rsa_bits; /* 0: an Ed25519 key */
} profiles[] = {
	{ "modern", "curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256",
	  "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr",
	  "hmac-sha2-256,hmac-sha2-512", "ssh-ed25519", 0 },
	{ "single", "diffie-hellman-group14-sha256", "aes256-ctr,aes192-ctr,aes128-ctr", "hmac-sha2-256,hmac-sha1",
	  "rsa-sha2-256,rsa-sha2-512,ssh-rsa", 2048 },
	{ "legacy", "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1",
	  "aes128-cbc,aes192-cbc,aes256-cbc,aes128-ctr,aes192-ctr,aes256-ctr", "hmac-sha1", "ssh-rsa", 2048 },
	{ "ancient", "diffie-hellman-group1-sha1", "aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc", "hmac-sha1", "ssh-rsa",
	  1024 },
};

static const struct profile *profile_of(const struct device *d)
{
	for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
		if (strcmp(profiles[i].name, d->quirks.algorithms) == 0)
			return &profiles[i];
	return &profiles[0];
}

static bool key_for(struct fleet *f, struct listener *l, bool changed)
{
	const struct profile *p = profile_of(l->host->device);
	l->own_key = false;
	if (p->rsa_bits == 0) {
		l->own_key = true;
		return ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &l->key) == SSH_OK;
	}
	/* Slot 0 holds the short key of the ancient ones; the last is for keys that changed. */
	unsigned slot = changed ? 7 : p->rsa_bits == 1024 ? 0 : 1 + l->host->device->id % 6;
	if (!f->rsa[slot] && ssh_pki_generate(SSH_KEYTYPE_RSA, p->rsa_bits, &f->rsa[slot]) != SSH_OK)
		return false;
	l->key = f->rsa[slot];
	return true;
}

/* libssh takes the key it is given to itself. */
static bool bind_new(struct listener *l)
{
	const struct profile *p = profile_of(l->host->device);
	ssh_key copy = NULL;
	char *b64 = NULL;
	bool ok = false;
	int no_config = 0;
	l->bind = ssh_bind_new();
	if (!l->bind)
		return false;
	ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no_config);
	ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_BANNER, "Cisco-1.25");
	if (ssh_pki_export_privkey_base64(l->key, NULL, NULL, NULL, &b64) == SSH_OK &&
	    ssh_pki_import_privkey_base64(b64, NULL, NULL, NULL, &copy) == SSH_OK)
		ok = ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_IMPORT_KEY, copy) == 0;
	ssh_string_free_char(b64);
	if (p->rsa_bits == 1024) {
		int least = 768;
		ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_RSA_MIN_SIZE, &least);
	}
	return ok && ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, p->kex) == 0 &&
	       ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_CIPHERS_C_S, p->ciphers) == 0 &&
	       ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_CIPHERS_S_C, p->ciphers) == 0 &&
	       ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_HMAC_C_S, p->macs) == 0 &&
	       ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_HMAC_S_C, p->macs) == 0 &&
	       ssh_bind_options_set(l->bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, p->host_keys) == 0;
}

char *host_key_line(const struct host *host)
{
	char *b64 = NULL, *line = NULL;
	const struct listener *l = host->listener[0];
	if (ssh_pki_export_pubkey_base64(l->key, &b64) != SSH_OK)
		return NULL;
	if (asprintf(&line, "%s %s", ssh_key_type_to_char(ssh_key_type(l->key)), b64) < 0)
		line = NULL;
	ssh_string_free_char(b64);
	return line;
}

/* ---- one connection ---- */

static uint64_t loop_ms(const struct conn *c)
{
	return uv_now(c->host->fleet->loop);
}

static void conn_free(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	cli_free(c->cli);
	if (c->ssh) {
		if (c->event)
			ssh_event_remove_session(c->event, c->ssh);
		ssh_disconnect(c->ssh);
		ssh_free(c->ssh);
	}
	if (c->event)
		ssh_event_free(c->event);
	free(c);
}

/* The session is over for the device; the client gets LINGER_MS to read what is still under way and to leave. Cutting
 * it off at once would lose that: a client drops what it has not shown yet when it is disconnected. */
static void conn_leaves(struct conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	c->closing_at_ms = (int64_t)loop_ms(c);
	if (c->counted)
		c->host->sessions--;
	c->counted = false;
}

static void conn_end(struct conn *c)
{
	if (c->dead)
		return;
	c->dead = true;
	if (c->counted)
		c->host->sessions--;
	if (c->prev)
		c->prev->next = c->next;
	else
		c->host->fleet->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	uv_poll_stop(&c->poll);
	uv_close((uv_handle_t *)&c->poll, conn_free);
}

/* Room the slow quirk leaves right now. */
static size_t allowance(struct conn *c, size_t want)
{
	unsigned rate = c->host->device->quirks.slow_bytes_s;
	if (!rate)
		return want;
	uint64_t now = loop_ms(c);
	c->budget += (double)(now - c->budget_at_ms) * rate / 1000;
	c->budget_at_ms = now;
	if (c->budget > rate)
		c->budget = rate;
	size_t room = c->budget < 1 ? 0 : (size_t)c->budget;
	return want < room ? want : room;
}

static void carry_output(struct conn *c)
{
	struct cli *cli = c->cli;
	if (!cli || !c->channel || !c->shell)
		return;
	unsigned piece = c->host->device->quirks.packet_bytes, delay = c->host->device->quirks.delay_ms;
	if (cli->entered != c->answered) {
		c->answered = cli->entered;
		c->hold_until_ms = loop_ms(c) + delay;
	}
	if (delay && loop_ms(c) < c->hold_until_ms)
		return;
	while (c->sent < cli->out.len) {
		size_t want = allowance(c, cli->out.len - c->sent);
		if (piece && want > piece)
			want = piece;
		uint32_t window = ssh_channel_window_size(c->channel);
		if (want > window)
			want = window;
		if (want > 32768)
			want = 32768;
		if (want == 0)
			break;
		int n = ssh_channel_write(c->channel, cli->out.p + c->sent, (uint32_t)want);
		if (n <= 0)
			break;
		c->sent += (size_t)n;
		if (c->host->device->quirks.slow_bytes_s)
			c->budget -= n;
	}
	if (c->sent == cli->out.len) {
		cli_shown(cli);
		c->sent = 0;
		if (cli->state == CLI_CLOSED && !c->closing) {
			conn_leaves(c);
			ssh_channel_send_eof(c->channel);
			ssh_channel_close(c->channel);
		}
	}
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void arm(struct conn *c)
{
	int want = UV_READABLE | UV_DISCONNECT;
	if (ssh_get_poll_flags(c->ssh) & SSH_WRITE_PENDING)
		want |= UV_WRITABLE;
	if (want != c->armed && uv_poll_start(&c->poll, want, on_poll) == 0)
		c->armed = want;
}

static void pump(struct conn *c)
{
	if (c->dead)
		return;
	if (!c->kex_done) {
		int rc = ssh_handle_key_exchange(c->ssh);
		if (rc == SSH_ERROR) {
			conn_end(c);
			return;
		}
		if (rc == SSH_OK) {
			c->kex_done = true;
			ssh_event_add_session(c->event, c->ssh);
		}
	}
	/* Two rounds: what the callbacks wrote in the first one may leave in the second. */
	for (int i = 0; i < 2 && c->kex_done; i++) {
		if (ssh_event_dopoll(c->event, 0) == SSH_ERROR) {
			conn_end(c);
			return;
		}
		carry_output(c);
	}
	int st = ssh_get_status(c->ssh);
	if (st & (SSH_CLOSED | SSH_CLOSED_ERROR)) {
		conn_end(c);
		return;
	}
	arm(c);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct conn *c = poll->data;
	if (status < 0 && !(events & UV_READABLE)) {
		conn_end(c);
		return;
	}
	pump(c);
}

/* ---- authentication ---- */

static bool right_user(const struct conn *c, const char *user)
{
	return strcmp(user, c->host->device->user) == 0;
}

static int logged_in(struct conn *c, const char *user, bool ok)
{
	*(ok ? &c->host->logins_ok : &c->host->logins_failed) += 1;
	if (!ok)
		return SSH_AUTH_DENIED;
	snprintf(c->user, sizeof c->user, "%s", user);
	c->authenticated = true;
	return SSH_AUTH_SUCCESS;
}

static int auth_none(ssh_session s, const char *user, void *data)
{
	struct conn *c = data;
	const char *text = c->host->device->quirks.banner;
	(void)user;
	if (text && !c->bannered) {
		ssh_string banner = ssh_string_from_char(text);
		c->bannered = true;
		ssh_send_issue_banner(s, banner);
		ssh_string_free(banner);
	}
	return SSH_AUTH_DENIED;
}

static int auth_password(ssh_session s, const char *user, const char *password, void *data)
{
	struct conn *c = data;
	(void)s;
	if (!(c->host->device->quirks.auth & 1))
		return SSH_AUTH_DENIED;
	c->host->password_attempts++;
	return logged_in(c, user, right_user(c, user) && strcmp(password, c->host->device->password) == 0);
}

static int auth_pubkey(ssh_session s, const char *user, struct ssh_key_struct *key, char state, void *data)
{
	struct conn *c = data;
	const struct device *d = c->host->device;
	(void)s;
	if (!(d->quirks.auth & 4) || !d->public_key || !right_user(c, user))
		return SSH_AUTH_DENIED;
	char *b64 = NULL;
	bool same = ssh_pki_export_pubkey_base64(key, &b64) == SSH_OK && strstr(d->public_key, b64) != NULL;
	ssh_string_free_char(b64);
	if (state == SSH_PUBLICKEY_STATE_NONE)
		return same ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
	c->host->key_attempts++;
	return logged_in(c, user, same && state == SSH_PUBLICKEY_STATE_VALID);
}

/* libssh 0.10 has no callback for keyboard-interactive: it comes as a message. */
static int on_message(ssh_session s, ssh_message msg, void *data)
{
	struct conn *c = data;
	if (ssh_message_type(msg) != SSH_REQUEST_AUTH || ssh_message_subtype(msg) != SSH_AUTH_METHOD_INTERACTIVE ||
	    !(c->host->device->quirks.auth & 2))
		return 1;
	if (!ssh_message_auth_kbdint_is_response(msg)) {
		const char *prompts[] = { "Password: " };
		char echo[] = { 0 };
		snprintf(c->user, sizeof c->user, "%s", ssh_message_auth_user(msg));
		ssh_message_auth_interactive_request(msg, "", "", 1, prompts, echo);
		return 0;
	}
	c->host->interactive_attempts++;
	const char *answer = ssh_userauth_kbdint_getnanswers(s) == 1 ? ssh_userauth_kbdint_getanswer(s, 0) : NULL;
	char user[128];
	snprintf(user, sizeof user, "%s", c->user);
	if (logged_in(c, user, answer && right_user(c, user) && strcmp(answer, c->host->device->password) == 0) ==
	    SSH_AUTH_SUCCESS)
		ssh_message_auth_reply_success(msg, 0);
	else
		return 1;
	return 0;
}

/* ---- channel ---- */

static void record(void *context, const char *mode, const char *line)
{
	struct conn *c = context;
	struct host *h = c->host;
	if (h->n_commands == MAX_RECORDS)
		return;
	if (h->n_commands == h->cap_commands) {
		size_t cap = h->cap_commands ? h->cap_commands * 2 : 64;
		h->commands = vt_must(realloc(h->commands, cap * sizeof *h->commands));
		h->cap_commands = cap;
	}
	const struct gateway *gw = c->cli->view.gw;
	h->commands[h->n_commands++] = (struct command_record){
		.at_ms = model_now(h->fleet->model),
		.context = gw ? gw->context : "system",
		.mode = mode,
		.line = strdup(line),
	};
}

static void advance(void *context)
{
	struct conn *c = context;
	c->host->fleet->advance(c->host->fleet->context);
}

static int on_data(ssh_session s, ssh_channel ch, void *bytes, uint32_t len, int is_stderr, void *data)
{
	struct conn *c = data;
	(void)s, (void)ch, (void)is_stderr;
	c->last_input_ms = (int64_t)loop_ms(c);
	if (c->cli && c->shell)
		cli_input(c->cli, bytes, len);
	return (int)len;
}

static int on_pty(ssh_session s, ssh_channel ch, const char *term, int w, int h, int pw, int ph, void *data)
{
	(void)s, (void)ch, (void)term, (void)w, (void)h, (void)pw, (void)ph, (void)data;
	return 0;
}

static int on_resize(ssh_session s, ssh_channel ch, int w, int h, int pw, int ph, void *data)
{
	(void)s, (void)ch, (void)w, (void)h, (void)pw, (void)ph, (void)data;
	return 0;
}

static int on_shell(ssh_session s, ssh_channel ch, void *data)
{
	struct conn *c = data;
	(void)s, (void)ch;
	if (c->cli)
		return 1;
	advance(c);
	struct view view = { .model = c->host->fleet->model,
			     .device = c->host->device,
			     .unit = c->listener->unit,
			     .user = c->user,
			     .source = c->source };
	/* The second address of a pair reaches whichever unit is standby. */
	if (c->host->device->pair)
		view.unit = c->listener->unit == 0 ? c->host->device->active_unit : !c->host->device->active_unit;
	struct cli_events events = { .context = c, .advance = advance, .command = record };
	c->cli = cli_new(&view, &events);
	c->shell = true;
	c->last_input_ms = (int64_t)loop_ms(c);
	return 0;
}

static int on_exec(ssh_session s, ssh_channel ch, const char *command, void *data)
{
	struct conn *c = data;
	const char *way = c->host->device->quirks.exec;
	(void)s, (void)command;
	struct vt_buf text = { 0 };
	if (strcmp(way, "close") != 0) {
		cli_greeting_line(&text);
		if (strcmp(way, "greeting") == 0)
			ssh_channel_write(ch, text.p, (uint32_t)text.len);
	}
	vt_buf_free(&text);
	c->exec_hang = strcmp(way, "hang") == 0;
	if (!c->exec_hang) {
		conn_leaves(c);
		ssh_channel_send_eof(ch);
		ssh_channel_close(ch);
	}
	return 0;
}

static void on_channel_end(ssh_session s, ssh_channel ch, void *data)
{
	struct conn *c = data;
	(void)s, (void)ch;
	conn_leaves(c);
	ssh_channel_close(ch);
}

static void on_eof(ssh_session s, ssh_channel ch, void *data)
{
	/* A terminal goes on after its input ended: what was typed last still gets its answer. */
	(void)s, (void)ch, (void)data;
}

static ssh_channel open_channel(ssh_session s, void *data)
{
	struct conn *c = data;
	if (c->channel)
		return NULL;
	c->channel = ssh_channel_new(s);
	c->channel_cb = (struct ssh_channel_callbacks_struct){
		.userdata = c,
		.channel_data_function = on_data,
		.channel_eof_function = on_eof,
		.channel_close_function = on_channel_end,
		.channel_pty_request_function = on_pty,
		.channel_pty_window_change_function = on_resize,
		.channel_shell_request_function = on_shell,
		.channel_exec_request_function = on_exec,
	};
	ssh_callbacks_init(&c->channel_cb);
	ssh_set_channel_callbacks(c->channel, &c->channel_cb);
	return c->channel;
}

/* ---- accepting ---- */

static void source_text(int fd, char *text, size_t room)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	snprintf(text, room, "127.0.0.1");
	if (getpeername(fd, (struct sockaddr *)&ss, &len) != 0)
		return;
	if (ss.ss_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&ss)->sin_addr, text, (socklen_t)room);
	else if (ss.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&ss)->sin6_addr, text, (socklen_t)room);
}

static void conn_new(struct listener *l, int fd)
{
	struct host *h = l->host;
	struct conn *c = vt_must(calloc(1, sizeof *c));
	c->listener = l;
	c->host = h;
	c->fd = fd;
	c->ssh = ssh_new();
	c->event = ssh_event_new();
	c->accepted_at_ms = (int64_t)uv_now(h->fleet->loop);
	c->budget_at_ms = uv_now(h->fleet->loop);
	source_text(fd, c->source, sizeof c->source);
	if (!c->ssh || !c->event || ssh_bind_accept_fd(l->bind, c->ssh, fd) != SSH_OK) {
		close(fd);
		if (c->event)
			ssh_event_free(c->event);
		if (c->ssh)
			ssh_free(c->ssh);
		free(c);
		return;
	}
	ssh_set_blocking(c->ssh, 0);
	c->server_cb = (struct ssh_server_callbacks_struct){
		.userdata = c,
		.auth_none_function = auth_none,
		.auth_password_function = auth_password,
		.auth_pubkey_function = auth_pubkey,
		.channel_open_request_session_function = open_channel,
	};
	ssh_callbacks_init(&c->server_cb);
	ssh_set_server_callbacks(c->ssh, &c->server_cb);
	ssh_set_message_callback(c->ssh, on_message, c);
	unsigned a = h->device->quirks.auth;
	ssh_set_auth_methods(c->ssh, (a & 1 ? SSH_AUTH_METHOD_PASSWORD : 0) |
					     (a & 2 ? SSH_AUTH_METHOD_INTERACTIVE : 0) |
					     (a & 4 ? SSH_AUTH_METHOD_PUBLICKEY : 0));
	uv_poll_init(h->fleet->loop, &c->poll, fd);
	c->poll.data = c;
	c->next = h->fleet->conns;
	if (c->next)
		c->next->prev = c;
	h->fleet->conns = c;
	c->counted = true;
	h->sessions++;
	pump(c);
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
	struct listener *l = poll->data;
	const struct quirks *q = &l->host->device->quirks;
	(void)status, (void)events;
	for (int fd; (fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
		int yes = 1;
		l->host->connections++;
		advance(&(struct conn){ .host = l->host });
		bool booting = model_now(l->host->fleet->model) < l->host->device->back_ms;
		if (q->refuse_tcp || booting || l->host->sessions >= q->max_sessions) {
			/* Reset, as a firewall does it. */
			struct linger now = { 1, 0 };
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
			close(fd);
			l->host->refused++;
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
		if (q->silent_tcp) {
			int *room = &l->silent[l->n_silent++ % 16];
			if (*room)
				close(*room);
			*room = fd;
			continue;
		}
		if (q->host_key_change && !l->changed) {
			ssh_bind_free(l->bind);
			if (l->own_key)
				ssh_key_free(l->key);
			l->changed = true;
			if (!key_for(l->host->fleet, l, true) || !bind_new(l))
				abort();
		}
		conn_new(l, fd);
	}
}

static bool listener_open(struct fleet *f, struct host *h, unsigned unit, unsigned port, char *why, size_t room)
{
	struct listener *l = vt_must(calloc(1, sizeof *l));
	h->listener[unit] = l;
	l->host = h;
	l->unit = unit;
	if (unit == 0) {
		if (!key_for(f, l, false)) {
			snprintf(why, room, "device %s: no host key could be made", h->device->name);
			return false;
		}
	} else {
		l->key = h->listener[0]->key; /* replicated to the other unit */
	}
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t len = sizeof sin;
	int yes = 1;
	if (!bind_new(l)) {
		snprintf(why, room, "device %s: libssh refuses its algorithms", h->device->name);
		return false;
	}
	if (inet_pton(AF_INET, f->listen, &sin.sin_addr) != 1) {
		snprintf(why, room, "\"%s\" is not an IPv4 address to listen on", f->listen);
		return false;
	}
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    bind(l->fd, (struct sockaddr *)&sin, sizeof sin) != 0 || listen(l->fd, 64) != 0 ||
	    getsockname(l->fd, (struct sockaddr *)&sin, &len) != 0) {
		snprintf(why, room, "device %s: cannot listen on %s:%u (%s)", h->device->name, f->listen, port,
			 strerror(errno));
		return false;
	}
	l->port = ntohs(sin.sin_port);
	uv_poll_init(f->loop, &l->poll, l->fd);
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_accept);
	return true;
}

/* Idle sessions end, slow ones get their next bytes, finished boots are noticed. */
static void on_tick(uv_timer_t *timer)
{
	struct fleet *f = timer->data;
	for (struct conn *c = f->conns, *next; c; c = next) {
		next = c->next;
		const struct quirks *q = &c->host->device->quirks;
		int64_t now = (int64_t)uv_now(f->loop);
		if (c->closing && now - c->closing_at_ms > LINGER_MS)
			conn_end(c);
		else if (q->idle_timeout_s && c->shell && now - c->last_input_ms > (int64_t)q->idle_timeout_s * 1000)
			conn_end(c);
		else if (q->grace_s && !c->authenticated && now - c->accepted_at_ms > (int64_t)q->grace_s * 1000)
			conn_end(c);
		else if (model_now(f->model) < c->host->device->back_ms)
			conn_end(c);
		else if (c->cli && c->cli->out.len)
			pump(c);
	}
}

bool fleet_open(struct fleet *f, unsigned port_base, char *why, size_t room)
{
	struct world *w = model_world(f->model);
	f->n_hosts = w->n_devices;
	f->hosts = vt_must(calloc(f->n_hosts, sizeof *f->hosts));
	unsigned port = port_base;
	for (size_t i = 0; i < f->n_hosts; i++) {
		struct host *h = &f->hosts[i];
		h->device = w->devices[i];
		h->fleet = f;
		for (unsigned unit = 0; unit < (h->device->pair ? 2u : 1u); unit++, port += port_base != 0)
			if (!listener_open(f, h, unit, port, why, room))
				return false;
	}
	uv_timer_init(f->loop, &f->tick);
	f->tick.data = f;
	uv_timer_start(&f->tick, on_tick, TICK_MS, TICK_MS);
	return true;
}

static void listener_gone(uv_handle_t *handle)
{
	struct listener *l = handle->data;
	for (unsigned i = 0; i < 16; i++)
		if (l->silent[i])
			close(l->silent[i]);
	close(l->fd);
	free(l);
}

void fleet_close(struct fleet *f)
{
	while (f->conns)
		conn_end(f->conns);
	for (size_t i = 0; i < f->n_hosts; i++) {
		struct host *h = &f->hosts[i];
		for (size_t k = 0; k < h->n_commands; k++)
			free((char *)h->commands[k].line);
		free(h->commands);
		for (unsigned unit = 2; unit-- > 0;) {
			struct listener *l = h->listener[unit];
			if (!l)
				continue;
			ssh_bind_free(l->bind);
			if (l->own_key)
				ssh_key_free(l->key);
			if (l->port)
				uv_close((uv_handle_t *)&l->poll, listener_gone);
			else
				free(l);
		}
	}
	if (f->tick.data)
		uv_close((uv_handle_t *)&f->tick, NULL);
	uv_run(f->loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < 8; i++)
		ssh_key_free(f->rsa[i]);
	free(f->hosts);
}

unsigned host_port(const struct host *h, unsigned unit)
{
	return h->listener[unit] ? h->listener[unit]->port : 0;
}

struct host *fleet_host(struct fleet *f, const char *name)
{
	for (size_t i = 0; i < f->n_hosts; i++)
		if (strcmp(f->hosts[i].device->name, name) == 0)
			return &f->hosts[i];
	return NULL;
}

void fleet_drop_sessions(struct fleet *f, struct device *device)
{
	for (struct conn *c = f->conns, *next; c; c = next) {
		next = c->next;
		if (c->host->device == device)
			conn_end(c);
	}
}
