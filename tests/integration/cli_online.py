# SPDX-License-Identifier: MIT
"""vpntriage status, tunnels, devices and history against vpntriage-web: tables for people, JSON for programs, exit codes."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

from fleet import program
from tap import equal, run
from web import Web, fill_db

web = Web(fill="10 9 2 20")


def on_a_terminal(columns, *arguments, **environment):
    """What the command writes on a terminal of that width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    base = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    child = subprocess.Popen([program("vpntriage"), *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.DEVNULL,
                             env={**base, "TERM": "xterm", "VPNTRIAGE_URL": web.address, **environment})
    os.close(slave)
    text = b""
    try:
        while chunk := os.read(master, 65536):
            text += chunk
    except OSError:  # the other end was closed
        pass
    os.close(master)
    equal(child.wait(), 0, f"exit code of {arguments}")
    return text.decode().replace("\r\n", "\n")


def a_table_has_the_rows_of_the_filter_and_counts_the_fleet():
    done = web.cli("tunnels", "--status", "failing", "--device", "fw003")
    lines = done.stdout.splitlines()
    equal((done.returncode, lines[0].split()), (0, ["DEVICE", "PEER", "NAME", "STATUS", "SINCE", "WHY"]), "head")
    equal([line.split()[1] for line in lines[1:-1]], ["10.3.0.1", "10.3.0.2", "10.3.0.4", "10.3.0.5"], "peers")
    equal(re.sub(r"data .* old", "data old", lines[-1]),
          "4 of 90 tunnels; 40 up, 10 idle, 30 failing, 10 unknown   data old", "foot")
    equal(lines[1].split(None, 5)[3:], ["phase1-failing", "2m", "waits for message 6 since three attempts"], "why")


def a_terminal_gets_lines_that_fit_and_colours():
    for columns in (70, 80, 120):
        text = on_a_terminal(columns, "tunnels", "--device", "fw003")
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        equal("\x1b[31;1mdown\x1b[0m" in text, True, "colour of what is down")
        longest = max(len(line) for line in plain.splitlines()[:-1])
        equal(longest <= columns, True, f"{longest} columns of {columns}")
    equal("\x1b" in on_a_terminal(80, "tunnels", NO_COLOR="1"), False, "NO_COLOR")
    equal("\x1b" in web.cli("tunnels").stdout, False, "no terminal")


def json_has_a_version_and_everything_the_api_gives():
    answer = json.loads(web.cli("tunnels", "--json").stdout)
    equal((answer["jsonversion"], len(answer["items"]), len(answer["items"][0]["selectors"])), (1, 90, 2), "tunnels")
    equal(len(json.loads(web.cli("devices", "--json").stdout)["items"]), 10, "devices")
    equal(json.loads(web.cli("status", "--json").stdout)["tunnels"]["total"], 90, "status")
    history = json.loads(web.cli("history", "fw003", "10.3.0.0", "--json").stdout)
    equal((history["jsonversion"], len(history["items"])), (1, 2), "history")


def status_shows_what_wants_a_look():
    text = web.cli("status").stdout
    equal("tunnels      90   40 up, 10 idle, 30 failing, 10 unknown" in text, True, text)
    equal("fw009   unreachable  1h     fw009 does not answer on TCP 22" in text, True, text)
    equal("and 30 more: vpntriage tunnels --status failing" in text, True, text)


def devices_show_their_cost():
    line = next(x for x in web.cli("devices").stdout.splitlines() if x.startswith("fw003"))
    equal(re.sub(r"ok +\S+", "ok", line).split(), ["fw003", "192.0.2.4", "ok", "9.16(4)", "active", "11d", "1003", "5.0", "MB", "1m", "99.9%"],
          "fw003")


def history_is_found_by_address_and_by_name():
    by_address = web.cli("history", "fw003", "10.3.0.3", "--from", "-10m", "--step", "60s").stdout
    by_name = web.cli("history", "fw003", "site-3-3", "--from", "-10m", "--step", "60s").stdout
    equal("10.0.0.0/16 ⇄ 172.16.3.0/24" in by_address, True, by_address)
    equal(bool(re.search(r"Z +10\.0 +5\.0 +1000\.0 +500\.0 +0\.0 +0\.0\n", by_address)), True, by_address)
    equal(by_name.splitlines()[0], by_address.splitlines()[0], "the same tunnel")


def the_exit_code_says_what_went_wrong():
    for code, arguments in ((2, ["tunnels", "--nonsense"]), (2, ["tunnels", "more"]), (2, ["history", "fw003"]), (2, ["devices", "--url", "ftp://x"]),
                            (2, ["tunnels", "--url", "http://192.0.2.1:1", "--token-file", "/dev/null"]),
                            (3, ["tunnels", "--token-file", "/nowhere"]), (5, ["status", "--url", "http://127.0.0.1:1"]),
                            (6, ["tunnels", "--status", "broken"]), (6, ["history", "fw003", "10.3.0.3", "--step", "nonsense"]),
                            (6, ["status", "--url", web.address + "/nothing"]), (7, ["history", "fw003", "10.9.9.9"]),
                            (7, ["pair", "fw003", "10.9.9.9"]), (6, ["pair", "fw003", "10.3.0.3"]), (6, ["pair", "fw003", "10.3.0.3", "--window", "5s"]),
                            (7, ["sheet", "fw003", "10.9.9.9"]), (7, ["sheet", "fw003/none", "10.3.0.3"]), (6, ["sheet", "fw003", "10.3.0.3"]),
                            (3, ["sheet", "./fw003", "10.3.0.3"]), (3, ["sheet", "/nowhere/fw003", "10.3.0.3"]), (0, ["tunnels", "--help"])):
        done = web.cli(*arguments)
        equal(done.returncode, code, f"{arguments}: {done.stderr}")
        equal(done.stderr.startswith(("vpntriage", "usage:")) or code == 0 or "unrecognized" in done.stderr, True, done.stderr)


def a_silent_daemon_is_not_passed_over_in_silence():
    fill_db(web.database, "heartbeat", 700)
    for command in ("status", "tunnels", "devices"):
        done = web.cli(command)
        equal((done.returncode, "vpntriaged has been silent for 11m" in done.stderr), (0, True), command)
    fill_db(web.database, "heartbeat", 0)


with web:
    run(a_table_has_the_rows_of_the_filter_and_counts_the_fleet, a_terminal_gets_lines_that_fit_and_colours,
        json_has_a_version_and_everything_the_api_gives, status_shows_what_wants_a_look, devices_show_their_cost,
        history_is_found_by_address_and_by_name, the_exit_code_says_what_went_wrong,
        a_silent_daemon_is_not_passed_over_in_silence)
