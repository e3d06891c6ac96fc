# SPDX-License-Identifier: MIT
"""What happens to a tunnel is told as what it was: a rekey is no flap, a new session is one, and what a reboot or a
failover does is the device's doing.

fra-fw1 is a failover pair; fra-lon rekeys every two minutes; the path of fra-par is cut until both ends give up.
"""

import contextlib
import os
import sqlite3

import tap
from fleet import Fleet

fleet = Fleet("tests/worlds/small.yaml", settings="poll: { sa: 1s, sessions: 2s, facts: 2s }")
PEERS = {"fra-lon": "192.0.2.18", "fra-par": "192.0.2.34", "fra-zrh": "192.0.2.50"}


def change_world():
    with open(fleet.world, encoding="utf-8") as file:
        world = file.read()
    world = world.replace("    uptime: 173d\n", "    uptime: 173d\n    failover: { stateful: true, since: 31d }\n"
                          "    prompt: hostname priority state\n")
    world = world.replace("    pfs: group14\n", "    pfs: group14\n    lifetime: 120\n", 1)
    fleet.world = os.path.join(fleet.folder, "world.yaml")
    with open(fleet.world, "w", encoding="utf-8") as file:
        file.write(world)


def rows(query):
    with contextlib.closing(sqlite3.connect(f"file:{fleet.folder}/vpntriage.db?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def events(kind, device="fra-fw1", peer=None):
    query = f"""SELECT e.seq, e.from_state, e.to_state, e.detail FROM event e JOIN device d ON d.id = e.device_id
                LEFT JOIN tunnel t ON t.id = e.tunnel_id WHERE e.kind = '{kind}' AND d.name = '{device}'"""
    return rows(query + (f" AND t.peer = '{peer}'" if peer else ""))


def device(name):
    reply = fleet.ask_daemon(request="status", device=name)
    return reply["result"]["device"]


def poll(name):
    return "result" in fleet.ask_daemon(request="poll", device=name)


def the_fleet_is_polled():
    change_world()
    fleet.start_asasim()
    fleet.start_daemon()
    fleet.wait_for("all are polled", lambda: os.path.exists(f"{fleet.folder}/control.sock") and
                   fleet.ask_daemon(request="status")["result"]["fleet"]["polls"] >= 12)
    tap.equal(rows("SELECT failover_role FROM device WHERE name = 'fra-fw1'"), [("active",)], "role")


def a_path_that_is_cut_ends_in_a_restart_at_both_ends():
    fleet.ask_asasim(do="inject", fault="path", tunnel="fra-par", direction="both")
    state = "SELECT session_index FROM tunnel WHERE device = 'fra-fw1' AND peer = '192.0.2.34'"
    before = rows(state)[0][0]
    fleet.wait_for("both ends gave up", lambda: rows(state)[0][0] is None, 90)
    assert events("session-gone", peer=PEERS["fra-par"]), "no session-gone"
    fleet.ask_asasim(do="clear", tunnel="fra-par")
    fleet.wait_for("it is back", lambda: rows(state)[0][0] not in (None, before))
    restarts = events("session-restart", peer=PEERS["fra-par"]) or events("session-up", peer=PEERS["fra-par"])
    assert restarts, "no session-restart"
    fleet.wait_for("par-fw1 says so too", lambda: events("session-restart", "par-fw1") or events("session-up", "par-fw1"))


def a_rekey_is_a_rekey_and_no_restart():
    fleet.wait_for("fra-lon rekeys", lambda: events("rekey", peer=PEERS["fra-lon"]), 150)
    tap.equal(events("session-restart", peer=PEERS["fra-lon"]), [], "restarts of fra-lon")
    tap.equal(events("session-gone", peer=PEERS["fra-lon"]), [], "sessions of fra-lon that went")
    tap.equal(rows("SELECT restarts FROM tunnel WHERE peer = '192.0.2.18' AND device = 'fra-fw1'"), [(0,)], "restarts counted")


def a_failover_is_told_once_and_no_tunnel_restarts_by_it():
    restarts = rows("SELECT COUNT(*) FROM event WHERE kind = 'session-restart'")
    fleet.ask_asasim(do="failover", device="fra-fw1")
    fleet.wait_for("the failover is told", lambda: poll("fra-fw1") and events("failover"))
    for _ in range(3):
        poll("fra-fw1")
    tap.equal(len(events("failover")), 1, "failovers told")
    tap.equal(rows("SELECT COUNT(*) FROM event WHERE kind = 'session-restart'"), restarts, "session restarts")


def a_reboot_is_told_once_and_counts_no_restart():
    counted = "SELECT peer, restarts FROM tunnel WHERE device = 'zrh-fw1' AND current ORDER BY 1"
    before = rows(counted)
    fleet.ask_asasim(do="reboot", device="zrh-fw1", down_s=3)
    fleet.wait_for("zrh-fw1 is away", lambda: device("zrh-fw1")["state"] != "ok")
    fleet.wait_for("zrh-fw1 is back", lambda: poll("zrh-fw1"))
    fleet.wait_for("the reboot is told", lambda: poll("zrh-fw1") and events("reboot", "zrh-fw1"))
    fleet.wait_for("its tunnels are back", lambda: poll("zrh-fw1") and rows(
        "SELECT COUNT(*) FROM tunnel WHERE device = 'zrh-fw1' AND current AND session_index IS NOT NULL") == [(2,)], 90)
    tap.equal(len(events("reboot", "zrh-fw1")), 1, "reboots told")
    tap.equal(rows(counted), before, "restarts counted")


if __name__ == "__main__":
    with fleet:
        tap.run(the_fleet_is_polled, a_path_that_is_cut_ends_in_a_restart_at_both_ends, a_rekey_is_a_rekey_and_no_restart,
                a_failover_is_told_once_and_no_tunnel_restarts_by_it, a_reboot_is_told_once_and_counts_no_restart)
