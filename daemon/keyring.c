/* SPDX-License-Identifier: MIT
 * The secrets of one reading of the configuration.
 */
#include "config.h"

#include "daemon/keyring.h"

#include "base/memory.h"
#include "daemon/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct held {
	struct held *next;
	enum vt_secret_kind kind;
	enum secret_form form;
	char *name;
	struct secret *secret;
};

struct keyring {
	struct held *held;
};

struct keyring *keyring_new(void)
{
	return vt_must(calloc(1, sizeof(struct keyring)));
}

static void held_free(struct held *held)
{
	secret_free(held->secret);
	free(held->name);
	free(held);
}

static void drop(struct keyring *keyring, bool variables_too)
{
	for (struct held **at = &keyring->held; *at;) {
		struct held *held = *at;
		if (held->kind == VT_SECRET_ENV && !variables_too) {
			at = &held->next;
			continue;
		}
		*at = held->next;
		held_free(held);
	}
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	drop(keyring, true);
	free(keyring);
}

void keyring_refresh(struct keyring *keyring)
{
	drop(keyring, false);
}

static enum vt_status read_secret(const struct vt_secret_source *source, enum secret_form form, struct secret **secret,
				  struct vt_error *error)
{
	switch (source->kind) {
	case VT_SECRET_FILE:
		return secret_from_file(source->name.p, form, secret, error);
	case VT_SECRET_ENV:
		return secret_from_env(source->name.p, secret, error);
	case VT_SECRET_CREDENTIAL:
		return secret_from_credential(source->name.p, secret, error);
	case VT_SECRET_NONE:
		break;
	}
	*secret = NULL;
	return VT_OK;
}

static enum vt_status hold(struct keyring *keyring, const struct vt_secret_source *source, enum secret_form form,
			   struct secret **secret, struct vt_error *error)
{
	if (source->kind == VT_SECRET_NONE) {
		*secret = NULL;
		return VT_OK;
	}
	for (struct held *held = keyring->held; held; held = held->next)
		if (held->kind == source->kind && held->form == form &&
		    vt_str_eq(source->name, vt_str_of(held->name))) {
			*secret = held->secret;
			return VT_OK;
		}
	enum vt_status status = read_secret(source, form, secret, error);
	if (status != VT_OK)
		return status;
	struct held *held = vt_must(calloc(1, sizeof *held));
	*held = (struct held){ keyring->held, source->kind, form, vt_str_dup(source->name), *secret };
	keyring->held = held;
	return VT_OK;
}

enum vt_status keyring_login(struct keyring *keyring, const struct vt_device_settings *device,
			     struct device_secrets *secrets, struct vt_error *error)
{
	const struct vt_login_settings *login = &device->login;
	struct vt_secret_source identity = { login->identity_file.p ? VT_SECRET_FILE : VT_SECRET_NONE,
					     login->identity_file };
	struct device_secrets found = { 0 };
	struct vt_error why = { 0 };
	enum vt_status status = hold(keyring, &login->password, SECRET_LINE, &found.password, &why);
	if (status == VT_OK)
		status = hold(keyring, &login->enable_password, SECRET_LINE, &found.enable_password, &why);
	if (status == VT_OK)
		status = hold(keyring, &identity, SECRET_WHOLE, &found.identity, &why);
	if (status != VT_OK)
		return vt_fail(error, VT_E_SECRET_FILE, "device \"" VT_FMT "\": %s", VT_ARG(device->name), why.text);
	*secrets = found;
	return VT_OK;
}
