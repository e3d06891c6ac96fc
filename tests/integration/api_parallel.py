# SPDX-License-Identifier: MIT
"""Many clients at once, while the database is written and the tokens are read again: every answer is whole, and the
memory of the server does not grow with the number of requests. Under a sanitizer this is where races show."""

import http.client
import signal
import threading

from fleet import program
from tap import Skip, equal, run
from web import Web, fill_db

CLIENTS, REQUESTS = 8, 60
web = Web(fill="10 20 2 10")


def resident_kb():
    with open(f"/proc/{web.process.child.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def load(requests):
    """Asks from CLIENTS threads on kept connections; answers what went wrong."""
    tunnels = [x["id"] for x in web.get("/api/v1/tunnels?limit=20").json["items"]]
    targets = ["/api/v1/tunnels?limit=50", "/api/v1/status", "/metrics", "/api/v1/devices", "/", "/nothing", "/readyz",
               *(f"/api/v1/tunnels/{x}" for x in tunnels), *(f"/api/v1/tunnels/{x}/history?from=-1h" for x in tunnels[:4]),
               f"/api/v1/tunnels/{tunnels[0]}/timeline"]
    wrong = []

    def client(number):
        connection = web.connect()
        for n in range(requests):
            target = targets[(number * 7 + n) % len(targets)]
            try:
                connection.request("GET", target, headers={"Accept-Encoding": "gzip"} if n % 2 else {})
                reply = connection.getresponse()
                body = reply.read()
                expected = 404 if target == "/nothing" else 200
                if reply.status != expected or not body:
                    wrong.append(f"{target}: {reply.status} {body[:100]!r}")
            except (OSError, http.client.HTTPException) as error:
                wrong.append(f"{target}: {error!r}")
                connection = web.connect()
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads, wrong


def answers_are_whole_while_everything_moves():
    threads, wrong = load(REQUESTS)
    for round_ in range(5):
        fill_db(web.database, "add", "fw001", f"10.1.8.{round_}")
        fill_db(web.database, "heartbeat", 0)
        web.process.child.send_signal(signal.SIGHUP)
    for thread in threads:
        thread.join()
    equal(wrong[:3], [], "answers that were not as they should be")


def memory_does_not_grow_with_requests():
    with open(program("vpntriage-web"), "rb") as binary:
        if b"__asan_init" in binary.read():
            raise Skip("AddressSanitizer keeps what was freed for a while")
    for thread in load(40)[0]:
        thread.join()
    before = resident_kb()
    for thread in load(160)[0]:
        thread.join()
    equal(resident_kb() - before < 8192, True, f"resident size went from {before} kB to {resident_kb()} kB")


def a_stop_in_the_middle_is_clean():
    threads, _ = load(REQUESTS)
    equal(web.stop(), 0, "exit code")
    for thread in threads:
        thread.join()
    web.start()


with web:
    run(answers_are_whole_while_everything_moves, memory_does_not_grow_with_requests, a_stop_in_the_middle_is_clean)
