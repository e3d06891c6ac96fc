# SPDX-License-Identifier: MIT
"""What vpntriage-web refuses, and how: always with a sentence, never with a crash, never with somebody else's data."""

import os
import random
import socket
import signal
import subprocess

from fleet import program
from tap import Skip, equal, run
from web import Web, fill_db

web = Web(fill="12 10 2 5")
TOKENS = ("wall viewer f25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1\n"  # whoami
          "oncall operator ef92b778bafe771e89245b89ecbc08a44a4e166c06659911881f383d4473e94f\n")  # password123


def is_problem(reply, status, name, what):
    """The reply is the problem of that name; answers its sentence."""
    equal((reply.status, reply.headers["content-type"]), (status, "application/problem+json"), f"{what}: {reply.text[:200]}")
    problem = reply.json
    equal((problem["type"], problem["status"]), (f"urn:vpntriage:problem:{name}", status), what)
    equal(len(problem["detail"]) > 10 and bool(problem["title"]), True, f"{what}: a sentence")
    return problem["detail"]


def first_tunnel():
    return web.get("/api/v1/tunnels?limit=1").json["items"][0]["id"]


def what_does_not_exist_is_not_found():
    for path in ("/api", "/api/v1", "/api/v1/", "/api/v2/tunnels", "/api/v1/alerts", "/api/v1/tunnels/", "/api/v1/tunnels//history",
                 "/ui/", "/ui/../main.c", "/ui/%2e%2e/%2e%2e/etc/passwd", "//", "/api/v1/tunnels/x/y/z/a/b/c/d/e/f",
                 "/api/v1/tunnels/0000000000000000", "/api/v1/tunnels/ffffffffffffffff/history", "/api/v1/tunnels/1",
                 "/api/v1/tunnels/zzzzzzzzzzzzzzzz", "/api/v1/tunnels/%30000000000000000x", "/api/v1/devices/nobody",
                 "/api/v1/devices/", "/api/v1/devices/%2F", "/api/v1/devices/fw000%2F", "/index.html", "/favicon.ico"):
        is_problem(web.get(path), 404, "not-found", path)


