/* SPDX-License-Identifier: MIT
 * Secrets: where they may come from, what is refused, and that the environment forgets them. */
#include "config.h"

#include "daemon/secret.h"

#include "tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/vpntriage-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
	const char *path = path_of(name);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
	return path;
}

static void files_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum secret_form form;
		const char *secret;
	} cases[] = {
		{ "hunter2", SECRET_LINE, "hunter2" },
		{ "hunter2\n", SECRET_LINE, "hunter2" },
		{ "hunter2\r\n", SECRET_LINE, "hunter2" },
		{ "hunter2\nsecond line\n", SECRET_LINE, "hunter2" },
		{ " blanks stay \n", SECRET_LINE, " blanks stay " },
		{ "-----BEGIN\nkey\n-----END\n", SECRET_WHOLE, "-----BEGIN\nkey\n-----END\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct secret *secret = NULL;
		struct vt_error error = { 0 };
		if (secret_from_file(write_file("secret", cases[i].text, 0600), cases[i].form, &secret, &error) !=
		    VT_OK)
			fail_msg("%s", error.text);
		assert_string_equal(secret_text(secret), cases[i].secret);
		assert_int_equal(secret_len(secret), strlen(cases[i].secret));
		secret_free(secret);
	}
}

static void refuse(const char *path, const char *because)
{
	struct secret *secret = (struct secret *)0x1;
	struct vt_error error = { 0 };
	assert_int_equal(secret_from_file(path, SECRET_LINE, &secret, &error), VT_E_SECRET_FILE);
	assert_ptr_equal(secret, (struct secret *)0x1);
	if (!strstr(error.text, because) || !strstr(error.text, path))
		fail_msg("'%s' does not say '%s' of %s", error.text, because, path);
	assert_null(strstr(error.text, "hunter2"));
}

static void what_others_can_reach_is_refused(void **state)
{
	(void)state;
	static const mode_t modes[] = { 0640, 0604, 0644, 0660, 0602, 0620, 0666 };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		refuse(write_file("open", "hunter2", modes[i]), "group or others");
}

static void what_is_no_secret_is_refused(void **state)
{
	(void)state;
	refuse("/nonexistent/secret", "No such file");
	refuse(folder, "regular file");
	refuse("/dev/null", "regular file");
	refuse(write_file("empty", "", 0600), "empty");
	refuse(write_file("line-end", "\nhunter2\n", 0600), "empty");
	char *large = calloc(1, 70001);
	memset(large, 'x', 70000);
	refuse(write_file("large", large, 0600), "too large");
	large[2000] = '\0';
	refuse(write_file("long", large, 0600), "too long");
	free(large);
	/* A pipe must be refused, not waited for. */
	assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
	refuse(path_of("pipe"), "regular file");
	unlink(path_of("pipe"));
}

static void what_belongs_to_another_user_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		LEAVE_OUT("only root can give a file to somebody else");
	const char *path = write_file("theirs", "hunter2", 0600);
	assert_int_equal(chown(path, 4711, 4711), 0);
	refuse(path, "belongs to user 4711");
	/* The file is right, but another user decides where the link leads. */
	char target[128];
	snprintf(target, sizeof target, "%s", write_file("mine", "hunter2", 0600));
	path = path_of("link");
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
	struct secret *secret = NULL;
	assert_int_equal(secret_from_file(path, SECRET_LINE, &secret, NULL), VT_OK);
	secret_free(secret);
	assert_int_equal(lchown(path, 4711, 4711), 0);
	refuse(path, "link belongs to user 4711");
}

static void the_environment_forgets(void **state)
{
	(void)state;
	struct secret *secret = NULL;
	struct vt_error error;
	setenv("VT_TEST_SECRET", "hunter2", 1);
	char *value = getenv("VT_TEST_SECRET");
	assert_int_equal(secret_from_env("VT_TEST_SECRET", &secret, &error), VT_OK);
	assert_string_equal(secret_text(secret), "hunter2");
	assert_null(getenv("VT_TEST_SECRET"));
	assert_int_equal(value[0], 0); /* wiped in place, where /proc shows it */
	secret_free(secret);
	assert_int_equal(secret_from_env("VT_TEST_SECRET", &secret, &error), VT_E_SECRET_FILE);
	assert_string_equal(error.text, "environment variable VT_TEST_SECRET: not set, or empty");
}

static void credentials_come_from_systemd(void **state)
{
	(void)state;
	struct secret *secret = NULL;
	struct vt_error error;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(secret_from_credential("asa", &secret, &error), VT_E_SECRET_FILE);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	write_file("asa", "hunter2\n", 0640); /* systemd's own mode */
	assert_int_equal(secret_from_credential("asa", &secret, &error), VT_OK);
	assert_string_equal(secret_text(secret), "hunter2");
	secret_free(secret);
	static const char *const names[] = { "", ".", "..", "../asa", "a/b", ".hidden" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(secret_from_credential(names[i], &secret, &error), VT_E_SECRET_FILE);
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void the_last_owner_wipes(void **state)
{
	(void)state;
	struct secret *secret = secret_from_bytes("hunter2", 7);
	assert_ptr_equal(secret_ref(secret), secret);
	secret_free(secret);
	assert_string_equal(secret_text(secret), "hunter2");
	secret_free(secret);
	assert_null(secret_ref(NULL));
	secret_free(NULL);
}

static void a_child_does_not_inherit(void **state)
{
	(void)state;
	struct secret *secret = secret_from_bytes("hunter2", 7);
	const char *text = secret_text(secret);
	pid_t child = fork();
	if (child == 0)
		_exit(text[0] != '\0');
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	secret_free(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(files_are_read),
		CASE(what_others_can_reach_is_refused),
		CASE(what_is_no_secret_is_refused),
		CASE(what_belongs_to_another_user_is_refused),
		CASE(the_environment_forgets),
		CASE(credentials_come_from_systemd),
		CASE(the_last_owner_wipes),
		CASE(a_child_does_not_inherit),
	};
	char command[64];
	if (!mkdtemp(folder))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command) != 0 || failed;
}
