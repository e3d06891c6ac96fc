/* SPDX-License-Identifier: MIT
 * Host key pins: a known_hosts file and what it decides. */
#include "config.h"

#include "daemon/hostkey.h"

#include "tap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Public keys made for this test; their private halves are gone. */
#define K1 "AAAAC3NzaC1lZDI1NTE5AAAAIFEHhAonQI4MykmHzY4RyxSv7OpgpS108WVrGk/x8Tzy"
#define K2 "AAAAC3NzaC1lZDI1NTE5AAAAIJ970T1s9dPaapYMXeZ2JqVq8kLlIZXPr/x71fGRUMvM"
#define K3                                                                                                             \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPBKQFW/Zk7T3ohLJtW9Kvwz75BF5RvtW6YZ8mxPwlmsn2VcmS/"      \
	"w0kTUU7UJsmJQOTeQ1mF1JyCWgrs3mVc4Sd0="
#define F1 "SHA256:P5E4IoE2ufo9y7jFOwTBVuKSC9XuZEhtERhhkWtBvl8"
#define F2 "SHA256:MzzeDsHxI7vve/TG9364/TTYHvNHjQl2ecsFjaZs274"
#define F3 "SHA256:8be1s7RpGSzroW7x/OjWwb8Sb/Iw1qbsELFPUiLHb0Q"

static const struct hostkey key1 = { "ssh-ed25519", K1 }, key2 = { "ssh-ed25519", K2 },
			    key3 = { "ecdsa-sha2-nistp256", K3 };
static char path[64];

static struct hostkey_store *store_of(const char *text)
{
	struct hostkey_store *store = NULL;
	struct vt_error error = { 0 };
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	if (hostkey_store_open(path, &store, &error) != VT_OK)
		fail_msg("%s", error.text);
	return store;
}

static const char *file_text(void)
{
	static char text[4096];
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
	text[n] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void fingerprints_are_those_of_ssh_keygen(void **state)
{
	(void)state;
	static const struct {
		const struct hostkey *key;
		const char *text;
	} cases[] = { { &key1, F1 }, { &key2, F2 }, { &key3, F3 } };
	char text[HOSTKEY_FINGERPRINT];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(hostkey_fingerprint(cases[i].key, text));
		assert_string_equal(text, cases[i].text);
	}
	assert_false(hostkey_fingerprint(&(struct hostkey){ "ssh-ed25519", "AAAA" }, text));
	assert_false(hostkey_fingerprint(&(struct hostkey){ "ssh-dss", K1 }, text));
}

struct ask {
	const char *addresses[3];
	const char *address;
	uint16_t port;
	const struct hostkey *key;
};

static enum vt_status check(struct hostkey_store *store, enum vt_host_keys policy, const struct ask *ask,
			    enum hostkey_outcome *outcome, struct vt_error *error)
{
	size_t n = 0;
	while (n < 3 && ask->addresses[n])
		n++;
	const struct hostkey_peer peer = { "fw1", ask->addresses, n, ask->address ? ask->address : ask->addresses[0],
					   ask->port ? ask->port : 22 };
	return hostkey_check(store, policy, &peer, ask->key, outcome, error);
}

