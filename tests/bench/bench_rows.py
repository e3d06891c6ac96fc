# SPDX-License-Identifier: MIT
"""The row every benchmark prints; bench.h says what its columns mean."""

import os
import statistics
import time


def median_cpu_s(once, runs):
    """Median CPU seconds of `runs` calls, after one that is not counted."""
    once()
    taken = []
    for _ in range(runs):
        before = time.process_time()
        once()
        taken.append(time.process_time() - before)
    return statistics.median(taken)


def print_row(figure, value, unit, given, runs, reference=None, ratio=0.0):
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 4
    line = f"{figure:<44} {value:12.{digits}f} {unit:<12} {given:<40} {runs:4d}"
    print(line + (f"  {ratio:.1f} x {reference}" if reference else ""), flush=True)
    path = os.environ.get("BENCH_ROWS")
    if path:
        with open(path, "a", encoding="utf-8") as rows:
            rows.write(f"{figure}\t{value:.9g}\t{unit}\t{given}\t{runs}\t{reference or ''}\t{ratio:.9g}\n")


def value_of(figure):
    """What an earlier benchmark of this run measured, or None."""
    path = os.environ.get("BENCH_ROWS")
    if not path or not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as rows:
        found = [line.split("\t") for line in rows]
    return next((float(row[1]) for row in reversed(found) if row[0] == figure), None)
