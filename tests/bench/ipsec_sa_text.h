/* SPDX-License-Identifier: MIT
 * `show crypto ipsec sa` of any size, as a 9.x device prints it: 49 lines and about 2.3 kB a selector, CR LF.
 */
#ifndef TESTS_BENCH_IPSEC_SA_TEXT_H
#define TESTS_BENCH_IPSEC_SA_TEXT_H

#include "base/buf.h"

/* Appends the listing of `selectors` pairs, four to a peer. The same call gives the same text. */
void ipsec_sa_text(struct vt_buf *out, unsigned selectors);

#endif
