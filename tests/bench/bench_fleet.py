#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A fleet of 200 devices: what vpntriaged takes of CPU and memory, and whether that grows as the selectors do.

Polled four times as often as in earnest, so that a minute of it is seen in a quarter; the share of one core is
given for the cadence of earnest.
"""

import os
import sys

from bench_rows import print_row

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/support"))
from daemon_cost import measure  # noqa: E402  (behind the path it needs)

DEVICES, EVERY_S, ROUNDS = 200, 15, 2

before = None
for tunnels, selectors in ((12, 2), (25, 2), (50, 2)):
    cost, _ = measure(DEVICES, tunnels, selectors, f"{EVERY_S}s", ROUNDS * EVERY_S)
    each = tunnels * selectors
    given = f"{DEVICES} devices x {each} selectors, {cost.kb_a_poll:.0f} kB"
    print_row("fleet: CPU a poll", cost.ms_a_poll, "ms CPU", given, cost.polls)
    print_row("fleet: share of a core at 60 s", cost.ms_a_poll * DEVICES / 60000 * 100, "%", given, cost.polls)
    print_row("fleet: resident memory", cost.rss_mb, "MB", given, 1)
    if before:
        fewer, ms_a_poll, further_us = before
        us = (cost.ms_a_poll - ms_a_poll) * 1000 / (each - fewer)
        # Above 1 the cost would grow faster than the number of selectors.
        print_row("fleet: CPU a further selector and poll", us, "us CPU", f"from {fewer} to {each} selectors a device", 1,
                  "that of the step before" if further_us else None, us / further_us if further_us else 0)
        before = each, cost.ms_a_poll, us
    else:
        before = each, cost.ms_a_poll, None
