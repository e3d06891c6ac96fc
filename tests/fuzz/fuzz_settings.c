/* SPDX-License-Identifier: MIT
 * vpntriage.yaml from any bytes: settings that keep what the header promises, or a sentence with a line.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "settings/settings.h"

static void check_text(struct vt_str text)
{
	FUZZ_CHECK(text.p && text.len && text.p[text.len] == '\0' && strlen(text.p) == text.len);
}

static void check_device(const struct vt_device_settings *device)
{
	check_text(device->name);
	check_text(device->login.username);
	FUZZ_CHECK(device->addresses_len == 1 || device->addresses_len == 2);
	for (size_t i = 0; i < device->addresses_len; i++)
		check_text(device->addresses[i]);
	for (size_t i = 0; i < device->contexts_len; i++)
		check_text(device->contexts[i]);
	for (size_t i = 0; i < device->tunnels_len; i++)
		FUZZ_CHECK(device->tunnels[i].peer.family == 4 || device->tunnels[i].peer.family == 6);
	FUZZ_CHECK(device->login.port >= 1 && device->login.port <= 65535);
	FUZZ_CHECK(device->login.password.kind != VT_SECRET_NONE || device->login.identity_file.p);
}

static void check_settings(const struct vt_settings *settings)
{
	check_text(settings->database);
	check_text(settings->control_socket);
	FUZZ_CHECK(settings->poll.sa_ms > 0);
	FUZZ_CHECK(settings->detect.flap.reuse < settings->detect.flap.suppress);
	FUZZ_CHECK(settings->web.listen.loopback || (settings->web.tls.key.p && settings->web.tokens_file.p));
	for (size_t i = 0; i < settings->devices_len; i++)
		check_device(&settings->devices[i]);
	for (size_t i = 0; i < settings->alerts_len; i++)
		FUZZ_CHECK((settings->alerts[i].type == VT_ALERT_WEBHOOK) == (settings->alerts[i].url.p != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf mistakes = { 0 };
	struct vt_settings *settings = NULL;
	struct vt_error error = { 0 };
	enum vt_status status = vt_settings_read((struct vt_str){ (const char *)bytes, len }, "f", VT_SETTINGS_ALL,
						 arena, &mistakes, &settings, &error);
	if (status == VT_OK) {
		FUZZ_CHECK(mistakes.len == 0);
		check_settings(settings);
	} else {
		FUZZ_CHECK(status == VT_E_CONFIG && !settings && mistakes.len && error.line && *error.text);
	}
	vt_buf_free(&mistakes);
	vt_arena_free(arena);
	return 0;
}
