/* SPDX-License-Identifier: MIT
 * The socket the server accepts on: TCP or Unix.
 */
#ifndef WEB_LISTEN_H
#define WEB_LISTEN_H

#include "settings/settings.h"

/* Opens it. `address` gets what a person types to reach it, with the port that was really taken. VT_E_BUSY when
 * somebody else listens there, VT_E_SYSTEM for the rest, with a sentence. */
enum vt_status listen_open(const struct vt_listen *listen, bool tls, char *address, size_t address_size, int *fd,
			   struct vt_error *error);

#endif
