#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the same listing costs with TextFSM, and how many times less with our parser (bench_parse has run before)."""

import os
import subprocess

import textfsm

from bench_rows import median_cpu_s, print_row, value_of

SELECTORS = 500
RUNS = 3

here = os.path.dirname(os.path.abspath(__file__))
text = subprocess.run(
    [os.path.join(os.environ["top_builddir"], "tests/bench/print_ipsec_sa"), str(SELECTORS)],
    check=True, capture_output=True, text=True).stdout.replace("\r", "")
with open(os.path.join(here, "ipsec_sa.textfsm"), encoding="utf-8") as template:
    fsm = textfsm.TextFSM(template)


def once():
    fsm.Reset()
    rows = fsm.ParseText(text)
    # A template that stopped matching would be fast and prove nothing.
    assert len(rows) == SELECTORS, f"{len(rows)} rows for {SELECTORS} selectors"
    assert all(rows[-1]), f"a field is empty: {dict(zip(fsm.header, rows[-1]))}"


mb_s = len(text) / 1e6 / median_cpu_s(once, RUNS)
print_row("TextFSM: show crypto ipsec sa", mb_s, "MB/s", f"{SELECTORS} selectors, {len(text) / 1e6:.1f} MB, LF", RUNS)
ours = value_of("parse show crypto ipsec sa")
if ours is not None:
    print_row("our parser against TextFSM", ours / mb_s, "times", "the two rows above", 1)
