/* SPDX-License-Identifier: MIT
 * The socket the server accepts on.
 */
#include "config.h"

#include "web/listen.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static enum vt_status refused(const char *where, struct vt_error *error)
{
	if (errno == EADDRINUSE)
		return vt_fail(error, VT_E_BUSY, "cannot listen on %s: another program listens there", where);
	return vt_fail_errno(error, "cannot listen on %s", where);
}

/* ---- Unix ---- */

/* Whether nobody answers at the path: the socket file of a server that was killed. */
static bool is_left_over(const struct sockaddr_un *name)
{
	struct stat file;
	if (lstat(name->sun_path, &file) < 0 || !S_ISSOCK(file.st_mode))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool dead = connect(fd, (const struct sockaddr *)name, sizeof *name) < 0 && errno == ECONNREFUSED;
	close(fd);
	return dead;
}

static enum vt_status open_unix(struct vt_str path, char *address, size_t address_size, int *fd, struct vt_error *error)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	if (path.len >= sizeof name.sun_path)
		return vt_fail(error, VT_E_CONFIG, "web.listen: the path of a socket has at most %zu bytes",
			       sizeof name.sun_path - 1);
	memcpy(name.sun_path, path.p, path.len);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return refused(name.sun_path, error);
	if (is_left_over(&name))
		unlink(name.sun_path);
	if (bind(*fd, (const struct sockaddr *)&name, sizeof name) < 0 || listen(*fd, BACKLOG) < 0) {
		enum vt_status status = refused(name.sun_path, error);
		close(*fd);
		return status;
	}
	snprintf(address, address_size, "unix:%s", name.sun_path);
	return VT_OK;
}

/* ---- TCP ---- */

static bool bind_one(const struct addrinfo *to, int *fd)
{
	const int on = 1;
	*fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return false;
	setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(*fd, to->ai_addr, to->ai_addrlen) == 0 && listen(*fd, BACKLOG) == 0)
		return true;
	int reason = errno;
	close(*fd);
	errno = reason;
	return false;
}

static void say_address(int fd, bool tls, char *address, size_t address_size)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof name;
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
	if (getsockname(fd, (struct sockaddr *)&name, &len) == 0)
		getnameinfo((struct sockaddr *)&name, len, host, sizeof host, port, sizeof port,
			    NI_NUMERICHOST | NI_NUMERICSERV);
	bool v6 = strchr(host, ':') != NULL;
	snprintf(address, address_size, "%s://%s%s%s:%s", tls ? "https" : "http", v6 ? "[" : "", host, v6 ? "]" : "",
		 port);
}

static enum vt_status open_tcp(const struct vt_listen *where, bool tls, char *address, size_t address_size, int *fd,
			       struct vt_error *error)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	char host[256], port[24], text[300];
	snprintf(host, sizeof host, VT_FMT, VT_ARG(where->host));
	snprintf(port, sizeof port, "%" PRIu64, where->port);
	snprintf(text, sizeof text, "%.200s port %s", host, port);
	int failed = getaddrinfo(host, port, &hints, &found);
	if (failed)
		return vt_fail(error, VT_E_SYSTEM, "cannot listen on %s: %s", text, gai_strerror(failed));
	/* One socket: the first address that works ("localhost" is 127.0.0.1 or ::1). */
	bool open = false;
	for (const struct addrinfo *to = found; to && !open; to = to->ai_next)
		open = bind_one(to, fd);
	enum vt_status status = open ? VT_OK : refused(text, error);
	freeaddrinfo(found);
	if (open)
		say_address(*fd, tls, address, address_size);
	return status;
}

enum vt_status listen_open(const struct vt_listen *listen, bool tls, char *address, size_t address_size, int *fd,
			   struct vt_error *error)
{
	return listen->path.p ? open_unix(listen->path, address, address_size, fd, error)
			      : open_tcp(listen, tls, address, address_size, fd, error);
}
