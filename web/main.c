/* SPDX-License-Identifier: MIT
 * vpntriage-web: answers questions about the fleet over HTTP.
 */
#include "config.h"

#include "web/program.h"

int main(int argc, char **argv)
{
	return program_run(argc, argv);
}
