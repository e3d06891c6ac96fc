/* SPDX-License-Identifier: MIT
 * What the fleet tells others about itself.
 */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static json_t *device_state(struct host *h)
{
	const struct device *d = h->device;
	char *key = host_key_line(h);
	json_t *ports = json_array(), *contexts = json_array(), *known = json_array();
	for (unsigned unit = 0; unit < 2; unit++) {
		if (!host_port(h, unit))
			continue;
		json_array_append_new(ports, json_integer(host_port(h, unit)));
		json_array_append_new(known,
				      json_sprintf("[%s]:%u %s", h->fleet->listen, host_port(h, unit), key ? key : ""));
	}
	for (size_t i = 0; i < d->n_gw && d->multi; i++)
		json_array_append_new(contexts, json_string(d->gw[i]->context));
	json_t *o = json_pack("{s:s, s:s, s:s, s:i, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:s}", "name", d->name,
			      "hostname", d->hostname, "address", h->fleet->listen, "port", (int)host_port(h, 0),
			      "ports", ports, "user", d->user, "password", d->password, "enable_password", d->enable,
			      "host_key", key ? key : "", "version", d->version, "known_hosts", known, "contexts",
			      contexts, "failover_pair", (int)d->pair, "algorithms", d->quirks.algorithms);
	free(key);
	return o;
}

static bool write_file(const char *file, const char *text, size_t len, mode_t mode, char *why, size_t room)
{
	char tmp[4096];
	snprintf(tmp, sizeof tmp, "%s.tmp.%d", file, (int)getpid());
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool ok = fd >= 0 && fchmod(fd, mode) == 0;
	for (size_t at = 0; ok && at < len;) {
		ssize_t n = write(fd, text + at, len - at);
		ok = n > 0;
		at += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	if (!ok || rename(tmp, file) != 0) {
		snprintf(why, room, "%s cannot be written (%s)", file, strerror(errno));
		unlink(tmp);
		return false;
	}
	return true;
}

bool state_write(struct fleet *f, const char *file, const char *control, char *why, size_t room)
{
	json_t *devices = json_array();
	for (size_t i = 0; i < f->n_hosts; i++)
		json_array_append_new(devices, device_state(&f->hosts[i]));
	json_t *root = json_pack("{s:s, s:i, s:o}", "world", model_world(f->model)->name, "pid", (int)getpid(),
				 "devices", devices);
	if (control)
		json_object_set_new(root, "control", json_string(control));
	char *text = json_dumps(root, JSON_INDENT(1));
	bool ok = text && write_file(file, text, strlen(text), 0600, why, room);
	free(text);
	json_decref(root);
	return ok;
}

/* ---- vpntriage.yaml ---- */

static const char *get(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

/* The client's name for what the device offers. */
static const char *client_profile(const char *algorithms)
{
	return strcmp(algorithms, "legacy") == 0 ? "legacy" : strcmp(algorithms, "ancient") == 0 ? "ancient" : "modern";
}

struct secrets {
	const char *dir;
	char *why;
	size_t room;
	bool ok;
};

/* One file a different secret, named after the device that needs it ("" for the defaults). */
static void secret(struct secrets *s, const char *device, const char *what, const char *value)
{
	char file[4096];
	snprintf(file, sizeof file, "%s/secrets/%s%s%s", s->dir, device, *device ? "." : "", what);
	s->ok = s->ok && write_file(file, value, strlen(value), 0600, s->why, s->room);
}

static void device_yaml(struct vt_buf *out, struct secrets *s, const json_t *dev, const json_t *first)
{
	const char *name = get(dev, "name");
	const json_t *ports = json_object_get(dev, "ports");
	vt_buf_printf(out, "  - name: %s\n    address: %s\n    port: %lld\n", name, get(dev, "address"),
		      (long long)json_integer_value(json_array_get(ports, 0)));
	if (strcmp(get(dev, "user"), get(first, "user")) != 0)
		vt_buf_printf(out, "    username: %s\n", get(dev, "user"));
	if (strcmp(get(dev, "password"), get(first, "password")) != 0) {
		secret(s, name, "password", get(dev, "password"));
		vt_buf_printf(out, "    password_file: %s/secrets/%s.password\n", s->dir, name);
	}
	if (strcmp(get(dev, "enable_password"), get(first, "enable_password")) != 0) {
		secret(s, name, "enable", get(dev, "enable_password"));
		vt_buf_printf(out, "    enable_password_file: %s/secrets/%s.enable\n", s->dir, name);
	}
	if (strcmp(client_profile(get(dev, "algorithms")), "modern") != 0)
		vt_buf_printf(out, "    algorithms: %s\n", client_profile(get(dev, "algorithms")));
}

static bool make_dir(const char *dir, const char *below, mode_t mode, char *why, size_t room)
{
	char path[4096];
	snprintf(path, sizeof path, "%s%s", dir, below);
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return true;
	snprintf(why, room, "%s cannot be made (%s)", path, strerror(errno));
	return false;
}

bool config_write(const char *state, const char *given, const char *listen, char *why, size_t room)
{
	json_error_t error;
	char dir[3072], file[4096];
	json_t *root = json_load_file(state, 0, &error), *devices = json_object_get(root, "devices"), *dev, *line;
	size_t i, k;
	if (!json_is_array(devices) || json_array_size(devices) == 0) {
		snprintf(why, room, "%s is not a state file (%s)", state, root ? "no devices" : error.text);
		json_decref(root);
		return false;
	}
	bool ok = make_dir(given, "", 0755, why, room) && make_dir(given, "/secrets", 0700, why, room);
	char *absolute = ok ? realpath(given, NULL) : NULL;
	snprintf(dir, sizeof dir, "%s", absolute ? absolute : given);
	free(absolute);
	struct vt_buf yaml = { 0 }, hosts = { 0 };
	struct secrets s = { dir, why, room, ok };
	const json_t *first = json_array_get(devices, 0);
	secret(&s, "", "password", get(first, "password"));
	secret(&s, "", "enable", get(first, "enable_password"));
	vt_buf_printf(&yaml,
		      "# Written by asasim for its world \"%s\".\ndatabase: %s/vpntriage.db\ncontrol_socket: "
		      "%s/control.sock\nknown_hosts: %s/known_hosts\n"
		      "defaults:\n  username: %s\n  password_file: %s/secrets/password\n  enable_password_file: "
		      "%s/secrets/enable\n  host_keys: strict\n  algorithms: modern\ndevices:\n",
		      get(root, "world"), dir, dir, dir, get(first, "user"), dir, dir);
	json_array_foreach(devices, i, dev)
	{
		device_yaml(&yaml, &s, dev, first);
		json_array_foreach(json_object_get(dev, "known_hosts"), k, line)
			vt_buf_printf(&hosts, "%s\n", json_string_value(line));
	}
	vt_buf_printf(&yaml, "web:\n  listen: %s%s\n  trust_loopback: true\n",
		      listen && strchr(listen, ':') ? "" : "127.0.0.1:", listen ? listen : "8080");
	ok = s.ok;
	snprintf(file, sizeof file, "%s/known_hosts", dir);
	ok = ok && write_file(file, hosts.p, hosts.len, 0600, why, room);
	snprintf(file, sizeof file, "%s/vpntriage.yaml", dir);
	ok = ok && write_file(file, yaml.p, yaml.len, 0644, why, room);
	vt_buf_free(&yaml);
	vt_buf_free(&hosts);
	json_decref(root);
	return ok;
}