def a_wrong_method_is_told_the_right_one():
    for target in ("/api/v1/tunnels", "/api/v1/status", f"/api/v1/tunnels/{first_tunnel()}", "/metrics", "/"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
            reply = web.ask(method, target, body=b"{}" if method in ("POST", "PUT") else None)
            is_problem(reply, 405, "method-not-allowed", f"{method} {target}")
            equal(reply.headers["allow"], "GET, HEAD", f"Allow of {method} {target}")


def parameters_that_do_not_fit_are_named():
    tunnel = f"/api/v1/tunnels/{first_tunnel()}"
    cursor = web.get("/api/v1/tunnels?limit=1&status=up").json["next"]
    for target, word in {
            "/api/v1/tunnels?limit=0": "limit", "/api/v1/tunnels?limit=1001": "limit", "/api/v1/tunnels?limit=-1": "limit",
            "/api/v1/tunnels?limit=1e3": "limit", "/api/v1/tunnels?limit=": "limit", "/api/v1/tunnels?limit": "limit",
            "/api/v1/tunnels?limit=99999999999999999999999": "limit", "/api/v1/tunnels?limit=5&limit=6": "limit",
            "/api/v1/tunnels?status=UP": "status", "/api/v1/tunnels?status=up,,": "status", "/api/v1/tunnels?status=up;down": "status",
            "/api/v1/tunnels?flapping=maybe": "flapping", "/api/v1/tunnels?selectors=2": "selectors",
            "/api/v1/tunnels?stauts=up": "stauts", "/api/v1/status?x=1": "x", "/api/v1/tunnels?%3Cscript%3E=1": "script",
            "/api/v1/tunnels?cursor=": "cursor", "/api/v1/tunnels?cursor=AAAA": "cursor", "/api/v1/tunnels?cursor=null": "cursor",
            f"/api/v1/tunnels?cursor={cursor}": "cursor", f"/api/v1/tunnels?status=up&cursor={cursor[:-1]}": "cursor",
            f"/api/v1/devices?cursor={cursor}": "cursor", f"{tunnel}/timeline?cursor={cursor}": "cursor",
            "/api/v1/devices?state=broken": "state",
            f"{tunnel}/history?from=yesterday": "from", f"{tunnel}/history?from=-2x": "from", f"{tunnel}/history?from=2026": "from",
            f"{tunnel}/history?to=99999-01-01T00:00:00Z": "to", f"{tunnel}/history?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z": "from",
            f"{tunnel}/history?from=1969-01-01T00:00:00Z": "from", f"{tunnel}/history?from=-1000000000d": "from",
            f"{tunnel}/history?step=0": "step", f"{tunnel}/history?step=-60s": "step", f"{tunnel}/history?step=250ms": "step",
            f"{tunnel}/history?step=1s": "step", f"{tunnel}/history?from=1970-01-02T00:00:00Z&step=60s": "step",
            f"{tunnel}/history?step=999999999999s": "step", f"{tunnel}/timeline?from=-1h&to=-2h": "from"}.items():
        sentence = is_problem(web.get(target), 400, "invalid-parameter", target)
        equal(word in sentence, True, f"{target} is told: {sentence}")


def addresses_that_are_no_text_are_refused():
    for target in ("/api/v1/devices/%", "/api/v1/devices/%4", "/api/v1/devices/%zz", "/api/v1/devices/%00", "/api/v1/devices/a%0ab",
                   "/api/v1/devices/%ff", "/api/v1/devices/%c3%28", "/api/v1/devices/%ed%a0%80", "/api/v1/tunnels?q=%00",
                   "/api/v1/tunnels?q=%fe", "/api/v1/tunnels?%=1", "/api/v1/tunnels?" + "&".join(f"a{n}=1" for n in range(40))):
        is_problem(web.get(target), 400, "invalid-request", target)
    is_problem(web.get("/api/v1/tunnels?q=" + "a" * 9000), 414, "target-too-long", "a long address")
    equal(web.get("/api/v1/tunnels?q=" + "a" * 8000).json["items"], [], "one that just fits")


def only_acceptable_types_are_sent():
    for target, accept in (("/api/v1/tunnels", "text/html"), ("/api/v1/tunnels", "application/json;q=0"),
                           ("/api/v1/tunnels", "application/json;q=0.0, text/*"), ("/", "application/json"), ("/metrics", "image/png")):
        is_problem(web.get(target, accept=accept), 406, "not-acceptable", f"{target} as {accept}")
    for accept in ("", "*/*", "application/*", "APPLICATION/JSON", "text/html;q=0.3, */*;q=0.1", "application/json; charset=utf-8",
                   "application/json;q=0.001"):
        equal(web.get("/api/v1/status", accept=accept).status, 200, f"Accept: {accept}")
    prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
    equal(web.get("/metrics", accept=prometheus).status, 200, "what Prometheus sends")


def a_body_is_read_over_and_a_large_one_refused():
    equal(web.ask("GET", "/api/v1/status", body=b"x" * 60000).status, 200, "a small body")
    is_problem(web.ask("GET", "/api/v1/status", headers={"Content-Length": "99999999"}), 413, "too-large", "an announced one")
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    answer = web.raw(b"POST /api/v1/status HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 3)
    equal(answer.startswith(b"HTTP/1.1 2"), False, "an endless one")
    answer = web.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100000 + b"\r\n\r\n")
    equal(answer[:12] in (b"HTTP/1.1 431", b"HTTP/1.1 413", b""), True, f"a large header: {answer[:40]!r}")


def a_page_of_another_name_is_not_the_person_at_the_keyboard():
    for host in ("evil.example", "evil.example:8080", "localhost.evil.example"):
        is_problem(web.get("/api/v1/status", host=host), 421, "wrong-host", host)
    for host in ("localhost", "127.0.0.1:1", "[::1]:8080"):
        equal(web.get("/api/v1/status", host=host).status, 200, host)


def noise_changes_nothing():
    dice = random.Random(2)
    begin = [b"GET ", b"HEAD /", b"POST /api/v1/tunnels", b"GET /api/v1/tunnels?", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n\r\n", b""]
    for _ in range(60):
        noise = dice.choice(begin) + bytes(dice.choice(b"/?&=%\r\n :;,.abcdef0189\x00\xff") for _ in range(dice.randrange(200)))
        with socket.create_connection(address(web), timeout=0.2) as connection:
            connection.sendall(noise)
            connection.shutdown(socket.SHUT_WR)
            try:
                answer = connection.recv(64)
            except (ConnectionError, TimeoutError):  # half a request is waited for, up to the limit of the server
                answer = b""
        equal(answer[9:10] == b"5" and answer[9:12] not in (b"505", b"501"), False, f"{noise!r} gave {answer!r}")
    equal(web.get("/healthz").status, 200, "it lives")


def address(server):
    host, port = server.address.split("//")[1].rsplit(":", 1)
    return host, int(port)


def what_a_device_prints_stays_text():
    with Web() as other:
        fill_db(other.database, "hostile")
        fill_db(other.database, "heartbeat", 0)
        tunnel = other.get("/api/v1/tunnels").json["items"][0]
        equal(tunnel["name"].startswith("<script>alert(1)</script>\"'\\\n\r\t\u0001\ufffd"), True, tunnel["name"])
        equal(len(other.get(f"/api/v1/tunnels/{tunnel['id']}").json["selectors"]), 1, "its selector")
        metrics = other.get("/metrics").text
        equal("\x01" in metrics and "alert(1)</script>\\\"'\\\\\\n" in metrics, True, "escaped in a label")
        for line in metrics.removesuffix("\n").split("\n"):
            equal(line.startswith("#") or line.startswith("vpntriage_"), True, line)
        for command in ("status", "tunnels", "devices"):
            done = other.cli(command)
            equal((done.returncode, done.stderr), (0, ""), command)
            equal(any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 for c in done.stdout), False, f"controls from vpntriage {command}")


def without_a_token_a_stranger_sees_nothing():
    with Web(fill="2 3 1 1", web='listen: "127.0.0.1:0", tokens_file: FOLDER/tokens', start=False) as closed:
        closed.path("tokens", TOKENS)
        closed.start()
        for target in ("/api/v1/status", "/api/v1/tunnels", "/api/v1/devices/fw000", "/metrics"):
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic d2hvYW1p"}, {"Authorization": "Bearer"}):
                reply = closed.ask("GET", target, headers)
                is_problem(reply, 401, "unauthorized", f"{target} {headers}")
                equal(reply.headers["www-authenticate"], 'Bearer realm="vpntriage"', target)
                equal("fw000" in reply.text, False, "no name of a device")
            for token in ("whoami", "password123"):
                equal(closed.ask("GET", target, {"Authorization": f"Bearer {token}"}).status, 200, f"{target} {token}")
        for target in ("/healthz", "/readyz", "/", "/ui/index.js"):
            equal(closed.get(target).status, 200, f"{target} for anybody")
        token_file = closed.path("mine", "whoami\n")
        equal(closed.cli("tunnels").returncode, 6, "the command line without a token")
        equal(closed.cli("tunnels", "--token-file", token_file).returncode, 0, "and with one")


def a_reload_revokes_tokens_and_a_bad_file_keeps_them():
    with Web(fill="2 3 1 1", web='listen: "127.0.0.1:0", tokens_file: FOLDER/tokens', start=False) as closed:
        tokens = closed.path("tokens", TOKENS)
        closed.start()

        def status(token):
            return closed.ask("GET", "/api/v1/status", {"Authorization": f"Bearer {token}"}).status

        equal(status("whoami"), 200, "before")
        closed.path("tokens", "wall viewer nonsense\n")
        closed.process.child.send_signal(signal.SIGHUP)
        said = closed.wait_for_line("was not reloaded")
        equal("tokens, line 1" in said and "nonsense" not in said, True, said)
        equal(status("whoami"), 200, "a bad file")
        closed.path("tokens", TOKENS.splitlines()[1] + "\n")
        closed.process.child.send_signal(signal.SIGHUP)
        closed.wait_for_line("vpntriage-web: reloaded")
        equal((status("whoami"), status("password123")), (401, 200), "revoked, kept")
        os.chmod(tokens, 0o644)
        closed.process.child.send_signal(signal.SIGHUP)
        closed.wait_for_line("others may read it")
        equal(status("password123"), 200, "readable by others: the old ones stay")


def a_database_may_come_go_and_be_another():
    with Web() as alone:
        sentence = is_problem(alone.get("/api/v1/tunnels"), 503, "database-unavailable", "no database")
        equal("there is no database" in sentence and alone.get("/api/v1/tunnels").headers["retry-after"] == "5", True, sentence)
        equal((alone.get("/readyz").status, alone.get("/healthz").status), (503, 200), "ready, alive")
        equal("vpntriage_database_up 0\n" in alone.get("/metrics").text, True, "metrics say so")
        equal(alone.cli("tunnels").returncode, 6, "the command line says so")
        fill_db(alone.database, "fill", 3, 4, 1, 1)
        equal(len(alone.items("/api/v1/tunnels")), 12, "it came")
        equal(alone.get("/readyz").text, "ready\n", "ready")
        fill_db(alone.database, "heartbeat", 600)
        equal(alone.get("/readyz").text, "not ready: vpntriaged has been silent for 10m; what is shown is that old\n", "silence")
        equal(alone.get("/api/v1/status").json["daemon"]["alive"], False, "silence in the status")
        other = alone.path("other.db")
        fill_db(other, "fill", 1, 2, 1, 1)
        for end in ("-wal", "-shm"):
            if os.path.exists(alone.database + end):
                os.unlink(alone.database + end)
        os.replace(other, alone.database)
        equal(len(alone.items("/api/v1/tunnels")), 2, "another one in its place")
        with open(alone.path("garbage"), "wb") as garbage:
            garbage.write(b"this is no database, and it is long enough to look at" * 200)
        os.replace(alone.path("garbage"), alone.database)
        for target in ("/api/v1/status", "/api/v1/tunnels", "/api/v1/devices"):
            is_problem(alone.get(target), 503, "database-unavailable", f"{target} of garbage")
        os.unlink(alone.database)
        equal(alone.get("/readyz").status, 503, "it went")


def it_does_not_start_on_what_is_wrong():
    with Web(start=False) as folder:
        def ends(what, code, *words, config=None, arguments=()):
            if config is not None:
                folder.write_config(config)
            done = subprocess.run([program("vpntriage-web"), "--config", folder.config, *arguments], capture_output=True, text=True,
                                  timeout=60, stdin=subprocess.DEVNULL, check=False)
            equal(done.returncode, code, f"{what}: {done.stderr}")
            for word in words:
                equal(word in done.stderr, True, f"{what}: {word!r} is not in {done.stderr!r}")

        ends("an unknown option", 2, arguments=["--nonsense"])
        ends("something more", 2, "nonsense", arguments=["nonsense"])
        ends("no file", 3, "/nowhere", arguments=["--config", "/nowhere"])
        ends("a mistake", 4, "vpntriage.yaml", config="listen: 7")
        ends("two mistakes", 4, "listen", "trust_loopback", "has 2 mistakes", config="listen: 7, trust_loopback: perhaps")
        ends("not loopback", 4, config='listen: "0.0.0.0:0"')
        ends("no tokens file", 5, "/nowhere", config='listen: "127.0.0.1:0", tokens_file: /nowhere')
        folder.path("tokens", TOKENS, 0o644)
        ends("tokens for everybody", 5, "others may read it", config='listen: "127.0.0.1:0", tokens_file: FOLDER/tokens')
        folder.path("tokens", "wall admin x\n")
        os.chmod(folder.path("tokens"), 0o600)
        ends("a wrong role", 4, "line 1", "viewer or operator")
        ends("a port in use", 6, "another program listens there", config=f'listen: "127.0.0.1:{address(web)[1]}", trust_loopback: true')
        folder.write_config('listen: "127.0.0.1:0", trust_loopback: true')
        ends("a good one, tested", 0, "is good", arguments=["--config-test"])


def a_unix_socket_is_a_listener_too():
    with Web(fill="2 3 1 1", web="listen: FOLDER/web.sock, trust_loopback: true") as local:
        equal(local.get("/api/v1/status").json["tunnels"]["total"], 6, "over the socket")
        equal(local.cli("tunnels").returncode, 0, "the command line over the socket")
        local.process.stop(signal.SIGKILL)
        equal(os.path.exists(local.path("web.sock")), True, "the socket file of one that was killed")
        local.start()
        equal(local.get("/healthz").status, 200, "is used again")


def tls_with_a_token_is_a_listener_for_others():
    with Web(fill="2 3 1 1", start=False,
             web='listen: "127.0.0.1:0", tls: { certificate: FOLDER/cert.pem, key: FOLDER/key.pem }, tokens_file: FOLDER/tokens') as secure:
        secure.path("tokens", TOKENS)
        try:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", "/CN=localhost", "-keyout", secure.path("key.pem"), "-out", secure.path("cert.pem")],
                           check=True, capture_output=True, stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            raise Skip("openssl is not installed") from None
        os.chmod(secure.path("key.pem"), 0o600)
        secure.start()
        equal(secure.address.startswith("https://"), True, secure.address)
        done = subprocess.run(["curl", "-sk", "-H", "Authorization: Bearer whoami", secure.address + "/api/v1/status"],
                              capture_output=True, text=True, timeout=30, check=False)
        equal('"total":6' in done.stdout, True, done.stdout + done.stderr)


def a_stop_finishes_and_a_second_server_takes_over():
    with Web(fill="2 3 1 1") as stopping:
        connection = stopping.connect()
        connection.request("GET", "/api/v1/status")
        equal(connection.getresponse().read()[:1], b"{", "a kept connection")
        equal(stopping.stop(), 0, "it ends although a connection is open")
        connection.close()


with web:
    run(what_does_not_exist_is_not_found, a_wrong_method_is_told_the_right_one, parameters_that_do_not_fit_are_named,
        addresses_that_are_no_text_are_refused, only_acceptable_types_are_sent, a_body_is_read_over_and_a_large_one_refused,
        a_page_of_another_name_is_not_the_person_at_the_keyboard, noise_changes_nothing, what_a_device_prints_stays_text,
        without_a_token_a_stranger_sees_nothing, a_reload_revokes_tokens_and_a_bad_file_keeps_them,
        a_database_may_come_go_and_be_another, it_does_not_start_on_what_is_wrong, a_unix_socket_is_a_listener_too,
        tls_with_a_token_is_a_listener_for_others, a_stop_finishes_and_a_second_server_takes_over)
