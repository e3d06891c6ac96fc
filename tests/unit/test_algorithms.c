/* SPDX-License-Identifier: MIT
 * Algorithm profiles: names, what libssh takes of them, and the sentence when nothing matches. */
#include "config.h"

#include "daemon/algorithms.h"

#include "tap.h"

#include <string.h>

#include <libssh/libssh.h>

static void libssh_takes_every_profile(void **state)
{
	(void)state;
	static const char *const pinned[] = { "ssh-rsa", NULL };
	for (int i = VT_ALGORITHMS_MODERN; i <= VT_ALGORITHMS_ANCIENT; i++) {
		struct vt_error error = { 0 };
		ssh_session ssh = ssh_new();
		if (algorithms_apply(ssh, (enum vt_algorithms)i, i ? pinned : NULL, &error) != VT_OK)
			fail_msg("%s", error.text);
		ssh_free(ssh);
	}
}

static void the_offer_is_explained(void **state)
{
	(void)state;
	static const struct {
		const char *libssh;
		enum vt_algorithms profile;
		const char *sentence;
	} cases[] = {
		{ "kex error : no match for method kex algos: server [diffie-hellman-group1-sha1], client [a,b]",
		  VT_ALGORITHMS_MODERN,
		  "fw1: no common key exchange with the profile 'modern', algorithms: ancient would fit; the device "
		  "offers "
		  "diffie-hellman-group1-sha1" },
		{ "kex error : no match for method server host key algo: server [ssh-rsa], client [a]",
		  VT_ALGORITHMS_MODERN,
		  "fw1: no common host key type with the profile 'modern', algorithms: legacy would fit; the device "
		  "offers "
		  "ssh-rsa" },
		{ "kex error : no match for method encryption client->server: server [3des-cbc,des-cbc], client [a]",
		  VT_ALGORITHMS_LEGACY,
		  "fw1: no common cipher with the profile 'legacy', algorithms: ancient would fit; the device offers "
		  "3des-cbc,des-cbc" },
		{ "kex error : no match for method mac algo client->server: server [hmac-md5], client [a]",
		  VT_ALGORITHMS_ANCIENT,
		  "fw1: no common MAC with the profile 'ancient', nor with any other; the device offers hmac-md5" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_error error = { 0 };
		assert_true(algorithms_explain(cases[i].libssh, cases[i].profile, "fw1", &error));
		assert_int_equal(error.status, VT_E_ALGORITHMS);
		assert_string_equal(error.text, cases[i].sentence);
	}
	struct vt_error error;
	assert_false(algorithms_explain("Connection refused", VT_ALGORITHMS_MODERN, "fw1", &error));
	assert_false(algorithms_explain("no match for method", VT_ALGORITHMS_MODERN, "fw1", &error));
}

UNIT_TESTS(CASE(libssh_takes_every_profile), CASE(the_offer_is_explained))
