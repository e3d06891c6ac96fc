/* SPDX-License-Identifier: MIT
 * One SSH connection, driven without blocking.
 *
 *     RESOLVING ─▶ CONNECTING ─▶ HANDSHAKE ─▶ HOST_KEY ─▶ AUTH ─▶ CHANNEL ─▶ PTY ─▶ SHELL ─▶ open
 *         ▲             │ no TCP, or closed before its SSH greeting: next address
 *         └─────────────┘
 *
 * Each state is a step that can be entered again: it answers WAIT (libssh wants the descriptor to become ready), NEXT,
 * or it has ended the link. The descriptor's readiness and one timer are the only things that enter. connect_ms
 * runs over CONNECTING, for each address anew; auth_ms from HANDSHAKE to the open shell.
 *
 * What libssh does that shapes this file (../shared/knowledge/limits.md):
 * it closes its descriptor by itself on errors, so we watch a duplicate, which is ours to close: a descriptor number
 * that is used again can never be mixed up. It makes the descriptor blocking when TCP stands, so every step of
 * the handshake undoes that. It asks for write readiness again after every write, so its wishes are read after
 * every call. Its timeout option does nothing here. A write of 0 bytes means that keys are being renegotiated: the
 * bytes stay queued. When nothing matches in the key exchange it says so and mostly replaces these words by a
 * meaningless socket error at once: they are caught where it logs them.
 */
#include "config.h"

#include "daemon/link.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "base/addr.h"
#include "base/memory.h"
#include "daemon/log.h"
#include "daemon/secret.h"

enum { CANDIDATES = 8, READS_PER_TURN = 64, READ_BYTES = 16384, PINNED_TYPES = 5 };

/* Watches a duplicate of libssh's descriptor; lives until libuv has let go of it. */
struct watch {
	uv_poll_t poll;
	struct link *link; /* NULL: given up */
	int fd, events;
};

enum auth_stage { AUTH_NONE, AUTH_PUBLICKEY, AUTH_INTERACTIVE, AUTH_PASSWORD };

struct link {
	uv_loop_t *loop;
	const struct session_config *config;
	const struct link_callbacks *callbacks;
	void *user;
	char *address; /* the configured one in use */
	bool closed;
	unsigned handles; /* of libuv, that still point here */

	enum session_state state; /* SESSION_COMMAND stands for "open" */
	uv_timer_t timer;
	uv_getaddrinfo_t lookup;
	size_t address_index;
	char candidates[CANDIDATES][VT_ADDR_TEXT];
	size_t n_candidates, candidate;

	ssh_session ssh;
	ssh_channel channel;
	struct watch *watch;
	enum auth_stage stage;
	ssh_key identity;
	bool tried_identity, tried_interactive, secret_sent;
	bool identity_too_old; /* the device takes only SHA-1 signatures from this key, the profile has none */
	struct vt_buf out;
	bool stuck;           /* it is full */
	struct ssh_counter_struct wire; /* what libssh took from its socket */
	struct vt_error last; /* why the address before was given up */
	char kex_words[1024]; /* what libssh said of a key exchange in which nothing matches */
};

enum progress { WAIT, NEXT };

static void step(struct link *link);

/* ---- ends ---- */

static void on_handle_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;
	if (--link->handles == 0)
		free(link);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;
	close(watch->fd);
	free(watch);
}

/* Everything that belongs to one address. */
static void drop_connection(struct link *link)
{
	if (link->watch) {
		link->watch->link = NULL;
		uv_close((uv_handle_t *)&link->watch->poll, on_watch_closed);
		link->watch = NULL;
	}
	if (link->ssh) {
		ssh_disconnect(link->ssh);
		ssh_free(link->ssh);
	}
	link->ssh = NULL;
	link->channel = NULL;
}

static void wipe(struct vt_buf *out)
{
	if (out->p)
		explicit_bzero(out->p, out->cap);
	out->len = 0;
}

