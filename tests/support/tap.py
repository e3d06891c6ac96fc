# SPDX-License-Identifier: MIT
"""A test program in Python: functions run one after another, told in TAP.

    def every_device_is_polled():
        equal(len(devices), 24, "devices")

    tap.run(every_device_is_polled, ...)
"""

import sys
import traceback


class Skip(Exception):
    """Raised by a case that cannot be decided here; the text says why."""


def equal(got, expected, what="the value"):
    """Both sides are shown when they differ."""
    if got != expected:
        raise AssertionError(f"{what}\n     got: {got!r}\nexpected: {expected!r}")


def diagnose(text):
    for line in str(text).splitlines():
        print(f"# {line}")


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def run(*cases):
    """Runs the cases in order and ends the program."""
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, case in enumerate(cases, 1):
        title = case.__name__.replace("_", " ")
        try:
            case()
            print(f"ok {number} - {title}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {title} # SKIP {reason}", flush=True)
        except Exception as error:  # a case that breaks fails alone; Ctrl-C ends the program
            failed += 1
            print(f"not ok {number} - {title}")
            diagnose(error if isinstance(error, AssertionError) and str(error) else traceback.format_exc())
            sys.stdout.flush()
    sys.exit(1 if failed else 0)
