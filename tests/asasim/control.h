/* SPDX-License-Identifier: MIT
 * World time, and the control socket that moves it and looks behind the scenes: one JSON request a line, one JSON reply
 * a line. README.md lists the requests.
 */
#ifndef ASASIM_CONTROL_H
#define ASASIM_CONTROL_H

#include "sshd.h"

struct control;

/* World time runs from the model's present, `speed` times as fast as the real clock; it becomes the fleet's clock. */
struct control *control_new(struct fleet *fleet, double speed, bool frozen);
/* False with a sentence. */
bool control_listen(struct control *control, const char *path, char *why, size_t room);
void control_free(struct control *control);

#endif
