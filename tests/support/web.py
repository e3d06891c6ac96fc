# SPDX-License-Identifier: MIT
"""vpntriage-web over a database that fill_db filled, for the time of a `with` block: no firewall, no daemon.

    with Web(fill="24 17 2 60") as web:
        reply = web.get("/api/v1/tunnels?limit=5")
        reply.status, reply.headers["etag"], reply.json["items"]
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from fleet import BUILD, PATIENCE_S, Process, program


def fill_db(path, *arguments):
    subprocess.run([os.path.join(BUILD, "tests/support/fill_db"), path, *map(str, arguments)], check=True,
                   stdin=subprocess.DEVNULL)


class Reply:
    def __init__(self, answer):
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Web:
    def __init__(self, fill=None, web='listen: "127.0.0.1:0", trust_loopback: true', start=True):
        self.folder = tempfile.mkdtemp(prefix="vpntriage-")
        self.database = os.path.join(self.folder, "vpntriage.db")
        self.config = os.path.join(self.folder, "vpntriage.yaml")
        self.process = None
        self.address = None
        self.started = start
        self.write_config(web)
        if fill:
            fill_db(self.database, "fill", *fill.split())

    def path(self, name, text=None, mode=0o600):
        """A file in the folder, written when there is a text."""
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, mode)
        return path

    def write_config(self, web):
        self.path("vpntriage.yaml", f"database: {self.database}\nweb: {{ {web.replace('FOLDER', self.folder)} }}\n")

    def __enter__(self):
        if self.started:
            self.start()
        return self

    def __exit__(self, kind, error, where):
        code = self.stop()
        failed = kind is not None and not (kind is SystemExit and not error.code)  # tap.run() ends the program
        if (failed or code) and self.process:
            print("\n".join(f"# {line}" for line in self.process.said().splitlines()[-30:]))
        shutil.rmtree(self.folder, ignore_errors=True)
        if code and not failed:
            raise AssertionError(f"vpntriage-web ended with {code}")

    def start(self):
        self.process = Process("vpntriage-web", ["--config", self.config], self.folder)
        self.address = self.wait_for_line("listening on ").split("listening on ")[1]

    def stop(self):
        return self.process.stop() if self.process else 0

    def wait_for_line(self, word):
        return self.wait_for(word, lambda: next((x for x in self.process.said().splitlines() if word in x), None))

    def wait_for(self, what, probe):
        give_up = time.monotonic() + PATIENCE_S
        while not (result := probe()):
            if time.monotonic() > give_up or not self.process.running():
                raise AssertionError(f"waited in vain for {what}; the server said: {self.process.said()}")
            time.sleep(0.02)
        return result

    # ---- asking ----

    def connect(self):
        if self.address.startswith("unix:"):
            return UnixConnection(self.address[len("unix:"):])
        return http.client.HTTPConnection(self.address.split("//")[1], timeout=30)

    def ask(self, method, target, headers=None, body=None):
        connection = self.connect()
        try:
            connection.request(method, target, body=body, headers=headers or {})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def get(self, target, **headers):
        return self.ask("GET", target, {name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, data, half_close=False):
        """Bytes sent as they are; everything that comes back until the server hangs up or falls silent."""
        host, port = self.address.split("//")[1].rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while chunk := connection.recv(65536):
                    got += chunk
                    if b"\r\n\r\n" in got and b"HTTP/1.1 4" in got[:12]:
                        break
            except (TimeoutError, ConnectionError):
                pass
            return got

    def items(self, target):
        found, cursor = [], None
        while True:
            page = self.get(target + (("&" if "?" in target else "?") + f"cursor={cursor}" if cursor else "")).json
            found += page["items"]
            cursor = page["next"]
            if not cursor:
                return found

    def cli(self, *arguments, **environment):
        return subprocess.run([program("vpntriage"), *arguments], capture_output=True, text=True, timeout=PATIENCE_S,
                              stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, "VPNTRIAGE_URL": self.address, **environment})
