/* SPDX-License-Identifier: MIT
 * vpntriaged: see daemon.c.
 */
#include "config.h"

#include "daemon/daemon.h"

int main(int argc, char **argv)
{
	return (int)daemon_main(argc, argv);
}
