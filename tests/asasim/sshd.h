/* SPDX-License-Identifier: MIT
 * The SSH side of the fleet: one listener a device (two for a failover pair), sessions that carry a cli.
 */
#ifndef ASASIM_SSHD_H
#define ASASIM_SSHD_H

#include "cli.h"

#include <libssh/libssh.h>
#include <uv.h>

struct command_record {
	int64_t at_ms;
	const char *context, *mode, *line; /* malloc'd line and context */
};

/* One device on the network. */
struct host {
	struct device *device;
	struct fleet *fleet;
	struct listener *listener[2];
	unsigned sessions, refused;
	unsigned logins_ok, logins_failed, password_attempts, key_attempts, interactive_attempts, connections;
	struct command_record *commands;
	size_t n_commands, cap_commands;
};

struct fleet {
	uv_loop_t *loop;
	struct model *model;
	const char *listen;
	struct host *hosts;
	size_t n_hosts;
	struct conn *conns;
	void (*advance)(void *context);
	void *context;
	uv_timer_t tick;
	ssh_key rsa[8], rsa_changed, ed_changed; /* shared pool: generating a thousand RSA keys would take minutes */
};

/* Opens every listener (from `port_base` up, or free ports for 0). False with a sentence in `why`. */
bool fleet_open(struct fleet *fleet, unsigned port_base, char *why, size_t room);
void fleet_close(struct fleet *fleet);
unsigned host_port(const struct host *host, unsigned unit);
/* "ssh-ed25519 AAAA..."; caller frees. */
char *host_key_line(const struct host *host);
struct host *fleet_host(struct fleet *fleet, const char *name);
/* A reboot or a failover that cuts SSH: all sessions of the device end. */
void fleet_drop_sessions(struct fleet *fleet, struct device *device);

#endif