void link_close(struct link *link)
{
	if (!link || link->closed)
		return;
	link->closed = true;
	drop_connection(link);
	ssh_key_free(link->identity);
	link->identity = NULL;
	wipe(&link->out);
	vt_buf_free(&link->out);
	if (link->handles > 1) /* a look-up is under way; it comes back to on_resolved() all the same */
		(void)uv_cancel((uv_req_t *)&link->lookup);
	uv_close((uv_handle_t *)&link->timer, on_handle_closed);
}

static void end(struct link *link, const struct vt_error *why)
{
	const struct vt_error copy = *why;
	link_close(link);
	link->callbacks->on_end(link->user, &copy);
}

static enum progress fail(struct link *link, enum vt_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum progress fail(struct link *link, enum vt_status status, const char *format, ...)
{
	char reason[400];
	struct vt_error error;
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	vt_fail(&error, status, "%s: %s", link->config->name, reason);
	end(link, &error);
	return WAIT;
}

static void enter(struct link *link, enum session_state state)
{
	link->state = state;
	if (state < SESSION_GREETING)
		link->callbacks->on_state(link->user, state);
}

/* ---- time ---- */

static void on_deadline(uv_timer_t *timer)
{
	struct link *link = timer->data;
	enum session_state state = link->state;
	if (state == SESSION_CONNECTING) {
		vt_fail(&link->last, VT_E_TIMEOUT, "%s: no SSH greeting from %s port %u within %u ms",
			link->config->name, link->candidates[link->candidate], link->config->port,
			link->config->limits.connect_ms);
		drop_connection(link);
		link->candidate++;
		step(link);
	} else if (state == SESSION_RESOLVING) {
		fail(link, VT_E_TIMEOUT, "%s was not resolved within %u ms", link->address,
		     link->config->limits.connect_ms);
	} else {
		fail(link, VT_E_TIMEOUT, "login to %s stopped at %s: no progress within %u ms", link->address,
		     session_state_name(state), link->config->limits.auth_ms);
	}
}

static void set_deadline(struct link *link, uint32_t ms)
{
	uv_update_time(link->loop);
	uv_timer_start(&link->timer, on_deadline, ms, 0);
}

/* ---- the descriptor ---- */

static void on_readiness(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	(void)events;
	/* An error stops the watch by itself; libssh finds out what it is when it tries. */
	if (status < 0)
		watch->events = 0;
	if (watch->link)
		step(watch->link);
}

static struct watch *new_watch(struct link *link)
{
	struct watch *watch = vt_must(calloc(1, sizeof *watch));
	int theirs = ssh_get_fd(link->ssh);
	/* Programs that an alert starts must not inherit a connection. */
	fcntl(theirs, F_SETFD, FD_CLOEXEC);
	watch->fd = fcntl(theirs, F_DUPFD_CLOEXEC, 3);
	if (watch->fd < 0 || uv_poll_init(link->loop, &watch->poll, watch->fd) != 0) {
		if (watch->fd >= 0)
			close(watch->fd);
		free(watch);
		fail(link, VT_E_SYSTEM, "no descriptor is left for the connection to %s", link->address);
		return NULL;
	}
	watch->poll.data = watch;
	watch->link = link;
	link->watch = watch;
	return watch;
}

/* Asks for what libssh wants to know next. */
static void watch(struct link *link)
{
	struct watch *watch = link->watch;
	int wishes = ssh_get_poll_flags(link->ssh), events = UV_DISCONNECT;
	if (wishes & SSH_READ_PENDING)
		events |= UV_READABLE;
	if (wishes & SSH_WRITE_PENDING)
		events |= UV_WRITABLE;
	if (!watch) {
		watch = new_watch(link);
		if (!watch)
			return;
	}
	if (events != watch->events) {
		watch->events = events;
		uv_poll_start(&watch->poll, events, on_readiness);
	}
}

static void keep_nonblocking(struct link *link)
{
	int flags = link->watch ? fcntl(link->watch->fd, F_GETFL) : -1;
	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(link->watch->fd, F_SETFL, flags | O_NONBLOCK);
}

/* A firewall that lost its power says nothing: the kernel asks after it. */
static void notice_dead_peer(int fd)
{
	static const int on = 1, idle_s = 60, interval_s = 15, probes = 4, unacknowledged_ms = 60000;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

/* ---- resolving ---- */

static void next_address(struct link *link)
{
	link->address_index++;
	link->n_candidates = link->candidate = 0;
	enter(link, SESSION_RESOLVING);
	step(link);
}

static void on_resolved(uv_getaddrinfo_t *lookup, int status, struct addrinfo *found)
{
	struct link *link = lookup->data;
	link->handles--;
	if (link->closed) {
		uv_freeaddrinfo(found);
		if (link->handles == 0)
			free(link);
		return;
	}
	for (struct addrinfo *a = found; a && link->n_candidates < CANDIDATES; a = a->ai_next) {
		char *text = link->candidates[link->n_candidates];
		if (uv_ip_name(a->ai_addr, text, VT_ADDR_TEXT) == 0)
			link->n_candidates++;
	}
	uv_freeaddrinfo(found);
	if (link->n_candidates == 0) {
		vt_fail(&link->last, VT_E_CONNECT, "%s: %s cannot be resolved (%s)", link->config->name, link->address,
			status < 0 ? uv_strerror(status) : "no address");
		next_address(link);
		return;
	}
	enter(link, SESSION_CONNECTING);
	step(link);
}

static enum progress resolve(struct link *link)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct vt_addr literal;
	if (link->address_index == link->config->n_addresses) {
		end(link, &link->last);
		return WAIT;
	}
	snprintf(link->address, SESSION_ADDRESS, "%s", link->config->addresses[link->address_index]);
	if (vt_addr_parse(vt_str_of(link->address), &literal)) {
		vt_addr_format(&literal, link->candidates[0]);
		link->n_candidates = 1;
		enter(link, SESSION_CONNECTING);
		return NEXT;
	}
	set_deadline(link, link->config->limits.connect_ms);
	link->lookup.data = link;
	int status = uv_getaddrinfo(link->loop, &link->lookup, on_resolved, link->address, NULL, &hints);
	if (status < 0)
		return fail(link, VT_E_CONNECT, "%s cannot be resolved (%s)", link->address, uv_strerror(status));
	link->handles++;
	return WAIT;
}

/* ---- TCP and key exchange ---- */

static enum vt_status prepare(struct link *link, struct vt_error *error)
{
	const struct session_config *config = link->config;
	const char *types[PINNED_TYPES + 1];
	const struct hostkey_peer peer = { config->name, config->addresses, config->n_addresses, link->address,
					   config->port };
	const int no = 0, yes = 1, verbosity = SSH_LOG_NOLOG;
	unsigned port = config->port;
	link->ssh = vt_must(ssh_new());
	link->wire = (struct ssh_counter_struct){ 0 };
	ssh_set_counters(link->ssh, &link->wire, NULL);
	ssh_set_blocking(link->ssh, 0);
	ssh_options_set(link->ssh, SSH_OPTIONS_LOG_VERBOSITY, &verbosity);
	ssh_options_set(link->ssh, SSH_OPTIONS_PROCESS_CONFIG, &no);
	ssh_options_set(link->ssh, SSH_OPTIONS_SSH_DIR, "/dev/null");
	ssh_options_set(link->ssh, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
	ssh_options_set(link->ssh, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
	ssh_options_set(link->ssh, SSH_OPTIONS_HOST, link->candidates[link->candidate]);
	ssh_options_set(link->ssh, SSH_OPTIONS_PORT, &port);
	ssh_options_set(link->ssh, SSH_OPTIONS_USER, config->username);
	ssh_options_set(link->ssh, SSH_OPTIONS_NODELAY, &yes);
	ssh_options_set(link->ssh, SSH_OPTIONS_COMPRESSION, "no");
	hostkey_types(config->pins, &peer, types, PINNED_TYPES);
	return algorithms_apply(link->ssh, config->algorithms, types, error);
}

/* Callback and user data are libssh's globals of this thread; they are ours during ssh_connect() only. */
static void on_libssh_says(int priority, const char *function, const char *text, void *user)
{
	struct link *link = user;
	(void)priority;
	(void)function;
	if (link && !link->kex_words[0] && strstr(text, "no match for method"))
		snprintf(link->kex_words, sizeof link->kex_words, "%s", text);
}

static int ssh_connect_listening(struct link *link)
{
	link->kex_words[0] = '\0';
	ssh_set_log_callback(on_libssh_says);
	ssh_set_log_level(SSH_LOG_WARN);
	ssh_set_log_userdata(link);
	int rc = ssh_connect(link->ssh);
	ssh_set_log_userdata(NULL);
	ssh_set_log_level(SSH_LOG_NOLOG);
	return rc;
}

static enum progress connect_failed(struct link *link)
{
	const char *words = link->kex_words[0] ? link->kex_words : ssh_get_error(link->ssh);
	bool greeted = ssh_get_serverbanner(link->ssh) != NULL;
	struct vt_error error;
	if (algorithms_explain(words, link->config->algorithms, link->config->name, &error)) {
		end(link, &error);
		return WAIT;
	}
	if (greeted && !strstr(words, "disconnect") && !strstr(words, "DISCONNECT") && !strstr(words, "reset"))
		return fail(link, VT_E_PROTOCOL, "the SSH handshake with %s failed (%s)", link->address, words);
	vt_fail(&link->last, VT_E_CONNECT, "%s: cannot connect to %s port %u (%s%s)", link->config->name,
		link->candidates[link->candidate], link->config->port, words,
		greeted ? ", during the key exchange" : "");
	drop_connection(link);
	link->candidate++;
	enter(link, SESSION_CONNECTING);
	return NEXT;
}

static enum progress connect_step(struct link *link)
{
	struct vt_error error;
	if (!link->ssh && link->candidate == link->n_candidates) {
		next_address(link);
		return WAIT;
	}
	if (!link->ssh) {
		set_deadline(link, link->config->limits.connect_ms);
		if (prepare(link, &error) != VT_OK) {
			end(link, &error);
			return WAIT;
		}
	}
	int rc = ssh_connect_listening(link);
	keep_nonblocking(link);
	if (rc == SSH_ERROR)
		return connect_failed(link);
	if (link->state == SESSION_CONNECTING && ssh_get_serverbanner(link->ssh)) {
		set_deadline(link, link->config->limits.auth_ms);
		enter(link, SESSION_HANDSHAKE);
	}
	if (rc == SSH_AGAIN)
		return WAIT;
	notice_dead_peer(ssh_get_fd(link->ssh));
	enter(link, SESSION_HOST_KEY);
	return NEXT;
}

/* libssh has one name for the three ECDSA types, known_hosts has three. */
static const char *key_type(ssh_key key)
{
	enum ssh_keytypes_e type = ssh_key_type(key);
	bool ecdsa = type == SSH_KEYTYPE_ECDSA_P256 || type == SSH_KEYTYPE_ECDSA_P384 || type == SSH_KEYTYPE_ECDSA_P521;
	const char *name = ecdsa ? ssh_pki_key_ecdsa_name(key) : ssh_key_type_to_char(type);
	return name ? name : "unknown";
}

static enum progress check_hostkey(struct link *link)
{
	const struct session_config *config = link->config;
	const struct hostkey_peer peer = { config->name, config->addresses, config->n_addresses, link->address,
					   config->port };
	ssh_key public = NULL;
	char *base64 = NULL, text[HOSTKEY_FINGERPRINT], said[HOSTKEY_FINGERPRINT + 32];
	enum hostkey_outcome outcome = HOSTKEY_KNOWN;
	struct vt_error error;
	enum vt_status status = VT_E_PROTOCOL;
	struct hostkey key = { 0 };
	vt_fail(&error, status, "%s: %s showed no host key", config->name, link->address);
	if (ssh_get_server_publickey(link->ssh, &public) == SSH_OK &&
	    ssh_pki_export_pubkey_base64(public, &base64) == SSH_OK) {
		key = (struct hostkey){ key_type(public), base64 };
		status = hostkey_check(config->pins, config->host_keys, &peer, &key, &outcome, &error);
	}
	if (status == VT_OK && outcome == HOSTKEY_ADDED && hostkey_fingerprint(&key, text)) {
		snprintf(said, sizeof said, "%s %s", key.type, text);
		link->callbacks->on_hostkey(link->user, said);
	}
	ssh_string_free_char(base64);
	ssh_key_free(public);
	if (link->closed)
		return WAIT;
	if (status != VT_OK) {
		end(link, &error);
		return WAIT;
	}
	enter(link, SESSION_AUTH);
	return NEXT;
}

/* ---- login ---- */

/* The peer hung up, or said something that makes no sense. */
static enum progress broken(struct link *link, const char *at)
{
	const char *words = ssh_get_error(link->ssh);
	bool hung_up = strstr(words, "disconnect") || strstr(words, "DISCONNECT") || strstr(words, "reset") ||
		       strstr(words, "closed");
	if (link->state == SESSION_AUTH && link->secret_sent && strstr(words, "DISCONNECT"))
		return fail(link, VT_E_AUTH, "login refused for user '%s' at %s (%s)", link->config->username,
			    link->address, words);
	return fail(link, hung_up ? VT_E_CLOSED : VT_E_PROTOCOL, "%s ended %s (%s)", link->address, at, words);
}

static enum progress refused(struct link *link, const char *detail)
{
	unsigned methods = (unsigned)ssh_userauth_list(link->ssh, NULL);
	return fail(link, VT_E_AUTH, "login refused for user '%s' at %s (%s; the device takes%s%s%s%s)",
		    link->config->username, link->address, detail,
		    methods & SSH_AUTH_METHOD_PUBLICKEY ? " publickey" : "",
		    methods & SSH_AUTH_METHOD_INTERACTIVE ? " keyboard-interactive" : "",
		    methods & SSH_AUTH_METHOD_PASSWORD ? " password" : "",
		    methods & (SSH_AUTH_METHOD_PUBLICKEY | SSH_AUTH_METHOD_INTERACTIVE | SSH_AUTH_METHOD_PASSWORD)
			    ? ""
			    : " none of our methods");
}

/* Public key, then the one method that will carry the password: it is sent once, whatever comes back. */
static enum progress next_method(struct link *link)
{
	unsigned methods = (unsigned)ssh_userauth_list(link->ssh, NULL);
	const struct session_config *config = link->config;
	if (config->identity && !link->tried_identity && methods & SSH_AUTH_METHOD_PUBLICKEY) {
		link->tried_identity = true;
		if (ssh_pki_import_privkey_base64(secret_text(config->identity), "", NULL, NULL, &link->identity) !=
		    SSH_OK)
			return fail(link, VT_E_AUTH,
				    "the identity file holds no private key that can be read without a passphrase");
		link->stage = AUTH_PUBLICKEY;
		return NEXT;
	}
	if (link->secret_sent)
		return refused(link, "wrong password");
	if (config->password && methods & SSH_AUTH_METHOD_INTERACTIVE && !link->tried_interactive) {
		link->tried_interactive = true;
		link->stage = AUTH_INTERACTIVE;
		return NEXT;
	}
	if (config->password && methods & SSH_AUTH_METHOD_PASSWORD) {
		link->secret_sent = true;
		link->stage = AUTH_PASSWORD;
		return NEXT;
	}
	return refused(link, link->identity_too_old ? "our RSA key would need SHA-1 here, algorithms: legacy"
			     : link->tried_identity ? "our key was refused"
			     : config->password     ? "no common method"
						    : "no password is configured");
}

/* One hidden question is the password; anything else is not for us. */
static enum progress answer_questions(struct link *link)
{
	char echo = 0;
	int n = ssh_userauth_kbdint_getnprompts(link->ssh);
	const char *question = n > 0 ? ssh_userauth_kbdint_getprompt(link->ssh, 0, &echo) : NULL;
	if (n == 0)
		return NEXT;
	if (link->secret_sent)
		return refused(link, "wrong password");
	if (n > 1 || echo || !question)
		return fail(link, VT_E_AUTH, "%s asks '%.64s' and %d more; only one password can be answered",
			    link->address, question ? question : "", n - 1);
	link->secret_sent = true;
	ssh_userauth_kbdint_setanswer(link->ssh, 0, secret_text(link->config->password));
	return NEXT;
}

static int try_method(struct link *link)
{
	switch (link->stage) {
	case AUTH_NONE:
		return ssh_userauth_none(link->ssh, NULL);
	case AUTH_PUBLICKEY:
		return ssh_userauth_publickey(link->ssh, NULL, link->identity);
	case AUTH_INTERACTIVE:
		return ssh_userauth_kbdint(link->ssh, NULL, NULL);
	case AUTH_PASSWORD:
		return ssh_userauth_password(link->ssh, NULL, secret_text(link->config->password));
	}
	return SSH_AUTH_ERROR;
}

static enum progress authenticate(struct link *link)
{
	switch (try_method(link)) {
	case SSH_AUTH_AGAIN:
		return WAIT;
	case SSH_AUTH_SUCCESS:
		enter(link, SESSION_CHANNEL);
		return NEXT;
	case SSH_AUTH_INFO:
		return answer_questions(link);
	case SSH_AUTH_PARTIAL:
		return link->secret_sent ? refused(link, "a second factor is wanted") : next_method(link);
	case SSH_AUTH_DENIED:
		link->identity_too_old |= link->stage == AUTH_PUBLICKEY &&
					  strstr(ssh_get_error(link->ssh), "not allowed to be used");
		return next_method(link);
	default:
		return broken(link, "the login");
	}
}

/* ---- channel, terminal, shell ---- */

static enum progress open_channel(struct link *link)
{
	if (!link->channel)
		link->channel = ssh_channel_new(link->ssh);
	int rc = link->channel ? ssh_channel_open_session(link->channel) : SSH_ERROR;
	if (rc == SSH_AGAIN)
		return WAIT;
	if (rc != SSH_OK)
		return broken(link, "the session without a channel");
	enter(link, SESSION_PTY);
	return NEXT;
}

static enum progress request_pty(struct link *link)
{
	/* Wide and high for stacks that listen; the classic ASA keeps its own 80 columns and 24 lines. */
	int rc = ssh_channel_request_pty_size(link->channel, "vt100", 511, 1000);
	if (rc == SSH_AGAIN)
		return WAIT;
	if (rc != SSH_OK && ssh_get_error_code(link->ssh) != SSH_REQUEST_DENIED)
		return broken(link, "the session without a terminal");
	enter(link, SESSION_SHELL);
	return NEXT;
}

static enum progress request_shell(struct link *link)
{
	int rc = ssh_channel_request_shell(link->channel);
	if (rc == SSH_AGAIN)
		return WAIT;
	if (rc != SSH_OK)
		return broken(link, "the session without a shell");
	uv_timer_stop(&link->timer);
	enter(link, SESSION_COMMAND);
	link->callbacks->on_open(link->user);
	return NEXT;
}

/* ---- bytes ---- */

static void on_kick(uv_timer_t *timer)
{
	step(timer->data);
}

/* Enters the open link once more without waiting for the descriptor: libssh may hold bytes it has read already. */
static void kick(struct link *link)
{
	uv_timer_start(&link->timer, on_kick, 0, 0);
}

static bool flush(struct link *link)
{
	while (link->out.len) {
		int n = ssh_channel_write(link->channel, link->out.p, (uint32_t)link->out.len);
		if (n < 0)
			return false;
		if (n == 0)
			return true;
		memmove(link->out.p, link->out.p + n, link->out.len - (size_t)n);
		link->out.len -= (size_t)n;
		explicit_bzero(link->out.p + link->out.len, (size_t)n);
	}
	return true;
}

static enum progress move_bytes(struct link *link)
{
	if (link->stuck)
		return fail(link, VT_E_PROTOCOL, "%s does not read what is typed", link->address);
	if (!flush(link))
		return broken(link, "the session");
	for (unsigned i = 0; i < READS_PER_TURN; i++) {
		char *room = link->callbacks->room(link->user, READ_BYTES);
		uint64_t before = link->wire.in_bytes;
		int n = ssh_channel_read_nonblocking(link->channel, room, READ_BYTES, 0);
		if (n > 0) {
			link->callbacks->on_read(link->user, (size_t)n);
			if (link->closed)
				return WAIT;
			continue;
		}
		if (n == SSH_ERROR)
			return broken(link, "the session");
		if (ssh_channel_is_eof(link->channel) || ssh_channel_is_closed(link->channel))
			return fail(link, VT_E_CLOSED, "%s ended the session", link->address);
		/* It reads 4 kB at a time: part of a packet came, and the rest may lie there already. */
		if (link->wire.in_bytes == before)
			return WAIT;
	}
	/* The others' turn. */
	kick(link);
	return WAIT;
}

static enum progress (*const steps[])(struct link *) = {
	[SESSION_RESOLVING] = resolve,      [SESSION_CONNECTING] = connect_step, [SESSION_HANDSHAKE] = connect_step,
	[SESSION_HOST_KEY] = check_hostkey, [SESSION_AUTH] = authenticate,       [SESSION_CHANNEL] = open_channel,
	[SESSION_PTY] = request_pty,        [SESSION_SHELL] = request_shell,     [SESSION_COMMAND] = move_bytes,
};

static void step(struct link *link)
{
	while (!link->closed && steps[link->state](link) == NEXT)
		;
	if (!link->closed && link->ssh)
		watch(link);
}

void link_write(struct link *link, const char *bytes, size_t len)
{
	/* Never grown: a growing buffer would leave copies of a secret behind. A device that asks and asks and reads
	 * nothing of what is answered is given up. */
	if (link->out.len + len >= link->out.cap) {
		link->stuck = true;
		kick(link);
		return;
	}
	vt_buf_add(&link->out, bytes, len);
	/* An error shows itself at the next read; bytes that came meanwhile want to be read, too. */
	if (!flush(link) || ssh_channel_poll(link->channel, 0) != 0)
		kick(link);
	else
		watch(link);
}

void link_keepalive(struct link *link)
{
	ssh_send_ignore(link->ssh, "vpntriage");
	watch(link);
}

static void on_start(uv_timer_t *timer)
{
	struct link *link = timer->data;
	enter(link, SESSION_RESOLVING);
	step(link);
}

struct link *link_open(uv_loop_t *loop, const struct session_config *config, const struct link_callbacks *callbacks,
		       void *user, char address[SESSION_ADDRESS])
{
	struct link *link = vt_must(calloc(1, sizeof *link));
	*link = (struct link){
		.loop = loop, .config = config, .callbacks = callbacks, .user = user, .address = address, .handles = 1
	};
	vt_buf_reserve(&link->out, 2048);
	vt_fail(&link->last, VT_E_CONNECT, "%s: no address is configured", config->name);
	uv_timer_init(loop, &link->timer);
	link->timer.data = link;
	uv_timer_start(&link->timer, on_start, 0, 0);
	return link;
}