static void pins_decide(void **state)
{
	(void)state;
	static const struct {
		const char *name, *file;
		struct ask ask;
		bool known;
	} cases[] = {
		{ "by address", "192.0.2.1 ssh-ed25519 " K1 "\n", { { "192.0.2.1" }, .key = &key1 }, true },
		{ "by name, whatever its case",
		  "FW1.example ssh-ed25519 " K1 " comment here\n",
		  { { "fw1.EXAMPLE" }, .key = &key1 },
		  true },
		{ "several hosts a line",
		  "a,192.0.2.1,b ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .key = &key1 },
		  true },
		{ "IPv6", "2001:db8::1 ssh-ed25519 " K1 "\n", { { "2001:db8::1" }, .key = &key1 }, true },
		{ "another port",
		  "[192.0.2.1]:2222 ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .port = 2222, .key = &key1 },
		  true },
		{ "port 22 in brackets",
		  "[192.0.2.1]:22 ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .key = &key1 },
		  true },
		{ "a plain line is for port 22",
		  "192.0.2.1 ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .port = 2222, .key = &key1 },
		  false },
		{ "a pattern", "192.0.2.* ssh-ed25519 " K1 "\n", { { "192.0.2.77" }, .key = &key1 }, true },
		{ "a pattern with an exception",
		  "192.0.2.*,!192.0.2.7? ssh-ed25519 " K1 "\n",
		  { { "192.0.2.77" }, .key = &key1 },
		  false },
		{ "part of a name is no match", "fw ssh-ed25519 " K1 "\n", { { "fw1" }, .key = &key1 }, false },
		{ "several keys of one host",
		  "h ssh-ed25519 " K2 "\nh ssh-ed25519 " K1 "\n",
		  { { "h" }, .key = &key1 },
		  true },
		{ "the other unit of a pair",
		  "192.0.2.2 ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1", "192.0.2.2" }, .key = &key1 },
		  true },
		{ "another key", "192.0.2.1 ssh-ed25519 " K2 "\n", { { "192.0.2.1" }, .key = &key1 }, false },
		{ "another kind of key", "192.0.2.1 ssh-ed25519 " K1 "\n", { { "192.0.2.1" }, .key = &key3 }, false },
		{ "revoked",
		  "192.0.2.1 ssh-ed25519 " K1 "\n@revoked * ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .key = &key1 },
		  false },
		{ "an authority is no pin",
		  "@cert-authority * ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1" }, .key = &key1 },
		  false },
		{ "comments and blanks",
		  "\n  # x\n\t192.0.2.1\tssh-ed25519\t" K1 "\r\n",
		  { { "192.0.2.1" }, .key = &key1 },
		  true },
		{ "no line end", "192.0.2.1 ssh-ed25519 " K1, { { "192.0.2.1" }, .key = &key1 }, true },
		{ "nothing is known", "", { { "192.0.2.1" }, .key = &key1 }, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hostkey_store *store = store_of(cases[i].file);
		enum hostkey_outcome outcome = HOSTKEY_ADDED;
		struct vt_error error = { 0 };
		enum vt_status status = check(store, VT_HOST_KEYS_STRICT, &cases[i].ask, &outcome, &error);
		if (status != (cases[i].known ? VT_OK : VT_E_HOSTKEY))
			fail_msg("%s: %d %s", cases[i].name, status, error.text);
		if (cases[i].known)
			assert_int_equal(outcome, HOSTKEY_KNOWN);
		assert_string_equal(file_text(), cases[i].file);
		hostkey_store_free(store);
	}
}

static void sentences_say_what_to_compare(void **state)
{
	(void)state;
	char expected[512];
	struct vt_error error;
	enum hostkey_outcome outcome;
	const struct ask ask = { { "192.0.2.1" }, .key = &key1 };
	struct hostkey_store *store = store_of("192.0.2.1 ssh-ed25519 " K2 "\n");
	for (enum vt_host_keys policy = VT_HOST_KEYS_STRICT; policy <= VT_HOST_KEYS_ACCEPT_NEW; policy++) {
		assert_int_equal(check(store, policy, &ask, &outcome, &error), VT_E_HOSTKEY);
		snprintf(expected, sizeof expected,
			 "fw1: the host key of 192.0.2.1 changed: it shows ssh-ed25519 " F1 ", known is ssh-ed25519 " F2
			 "; refused. Only if the change is explained, replace its line in %s",
			 path);
		assert_string_equal(error.text, expected);
	}
	hostkey_store_free(store);
	store = store_of("");
	assert_int_equal(check(store, VT_HOST_KEYS_STRICT, &ask, &outcome, &error), VT_E_HOSTKEY);
	snprintf(expected, sizeof expected,
		 "fw1: the host key of 192.0.2.1 (ssh-ed25519 " F1
		 ") is not known and host_keys is strict; compare the "
		 "fingerprint on the device, then add the key to %s",
		 path);
	assert_string_equal(error.text, expected);
	hostkey_store_free(store);
}

