/* SPDX-License-Identifier: MIT
 * What the fleet tells others about itself: the state file, and a vpntriage.yaml that polls the fleet.
 */
#ifndef ASASIM_STATE_H
#define ASASIM_STATE_H

#include "sshd.h"

/* JSON, 0600, written whole under a temporary name and renamed. */
bool state_write(struct fleet *fleet, const char *file, const char *control, char *why, size_t room);
/* vpntriage.yaml, secrets and known_hosts below `dir` (made when missing), from a state file. `listen`: ADDRESS:PORT or
 * PORT of the web server, NULL for 127.0.0.1:8080. */
bool config_write(const char *state, const char *dir, const char *listen, char *why, size_t room);

#endif
