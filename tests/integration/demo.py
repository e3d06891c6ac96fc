# SPDX-License-Identifier: MIT
"""./bootstrap demo as a newcomer meets it: it comes up, says where to look, and leaves nothing behind."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request

import tap
from fleet import BUILD, PATIENCE_S, SOURCE


@contextlib.contextmanager
def demo(*options):
    process = subprocess.Popen([sys.executable, os.path.join(SOURCE, "tests/demo/run"), BUILD, "--port", "0", *options],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(4 * PATIENCE_S, process.terminate)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait()


def nothing_is_left_of(said):
    folder = re.search(r"everything is in (\S+) until then", said).group(1)
    assert not os.path.exists(folder), f"{folder} is still there"
    running = [name for name in os.listdir("/proc") if name.isdigit() and folder in command_line(name)]
    tap.equal(running, [], "processes left")


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as line:
            return line.read()
    except OSError:
        return ""


def it_comes_up_and_ends_by_itself():
    with demo("--for", "0") as process:
        said, _ = process.communicate(timeout=4 * PATIENCE_S)
    tap.equal(process.returncode, 0, f"exit code; it said:\n{said}")
    for words in ("24 devices", "devices polled: 23/24, 1 unreachable", "open  http://127.0.0.1:", "up", "tunnels --status failing"):
        assert words in said, f"{words!r} is not in:\n{said}"
    nothing_is_left_of(said)


def its_page_is_there_until_ctrl_c():
    with demo() as process:
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                break
        address = re.search(r"open  (http://\S+)", said).group(1)
        with urllib.request.urlopen(address, timeout=30) as page:
            tap.equal(page.status, 200)
            assert "text/html" in page.headers["Content-Type"]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    tap.equal(process.returncode, 0, f"exit code; it said:\n{said}{rest}")
    nothing_is_left_of(said)


tap.run(it_comes_up_and_ends_by_itself, its_page_is_there_until_ctrl_c)