static void a_new_key_is_written_down_once(void **state)
{
	(void)state;
	static const struct {
		const char *before;
		struct ask ask;
		const char *after;
	} cases[] = {
		{ "", { { "192.0.2.1" }, .key = &key1 }, "192.0.2.1 ssh-ed25519 " K1 "\n" },
		{ "x ssh-ed25519 " K2,
		  { { "192.0.2.1" }, .key = &key1 },
		  "x ssh-ed25519 " K2 "\n192.0.2.1 ssh-ed25519 " K1 "\n" },
		{ "",
		  { { "192.0.2.1" }, .port = 2222, .key = &key3 },
		  "[192.0.2.1]:2222 ecdsa-sha2-nistp256 " K3 "\n" },
		/* The second unit of a pair has a key of its own. */
		{ "192.0.2.1 ssh-ed25519 " K1 "\n",
		  { { "192.0.2.1", "192.0.2.2" }, .address = "192.0.2.2", .key = &key2 },
		  "192.0.2.1 ssh-ed25519 " K1 "\n192.0.2.2 ssh-ed25519 " K2 "\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct hostkey_store *store = store_of(cases[i].before);
		enum hostkey_outcome outcome = HOSTKEY_KNOWN;
		struct vt_error error = { 0 };
		if (check(store, VT_HOST_KEYS_ACCEPT_NEW, &cases[i].ask, &outcome, &error) != VT_OK)
			fail_msg("%s", error.text);
		assert_int_equal(outcome, HOSTKEY_ADDED);
		assert_string_equal(file_text(), cases[i].after);
		/* Known from now on, to this store and to the next. */
		assert_int_equal(check(store, VT_HOST_KEYS_STRICT, &cases[i].ask, &outcome, &error), VT_OK);
		assert_int_equal(outcome, HOSTKEY_KNOWN);
		assert_int_equal(hostkey_store_reload(store, &error), VT_OK);
		assert_int_equal(check(store, VT_HOST_KEYS_ACCEPT_NEW, &cases[i].ask, &outcome, &error), VT_OK);
		assert_string_equal(file_text(), cases[i].after);
		hostkey_store_free(store);
	}
}

static void a_key_that_cannot_be_written_down_is_not_accepted(void **state)
{
	(void)state;
	struct hostkey_store *store = NULL;
	struct vt_error error;
	enum hostkey_outcome outcome;
	assert_int_equal(hostkey_store_open("/nonexistent/known_hosts", &store, &error), VT_OK);
	assert_int_equal(hostkey_store_count(store, NULL), 0);
	const struct ask ask = { { "192.0.2.1" }, .key = &key1 };
	assert_int_equal(check(store, VT_HOST_KEYS_ACCEPT_NEW, &ask, &outcome, &error), VT_E_SYSTEM);
	assert_int_equal(check(store, VT_HOST_KEYS_STRICT, &ask, &outcome, &error), VT_E_HOSTKEY);
	hostkey_store_free(store);
}

static void a_full_disk_leaves_the_file_as_it_was(void **state)
{
	(void)state;
	static const char before[] = "192.0.2.9 ssh-ed25519 " K2 "\n";
	struct hostkey_store *store = store_of(before);
	struct rlimit limit, narrow;
	enum hostkey_outcome outcome;
	struct vt_error error;
	const struct ask ask = { { "192.0.2.1" }, .key = &key1 };
	/* A limit on the size of files is the full disk a test can have: room for half the new line. */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	narrow = limit;
	narrow.rlim_cur = sizeof before - 1 + 30;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &narrow), 0);
	enum vt_status status = check(store, VT_HOST_KEYS_ACCEPT_NEW, &ask, &outcome, &error);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(status, VT_E_SYSTEM);
	assert_string_equal(file_text(), before);
	assert_int_equal(hostkey_store_count(store, NULL), 1);
	hostkey_store_free(store);
}

static void a_broken_file_is_refused_with_its_line(void **state)
{
	(void)state;
	struct hostkey_store *store = store_of("192.0.2.1 ssh-ed25519 " K1 "\n");
	struct vt_error error;
	char expected[256];
	FILE *file = fopen(path, "w");
	fputs("# fine\n192.0.2.1 ssh-ed25519\n", file);
	fclose(file);
	assert_int_equal(hostkey_store_reload(store, &error), VT_E_CONFIG);
	snprintf(expected, sizeof expected, "%s:2: not a known_hosts line (hosts, key type, key)", path);
	assert_string_equal(error.text, expected);
	assert_int_equal(hostkey_store_count(store, NULL), 1); /* the pins in force stay */
	hostkey_store_free(store);
}

static void what_cannot_be_used_is_counted(void **state)
{
	(void)state;
	size_t left_alone;
	struct hostkey_store *store = store_of("|1|abc=|def= ssh-ed25519 " K1 "\n@cert-authority * ssh-ed25519 " K1
					       "\nh ssh-dss AAAA\nh ssh-ed25519 " K1 "\n");
	assert_int_equal(hostkey_store_count(store, &left_alone), 1);
	assert_int_equal(left_alone, 3);
	hostkey_store_free(store);
}

static void the_kinds_of_pinned_keys_are_told(void **state)
{
	(void)state;
	const char *types[3];
	static const char *const addresses[] = { "a", "b" };
	const struct hostkey_peer peer = { "fw1", addresses, 2, "a", 22 };
	struct hostkey_store *store = store_of("a ssh-ed25519 " K1 "\nb ssh-ed25519 " K2 "\nb ecdsa-sha2-nistp256 " K3
					       "\nc ssh-rsa AAAA\n@revoked a ssh-rsa AAAA\n");
	assert_int_equal(hostkey_types(store, &peer, types, 2), 2);
	assert_string_equal(types[0], "ssh-ed25519");
	assert_string_equal(types[1], "ecdsa-sha2-nistp256");
	assert_null(types[2]);
	hostkey_store_free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(fingerprints_are_those_of_ssh_keygen),
		CASE(pins_decide),
		CASE(sentences_say_what_to_compare),
		CASE(a_new_key_is_written_down_once),
		CASE(a_key_that_cannot_be_written_down_is_not_accepted),
		CASE(a_full_disk_leaves_the_file_as_it_was),
		CASE(a_broken_file_is_refused_with_its_line),
		CASE(what_cannot_be_used_is_counted),
		CASE(the_kinds_of_pinned_keys_are_told),
	};
	char folder[] = "/tmp/vpntriage-XXXXXX";
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/known_hosts", folder);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return failed;
}
