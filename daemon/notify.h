/* SPDX-License-Identifier: MIT
 * What systemd is told, where there is one: ready, alive, reloading, stopping.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdint.h>

/* `status` is what `systemctl status` shows beside the state. */
void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);
/* How often notify_alive() is wanted, in ms: half of what the unit allows; 0: never. */
uint64_t notify_watchdog_ms(void);

#endif
