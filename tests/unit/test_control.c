/* SPDX-License-Identifier: MIT
 * The control socket: good requests, bad ones, late answers, clients that go and places that are taken.
 */
#include "config.h"

#include "daemon/control.h"

#include "tests/unit/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct bench {
	uv_loop_t loop;
	struct control *control;
	char folder[64], path[96];
	struct control_request *late[8];
	size_t late_len;
};

static void echo(struct control_request *request, const json_t *arguments, void *user)
{
	(void)user;
	control_reply(request, json_pack("{s:O}", "you_said", json_object_get(arguments, "word")));
}

static void refuse(struct control_request *request, const json_t *arguments, void *user)
{
	(void)arguments;
	(void)user;
	control_refuse(request, "no", "not %s", "today");
}

static void later(struct control_request *request, const json_t *arguments, void *user)
{
	struct bench *b = user;
	(void)arguments;
	b->late[b->late_len++] = request;
}

static const struct control_row rows[] = { { "echo", echo }, { "refuse", refuse }, { "later", later }, { 0 } };

static void begin(struct bench *b)
{
	*b = (struct bench){ 0 };
	uv_loop_init(&b->loop);
	snprintf(b->folder, sizeof b->folder, "/tmp/vpntriage-control-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof b->path, "%s/sock", b->folder);
	struct vt_error error;
	assert_int_equal(control_open(&b->loop, b->path, rows, b, &b->control, &error), VT_OK);
}

static void end(struct bench *b)
{
	control_close(b->control);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	assert_int_equal(access(b->path, F_OK), -1);
	assert_int_equal(rmdir(b->folder), 0);
}

static int dial(const struct bench *b)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", b->path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Turns the loop until a whole line has come, or the end ("(closed)"). */
static const char *hear(struct bench *b, int fd)
{
	static char line[4096];
	size_t len = 0;
	for (unsigned turns = 0; turns < 100000 && len < sizeof line - 1; turns++) {
		uv_run(&b->loop, UV_RUN_NOWAIT);
		ssize_t n = read(fd, line + len, 1);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return "(closed)";
		if (n < 0)
			continue;
		if (line[len] == '\n')
			break;
		len++;
	}
	line[len] = '\0';
	return line;
}

static void each_request_has_its_answer(void **state)
{
	(void)state;
	const struct {
		const char *request, *answer;
	} cases[] = {
		{ "{\"v\":1,\"id\":7,\"request\":\"echo\",\"word\":\"hi\"}\n",
		  "{\"v\":1,\"id\":7,\"result\":{\"you_said\":\"hi\"}}" },
		{ "{\"request\":\"echo\",\"id\":\"a\",\"word\":[1]}\r\n",
		  "{\"v\":1,\"id\":\"a\",\"result\":{\"you_said\":[1]}}" },
		{ "\n\n{\"request\":\"refuse\"}\n",
		  "{\"v\":1,\"id\":null,\"error\":{\"code\":\"no\",\"text\":\"not today\"}}" },
		{ "{\"id\":1,\"request\":\"fly\"}\n", "{\"v\":1,\"id\":1,\"error\":{\"code\":\"unknown-request\","
						      "\"text\":\"there is no request \\\"fly\\\"\"}}" },
		{ "{\"v\":2,\"request\":\"echo\"}\n", "{\"v\":1,\"id\":null,\"error\":{\"code\":\"version\",\"text\":"
						      "\"this daemon speaks version 1 of the control protocol\"}}" },
		{ "{}\n", "{\"v\":1,\"id\":null,\"error\":{\"code\":\"bad-request\",\"text\":\"a request names itself: "
			  "{\\\"v\\\": 1, \\\"request\\\": \\\"status\\\"}\"}}" },
	};
	struct bench b;
	begin(&b);
	int fd = dial(&b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		say(fd, cases[i].request);
		assert_string_equal(hear(&b, fd), cases[i].answer);
	}
	close(fd);
	end(&b);
}

static void what_is_no_request_is_told_and_hung_up_on(void **state)
{
	(void)state;
	const char *const cases[] = { "GET / HTTP/1.1\n", "[1]\n", "{\"request\":\"echo\",\"request\":\"echo\"}\n",
				      "\xff\xfe\n" };
	struct bench b;
	begin(&b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fd = dial(&b);
		say(fd, cases[i]);
		assert_non_null(strstr(hear(&b, fd), "\"code\":\"bad-request\""));
		assert_string_equal(hear(&b, fd), "(closed)");
		close(fd);
	}
	end(&b);
}

static void a_line_without_end_is_refused(void **state)
{
	(void)state;
	struct bench b;
	begin(&b);
	int fd = dial(&b);
	char block[4096];
	memset(block, 'x', sizeof block);
	for (size_t sent = 0; sent < CONTROL_LINE_MAX + 2 * sizeof block;) {
		ssize_t n = send(fd, block, sizeof block, MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
		uv_run(&b.loop, UV_RUN_NOWAIT);
		if (n < 0 && errno != EAGAIN)
			break;
	}
	const char *heard = hear(&b, fd);
	assert_true(strstr(heard, "at most 65536 bytes") || strcmp(heard, "(closed)") == 0);
	close(fd);
	end(&b);
}

static void an_answer_may_come_late_and_out_of_order_or_to_nobody(void **state)
{
	(void)state;
	struct bench b;
	begin(&b);
	int fd = dial(&b), gone = dial(&b);
	say(fd,
	    "{\"id\":1,\"request\":\"later\"}\n{\"id\":2,\"request\":\"later\"}\n{\"id\":3,\"request\":\"refuse\"}\n");
	assert_non_null(strstr(hear(&b, fd), "\"id\":3"));
	say(gone, "{\"id\":4,\"request\":\"later\"}\n");
	while (b.late_len < 3)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	close(gone);
	while (control_clients(b.control) > 1)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	control_reply(b.late[1], json_string("two"));
	assert_string_equal(hear(&b, fd), "{\"v\":1,\"id\":2,\"result\":\"two\"}");
	control_reply(b.late[2], json_string("to nobody"));
	control_reply(b.late[0], json_string("one"));
	assert_string_equal(hear(&b, fd), "{\"v\":1,\"id\":1,\"result\":\"one\"}");
	say(fd, "{\"id\":5,\"request\":\"later\"}\n");
	while (b.late_len < 4)
		uv_run(&b.loop, UV_RUN_NOWAIT);
	control_close(b.control);
	control_reply(b.late[3], json_string("too late"));
	close(fd);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b.loop), 0);
	assert_int_equal(rmdir(b.folder), 0);
}

