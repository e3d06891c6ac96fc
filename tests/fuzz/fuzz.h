/* SPDX-License-Identifier: MIT
 * What a fuzz target is: one function over bytes, called by libFuzzer or by replay.c. It returns 0 and says
 * that something is wrong by FUZZ_CHECK (or by being caught by a sanitizer).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define FUZZ_CHECK(invariant)                                                                                          \
	do {                                                                                                           \
		if (!(invariant)) {                                                                                    \
			fprintf(stderr, "%s:%d: this does not hold: %s\n", __FILE__, __LINE__, #invariant);            \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

#endif
