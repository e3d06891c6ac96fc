/* SPDX-License-Identifier: MIT
 * A password or private key: see secret.h.
 *
 * The mapping is one private page range: mlock keeps it off the swap, MADV_DONTDUMP out of a core dump,
 * MADV_WIPEONFORK out of the commands an alert may start. A limit on locked memory is not worth refusing to
 * start for: locking is tried, the rest always holds.
 */
#include "config.h"

#include "daemon/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/str.h"

#define SECRET_MAX_BYTES 65536
/* Of a password: no firewall takes a longer one, and it has to fit where it is typed. */
#define LINE_MAX_BYTES 1024

struct secret {
	size_t references, len, mapped;
	char text[]; /* terminated */
};

static struct secret *secret_new(size_t room)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped = (sizeof(struct secret) + room + page) / page * page;
	struct secret *secret = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret == MAP_FAILED)
		vt_out_of_memory(mapped);
	(void)mlock(secret, mapped);
	(void)madvise(secret, mapped, MADV_DONTDUMP);
	(void)madvise(secret, mapped, MADV_WIPEONFORK);
	*secret = (struct secret){ .references = 1, .mapped = mapped };
	return secret;
}

struct secret *secret_ref(struct secret *secret)
{
	if (secret)
		secret->references++;
	return secret;
}

void secret_free(struct secret *secret)
{
	if (!secret || --secret->references)
		return;
	size_t mapped = secret->mapped;
	explicit_bzero(secret, mapped);
	munmap(secret, mapped);
}

const char *secret_text(const struct secret *secret)
{
	return secret->text;
}

size_t secret_len(const struct secret *secret)
{
	return secret->len;
}

struct secret *secret_from_bytes(const void *bytes, size_t len)
{
	struct secret *secret = secret_new(len);
	memcpy(secret->text, bytes, len);
	secret->len = len;
	return secret;
}

/* ---- files ---- */

static enum vt_status check_file(const char *path, const struct stat *st, bool vouched, struct vt_error *error)
{
	if (!S_ISREG(st->st_mode))
		return vt_fail(error, VT_E_SECRET_FILE, "%s: a secret must be a regular file", path);
	if (st->st_size > SECRET_MAX_BYTES)
		return vt_fail(error, VT_E_SECRET_FILE, "%s: %lld bytes are too large for a secret", path,
			       (long long)st->st_size);
	if (vouched)
		return VT_OK;
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return vt_fail(error, VT_E_SECRET_FILE,
			       "%s: the file belongs to user %u; it must belong to root or to user %u", path,
			       st->st_uid, geteuid());
	if (st->st_mode & (S_IRWXG | S_IRWXO))
		return vt_fail(error, VT_E_SECRET_FILE, "%s: group or others have access (mode %03o); chmod 600 it",
			       path, st->st_mode & 0777);
	return VT_OK;
}

/* A link is followed only when nobody else could have placed or changed it. */
static enum vt_status check_link(const char *path, struct vt_error *error)
{
	struct stat st;
	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode) || st.st_uid == 0 || st.st_uid == geteuid())
		return VT_OK;
	return vt_fail(error, VT_E_SECRET_FILE, "%s: the link belongs to user %u", path, st.st_uid);
}

/* Exactly what read(2) gives, straight into the locked memory. */
static enum vt_status read_all(int fd, const char *path, struct secret *secret, struct vt_error *error)
{
	while (secret->len <= SECRET_MAX_BYTES) {
		ssize_t n = read(fd, secret->text + secret->len, SECRET_MAX_BYTES + 1 - secret->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_fail(error, VT_E_SECRET_FILE, "%s: %s", path, strerror(errno));
		if (n == 0)
			return VT_OK;
		secret->len += (size_t)n;
	}
	return vt_fail(error, VT_E_SECRET_FILE, "%s: too large for a secret", path);
}

static enum vt_status take_form(const char *path, enum secret_form form, struct secret *secret, struct vt_error *error)
{
	if (form == SECRET_LINE) {
		char *lf = memchr(secret->text, '\n', secret->len);
		size_t len = lf ? (size_t)(lf - secret->text) : secret->len;
		while (len && secret->text[len - 1] == '\r')
			len--;
		explicit_bzero(secret->text + len, secret->len - len);
		secret->len = len;
	}
	if (secret->len == 0)
		return vt_fail(error, VT_E_SECRET_FILE, "%s: the file is empty", path);
	if (form == SECRET_LINE && secret->len > LINE_MAX_BYTES)
		return vt_fail(error, VT_E_SECRET_FILE, "%s: the first line is too long for a password", path);
	if (memchr(secret->text, '\0', secret->len))
		return vt_fail(error, VT_E_SECRET_FILE, "%s: a NUL byte is in it", path);
	return VT_OK;
}

static enum vt_status read_file(const char *path, enum secret_form form, bool vouched, struct secret **secret,
				struct vt_error *error)
{
	struct secret *read = NULL;
	struct stat st;
	enum vt_status status = vouched ? VT_OK : check_link(path, error);
	if (status != VT_OK)
		return status;
	/* O_NONBLOCK: a named pipe in that place must not hang the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0) {
		status = vt_fail(error, VT_E_SECRET_FILE, "%s: %s", path, strerror(errno));
		goto out;
	}
	if ((status = check_file(path, &st, vouched, error)) != VT_OK)
		goto out;
	read = secret_new(SECRET_MAX_BYTES + 1);
	if ((status = read_all(fd, path, read, error)) == VT_OK &&
	    (status = take_form(path, form, read, error)) == VT_OK)
		*secret = secret_from_bytes(read->text, read->len);
out:
	secret_free(read);
	if (fd >= 0)
		close(fd);
	return status;
}

enum vt_status secret_from_file(const char *path, enum secret_form form, struct secret **secret, struct vt_error *error)
{
	return read_file(path, form, false, secret, error);
}

enum vt_status secret_from_credential(const char *name, struct secret **secret, struct vt_error *error)
{
	char path[PATH_MAX];
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	if (!directory || directory[0] != '/')
		return vt_fail(error, VT_E_SECRET_FILE,
			       "credential '%s': systemd has passed none (no CREDENTIALS_DIRECTORY)", name);
	if (!name[0] || name[0] == '.' || strchr(name, '/'))
		return vt_fail(error, VT_E_SECRET_FILE, "credential '%s': not the name of a credential", name);
	if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
		return vt_fail(error, VT_E_SECRET_FILE, "credential '%s': the name is too long", name);
	return read_file(path, SECRET_LINE, true, secret, error);
}

enum vt_status secret_from_env(const char *variable, struct secret **secret, struct vt_error *error)
{
	char *value = getenv(variable);
	if (!value || !value[0])
		return vt_fail(error, VT_E_SECRET_FILE, "environment variable %s: not set, or empty", variable);
	size_t len = strlen(value);
	if (len > LINE_MAX_BYTES)
		return vt_fail(error, VT_E_SECRET_FILE, "environment variable %s: too long for a password", variable);
	*secret = secret_from_bytes(value, len);
	/* /proc/PID/environ shows the memory the process was started with. */
	explicit_bzero(value, len);
	unsetenv(variable);
	return VT_OK;
}