static void the_place_of_another_daemon_is_not_taken(void **state)
{
	(void)state;
	struct bench b;
	begin(&b);
	struct control *second = NULL;
	struct vt_error error;
	assert_int_equal(control_open(&b.loop, b.path, rows, NULL, &second, &error), VT_E_BUSY);
	assert_non_null(strstr(error.text, "another daemon answers there"));
	/* And one that took it while we ran is not removed when we go. */
	assert_int_equal(unlink(b.path), 0);
	FILE *file = fopen(b.path, "w");
	assert_non_null(file);
	fclose(file);
	control_close(b.control);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(access(b.path, F_OK), 0);
	struct control *third = NULL;
	assert_int_equal(control_open(&b.loop, b.path, rows, NULL, &third, &error), VT_E_SYSTEM);
	assert_int_equal(unlink(b.path), 0);
	uv_run(&b.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b.loop), 0);
	assert_int_equal(rmdir(b.folder), 0);
}

static void the_socket_is_for_user_and_group_only(void **state)
{
	(void)state;
	struct bench b;
	struct stat made;
	begin(&b);
	assert_int_equal(stat(b.path, &made), 0);
	assert_int_equal(made.st_mode & 0777, 0660);
	end(&b);
}

static void more_clients_than_there_is_room_for_are_turned_away(void **state)
{
	(void)state;
	struct bench b;
	begin(&b);
	int fds[CONTROL_CLIENTS_MAX + 1];
	for (size_t i = 0; i <= CONTROL_CLIENTS_MAX; i++) {
		fds[i] = dial(&b);
		uv_run(&b.loop, UV_RUN_NOWAIT);
	}
	assert_string_equal(hear(&b, fds[CONTROL_CLIENTS_MAX]), "(closed)");
	say(fds[0], "{\"request\":\"echo\",\"word\":1}\n");
	assert_string_equal(hear(&b, fds[0]), "{\"v\":1,\"id\":null,\"result\":{\"you_said\":1}}");
	for (size_t i = 0; i <= CONTROL_CLIENTS_MAX; i++)
		close(fds[i]);
	end(&b);
}

UNIT_TESTS(CASE(each_request_has_its_answer), CASE(what_is_no_request_is_told_and_hung_up_on),
	   CASE(a_line_without_end_is_refused), CASE(an_answer_may_come_late_and_out_of_order_or_to_nobody),
	   CASE(the_place_of_another_daemon_is_not_taken), CASE(the_socket_is_for_user_and_group_only),
	   CASE(more_clients_than_there_is_room_for_are_turned_away))
