# SPDX-License-Identifier: MIT
"""Starting, reloading, stopping and dying: what a person who runs vpntriaged sees, and what the database keeps."""

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time

import tap
from fleet import Fleet, program

fleet = Fleet("tests/worlds/small.yaml", settings="poll: { sa: 1s, sessions: 2s, facts: 3s }")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text, mode=0o600):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def rows(query, path=None):
    with contextlib.closing(sqlite3.connect(f"file:{path or fleet.folder + '/vpntriage.db'}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def ask_or_nothing(**request):
    try:
        return fleet.ask_daemon(**request)
    except OSError:
        return {}  # not listening yet, or a socket that a killed one left behind


def status(name=None):
    result = fleet.ask_daemon(request="status", **({"device": name} if name else {}))["result"]
    return result["device"] if name else result


def polled(times):
    answer = ask_or_nothing(request="status").get("result")
    return answer and answer["fleet"]["polls"] >= times * len(fleet.devices)


def run(*arguments, config=None, environment=None):
    """A daemon that is expected to end by itself: exit code and what it said."""
    done = subprocess.run([program("vpntriaged"), "--config", config or fleet.config, *arguments], capture_output=True,
                          text=True, timeout=30, check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout + done.stderr


def ends_with(code, sentence, **how):
    got, text = run(**how)
    if got != code or sentence not in text:
        raise AssertionError(f"expected exit code {code} and \"{sentence}\", got {got} and\n{text}")


def another(name, change):
    """The configuration with something different."""
    return write(os.path.join(fleet.folder, name), change(read(fleet.config)))


# ---- what ends a daemon before it begins ----

def what_is_wrong_with_the_configuration_has_a_sentence_and_a_code():
    fleet.start_asasim()
    ends_with(3, "cannot open \"/nowhere/vpntriage.yaml\"", config="/nowhere/vpntriage.yaml")
    ends_with(4, "bad.yaml", config=another("bad.yaml", lambda text: text + "polll: { sa: 1s }\n"))
    ends_with(4, "", config=write(f"{fleet.folder}/torn.yaml", "devices: [\n"))
    ends_with(6, "known_hosts", config=another("kh.yaml", lambda text: text.replace(
        f"known_hosts: {fleet.folder}/known_hosts", f"known_hosts: {write(f'{fleet.folder}/torn', 'one two')}")))
    tap.equal(run("--log-level", "loud")[0], 2, "exit code of a wrong option")
    code, text = run("--config-test")
    tap.equal((code, text.strip().endswith("good, 4 devices")), (0, True), f"--config-test said {text}")
    alerts = "alerts: [ { type: exec, command: [ /bin/true ] } ]\n"
    code, text = run("--config-test", config=another("alerts.yaml", lambda old: alerts + old))
    tap.equal((code, "this release delivers none" in text), (0, True), f"of alerts it said {text}")


def a_secret_that_others_can_read_or_nobody_is_refused():
    password = os.path.join(fleet.folder, "secrets", "password")
    os.chmod(password, 0o644)
    ends_with(5, password)
    os.chmod(password, 0o600)
    os.rename(password, password + ".away")
    ends_with(5, password)
    os.rename(password + ".away", password)


def what_is_wrong_with_the_database_has_a_sentence_and_a_code():
    def with_database(path):
        return another("db.yaml", lambda text: text.replace(f"{fleet.folder}/vpntriage.db", path)
                       .replace("control.sock", "other.sock"))
    torn = write(f"{fleet.folder}/torn.db", "this is no database " * 500)
    ends_with(12, "torn.db", config=with_database(torn))
    newer = shutil.copy(f"{fleet.folder}/vpntriage.db", f"{fleet.folder}/newer.db")
    with contextlib.closing(sqlite3.connect(newer)) as database:
        database.execute("PRAGMA user_version = 9999")
    ends_with(10, "newer.db", config=with_database(newer))
    tap.equal(rows("PRAGMA user_version", newer), [(9999,)], "its version afterwards")
    ends_with(14, "/nowhere/x.db", config=with_database("/nowhere/x.db"))


def a_second_daemon_is_refused_by_the_database_and_by_the_socket():
    fleet.start_daemon()
    fleet.wait_for("all are polled", lambda: polled(1))
    ends_with(11, "vpntriage.db")
    other = another("two.yaml", lambda text: text.replace("vpntriage.db", "second.db"))
    ends_with(15, "another daemon answers there", config=other)
    rounds = status()["fleet"]["polls"]
    fleet.wait_for("the first goes on", lambda: status()["fleet"]["polls"] > rounds)


def no_password_is_to_be_seen_from_outside():
    pid = fleet.processes["vpntriaged"].child.pid
    secrets = [read(f"{fleet.folder}/secrets/{name}").strip() for name in os.listdir(f"{fleet.folder}/secrets")]
    with open(f"/proc/{pid}/cmdline", "rb") as line:
        shown = line.read().decode(errors="replace")
    shown += fleet.processes["vpntriaged"].said()
    with open(f"{fleet.folder}/vpntriage.db", "rb") as database:
        shown += database.read().decode(errors="replace")
    for secret in filter(None, secrets):
        assert secret not in shown, "a password is in the command line, the log or the database"
    limits = read(f"/proc/{pid}/limits")
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    tap.equal(core.split()[4:6], ["0", "0"], "core file limits")


# ---- reloading ----

def reload():
    daemon = fleet.processes["vpntriaged"]
    before = len(daemon.said().splitlines())
    daemon.child.send_signal(signal.SIGHUP)
    return fleet.wait_for("the reload is answered", lambda: next(
        (line for line in daemon.said().splitlines()[before:] if "configuration" in line), None))


def a_reload_takes_and_leaves_devices_and_disturbs_no_other():
    logins = fleet.ask_asasim(do="logins", device="fra-fw1")["logins"]["ok"]
    whole = read(fleet.config)
    lon = next(d for d in fleet.devices if d["name"] == "lon-fw1")
    without = whole.replace(f"  - name: lon-fw1\n    address: 127.0.0.1\n    port: {lon['port']}\n", "")
    assert without != whole
    write(fleet.config, without)
    assert "read again" in reload()
    tap.equal(fleet.ask_daemon(request="status", device="lon-fw1").get("error", {}).get("code"), "not-found", "lon-fw1")
    fleet.wait_for("lon-fw1 was left with exit", lambda: fleet.ask_asasim(do="sessions", device="lon-fw1")["sessions"] == 0)
    tap.equal(fleet.ask_asasim(do="commands", device="lon-fw1")["commands"][-1]["line"], "exit", "last word")
    fleet.wait_for("its state is gone", lambda: not rows("SELECT 1 FROM device WHERE name = 'lon-fw1' AND current"))
    write(fleet.config, whole)
    assert "read again" in reload()
    fleet.wait_for("lon-fw1 is polled again", lambda: status("lon-fw1")["state"] == "ok")
    tap.equal(fleet.ask_asasim(do="logins", device="fra-fw1")["logins"]["ok"], logins, "logins of fra-fw1")


def a_reload_with_a_mistake_changes_nothing():
    whole = read(fleet.config)
    write(fleet.config, whole + "\nnonsense: 1\n")
    reload()
    write(fleet.config, whole.replace("password_file: ", "password_file: /nowhere"))
    reload()
    write(fleet.config, whole)
    log = fleet.processes["vpntriaged"].said()
    tap.equal(log.count("the configuration that was in force stays in force"), 2, "refused reloads")
    assert "nonsense" in log and "/nowhere" in log
    rounds = status()["fleet"]["polls"]
    fleet.wait_for("polling goes on", lambda: status()["fleet"]["polls"] > rounds + 4)


# ---- dying ----

def events():
    return rows("SELECT kind, device_id, tunnel_id, selector_id, COUNT(*) FROM event GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")


def kill_9_loses_at_most_the_poll_in_flight_and_nothing_is_told_twice():
    fleet.wait_for("a few more polls", lambda: polled(5))
    time.sleep(1)  # the last of them is written
    before, sessions = events(), rows("SELECT id, session_index, established_at_ms, restarts FROM tunnel ORDER BY id")
    assert before and sessions
    for _ in range(3):
        fleet.kill("vpntriaged")
        tap.equal(rows("PRAGMA integrity_check"), [("ok",)], "integrity")
        fleet.start_daemon()
        fleet.wait_for("all are polled again", lambda: polled(1))
        fleet.wait_for("twice", lambda: polled(2))
    tap.equal(events(), before, "events (kind, device, tunnel, selector, how many)")
    tap.equal(rows("SELECT id, session_index, established_at_ms, restarts FROM tunnel ORDER BY id"), sessions, "sessions")


def sigterm_says_goodbye_and_removes_the_socket():
    began = time.monotonic()
    tap.equal(fleet.processes["vpntriaged"].stop(), 0, "exit code")
    assert time.monotonic() - began < 5
    assert not os.path.exists(f"{fleet.folder}/control.sock")
    for name, count in fleet.ask_asasim(do="sessions")["sessions"].items():
        tap.equal(count, 0, f"sessions at {name}")
    fleet.processes.pop("vpntriaged")


def an_abandoned_socket_is_replaced_and_a_file_in_its_place_is_not():
    path = f"{fleet.folder}/control.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    fleet.start_daemon()
    fleet.wait_for("it answers", lambda: "result" in ask_or_nothing(request="status"))
    fleet.processes.pop("vpntriaged").stop()
    write(path, "a file")
    ends_with(16, "there is a file that is no socket")
    tap.equal(read(path), "a file", "the file")
    os.unlink(path)


# ---- a full disk ----

def a_full_disk_is_told_once_and_polling_goes_on():
    mount = os.path.join(fleet.folder, "small-disk")
    os.mkdir(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", mount], capture_output=True, check=False).returncode:
        raise tap.Skip("no right to mount a small disk here")
    try:
        on_small_disk(mount)
    finally:
        if "vpntriaged" in fleet.processes:
            fleet.processes.pop("vpntriaged").stop()
        subprocess.run(["umount", mount], check=False)


def fill(path):
    """Until not one byte more goes in."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    for size in (65536, 4096, 512, 1):
        try:
            while os.write(file, b"x" * size) == size:
                pass
        except OSError:
            continue
    os.close(file)


def on_small_disk(mount):
    whole = read(fleet.config)
    write(fleet.config, whole.replace(f"{fleet.folder}/vpntriage.db", f"{mount}/vpntriage.db"))
    daemon = fleet.start_daemon()
    fleet.wait_for("all are polled", lambda: polled(2))
    fill(f"{mount}/filler")
    fleet.wait_for("it is said", lambda: "trouble" in status()["writer"])
    rounds = status()["fleet"]["polls"]
    fleet.wait_for("polling goes on", lambda: status()["fleet"]["polls"] > rounds + 8)
    assert status()["writer"]["queue"] > 0, "nothing waits"
    tap.equal(daemon.said().count("polling goes on and it is tried again"), 1, "lines in the log")
    os.unlink(f"{mount}/filler")
    fleet.wait_for("it is written again", lambda: "trouble" not in status()["writer"] and status()["writer"]["queue"] == 0)
    tap.equal(status()["writer"]["lost"], 0, "polls lost")
    assert "the database is written again" in daemon.said()
    tap.equal(daemon.stop(), 0, "exit code")
    fleet.processes.pop("vpntriaged")
    tap.equal(rows("PRAGMA integrity_check", f"{mount}/vpntriage.db"), [("ok",)], "integrity")
    for name in os.listdir(mount):
        os.unlink(f"{mount}/{name}")
    fill(f"{mount}/filler")
    ends_with(13, "vpntriage.db")
    write(fleet.config, whole)


if __name__ == "__main__":
    with fleet:
        tap.run(what_is_wrong_with_the_configuration_has_a_sentence_and_a_code,
                a_secret_that_others_can_read_or_nobody_is_refused,
                a_second_daemon_is_refused_by_the_database_and_by_the_socket, no_password_is_to_be_seen_from_outside,
                a_reload_takes_and_leaves_devices_and_disturbs_no_other, a_reload_with_a_mistake_changes_nothing,
                kill_9_loses_at_most_the_poll_in_flight_and_nothing_is_told_twice,
                sigterm_says_goodbye_and_removes_the_socket, what_is_wrong_with_the_database_has_a_sentence_and_a_code,
                an_abandoned_socket_is_replaced_and_a_file_in_its_place_is_not,
                a_full_disk_is_told_once_and_polling_goes_on)
