# SPDX-License-Identifier: MIT
"""A simulated fleet and the real daemons, in a folder of their own, for the time of a `with` block.

    with Fleet("tests/worlds/demo.yaml", settings="poll: { sa: 1s, sessions: 2s, facts: 2s }") as fleet:
        fleet.start()                                   # asasim, vpntriaged, vpntriage-web
        fleet.wait_for("every device has been polled", lambda: fleet.polled() == len(fleet.devices))
        tunnels = fleet.items("tunnels")

Ports are free ones, waiting has a deadline and never a fixed length, and at the end the programs are stopped by
their process ids in the reverse order of their start. A program that does not end as it should (a crash, a leak a
sanitizer found) makes the block fail. The folder is kept when something failed and $KEEP is set.

Parts can be started alone (start_asasim, start_daemon, start_web), stopped, killed and started again.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

SOURCE = os.path.abspath(os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "../..")))
BUILD = os.path.abspath(os.environ.get("top_builddir", os.path.join(SOURCE, "build")))
# A demo should show its second poll, and what is broken, before one has read the first page.
DEMO_SETTINGS = """poll: { sa: 10s, sessions: 30s, facts: 1m }
detect: { stuck_after: 15s }"""
# A machine that is busy with eight compilers is slow, not broken; sanitizers are slow too.
PATIENCE_S = float(os.environ.get("PATIENCE_S", "60"))


def program(name):
    folder = {"asasim": "tests/asasim", "vpntriaged": "daemon", "vpntriage-web": "web", "vpntriage": "cli"}[name]
    return os.path.join(BUILD, folder, name)


def talk(path, request):
    """Sends one JSON object in a line to a Unix socket, and answers the object that comes back."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(PATIENCE_S)
        wire.connect(path)
        wire.sendall(json.dumps(request).encode() + b"\n")
        with wire.makefile("rb") as reply:
            return json.loads(reply.readline())


class Process:
    """One program in the background; what it says goes to a file.

    It has a session of its own, so that Ctrl-C reaches only the test, which stops its programs in order; and it
    ends with the test even when that is killed.
    """

    def __init__(self, name, arguments, folder, environment=None):
        self.name = name
        self.log = os.path.join(folder, f"{name}.log")
        with open(self.log, "ab") as log:
            self.begin = log.tell()  # what one of the same name said before stays in the file
            self.child = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", program(name), *arguments], start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, env={**os.environ, **(environment or {})})

    def said(self):
        with open(self.log, "rb") as log:
            log.seek(self.begin)
            return log.read().decode(errors="replace")

    def running(self):
        return self.child.poll() is None

    def stop(self, number=signal.SIGTERM, deadline_s=30):
        """Ends it and answers its exit code; one that does not end is killed, which shows in the code."""
        if self.running():
            self.child.send_signal(number)
        try:
            return self.child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()


class Fleet:
    def __init__(self, world, settings="", asasim_options=(), environment=None, port=0):
        """`world`: a path below the sources, or absolute. `settings`: YAML put before what asasim writes.
        `port`: of the web server; 0 is any free one."""
        self.world = os.path.join(SOURCE, world)
        self.settings = settings
        self.asasim_options = asasim_options
        self.environment = environment
        self.port = port
        self.folder = tempfile.mkdtemp(prefix="vpntriage-")
        self.config = os.path.join(self.folder, "vpntriage.yaml")
        self.state_file = os.path.join(self.folder, "state.json")
        self.control_socket = os.path.join(self.folder, "asasim.sock")
        self.state = {}
        self.processes = {}
        self.address = None
        self.failed = False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, where):
        if kind is SystemExit and not error.code:
            kind = None  # tap.run() ends the program like this when all is well
        codes = self.stop()
        bad = {name: code for name, code in codes.items() if code != 0}
        if kind or bad or self.failed:
            self.tell_logs()
        if not ((kind or bad or self.failed) and "KEEP" in os.environ):
            shutil.rmtree(self.folder, ignore_errors=True)
        if bad and not kind:
            raise AssertionError(f"these programs did not end well (name: exit code): {bad}")

    # ---- starting ----

    def start(self):
        self.start_asasim()
        self.start_daemon()
        self.start_web()

    def start_asasim(self):
        self.launch("asasim", "--world", self.world, "--state", self.state_file, "--control", self.control_socket,
                    *self.asasim_options)
        self.wait_for_word("asasim", "is ready")
        self.read_state()
        self.write_config()

    def start_daemon(self, *arguments):
        return self.launch("vpntriaged", "--config", self.config, *arguments)

    def start_web(self, *arguments):
        process = self.launch("vpntriage-web", "--config", self.config, *arguments)
        line = self.wait_for_word("vpntriage-web", "listening on")
        self.address = line.split()[-1].rstrip("/")
        if "://" not in self.address:
            self.address = "http://" + self.address
        return process

    def launch(self, name, *arguments):
        self.processes[name] = Process(name, arguments, self.folder, self.environment)
        return self.processes[name]

    def read_state(self):
        with open(self.state_file, encoding="utf-8") as state:
            self.state = json.load(state)

    @property
    def devices(self):
        """What asasim says of its devices: name, port, user, version and so on."""
        return self.state["devices"]

    def write_config(self):
        """vpntriage.yaml, secrets and known hosts, written by asasim; `settings` are put before."""
        subprocess.run([program("asasim"), "config", "--state", self.state_file, "--dir", self.folder, "--listen", str(self.port)],
                       check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        with open(self.config, encoding="utf-8") as config:
            text = config.read()
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(self.settings + "\n" + text)

    # ---- asking ----

    def get(self, path, parse=True):
        """GET /api/v1/PATH (or /PATH when it begins with a slash); an HTTP error is raised as urllib's HTTPError."""
        url = self.address + (path if path.startswith("/") else "/api/v1/" + path)
        with urllib.request.urlopen(url, timeout=30) as reply:
            body = reply.read()
        return json.loads(body) if parse else body.decode()

    def items(self, path):
        """Every item of a list, all its pages."""
        found, cursor = [], None
        while True:
            mark = "&" if "?" in path else "?"
            page = self.get(path + (f"{mark}cursor={cursor}" if cursor else ""))
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found

    def polled(self):
        """How many devices have been polled at least once (a context more or less does not count)."""
        return len({device["name"] for device in self.api_devices() if device["last_poll"]})

    def never_answered(self):
        """The devices that were tried and have never been polled, by name, with their state."""
        return {device["name"]: device["state"] for device in self.api_devices()
                if not device["last_poll"] and device["state"] != "never-polled"}

    def api_devices(self):
        """Devices and contexts as the API has them; none while it does not answer yet."""
        try:
            return self.items("devices")
        except OSError:  # urllib's errors are
            return []

    def cli(self, *arguments, **options):
        """Runs `vpntriage` and answers the finished process."""
        return subprocess.run([program("vpntriage"), *arguments], capture_output=True, text=True, timeout=PATIENCE_S,
                              stdin=subprocess.DEVNULL, check=False, **options)

    def ask_asasim(self, **request):
        """One request to the simulator's control socket (tests/asasim/README.md lists them); a refusal is an error."""
        reply = talk(self.control_socket, request)
        if not reply.get("ok"):
            raise AssertionError(f"asasim refused {request}: {reply.get('error')}")
        return reply

    def ask_daemon(self, **request):
        """One request to vpntriaged's control socket; the whole reply, with result or error."""
        return talk(os.path.join(self.folder, "control.sock"), {"v": 1, **request})

    # ---- waiting ----

    def wait_for(self, what, probe, deadline_s=None):
        """Calls `probe` until it answers something true, which is the result. Fails when a program dies meanwhile."""
        give_up = time.monotonic() + (deadline_s or PATIENCE_S)
        while True:
            result = probe()
            if result:
                return result
            dead = [p.name for p in self.processes.values() if not p.running()]
            if dead or time.monotonic() > give_up:
                self.failed = True
                why = f"{', '.join(dead)} ended" if dead else "the deadline has passed"
                raise AssertionError(f"waited in vain until {what}: {why}; the last answer was {result!r}")
            time.sleep(0.05)

    def wait_for_word(self, name, word):
        """The first line of a program's log that holds `word`."""
        def line():
            return next((x for x in self.processes[name].said().splitlines() if word in x), None)
        return self.wait_for(f"{name} says \"{word}\"", line)

    # ---- ending ----

    def stop(self):
        """Stops everything in the reverse order of its start; answers the exit codes."""
        codes = {}
        for name in reversed(list(self.processes)):
            codes[name] = self.processes.pop(name).stop()
        return codes

    def kill(self, name):
        """kill -9: what it had not committed is lost, and that is what is to be tested."""
        self.processes.pop(name).stop(signal.SIGKILL)

    def tell_logs(self, lines=40):
        for entry in sorted(os.listdir(self.folder)):
            if entry.endswith(".log"):
                with open(os.path.join(self.folder, entry), encoding="utf-8", errors="replace") as log:
                    for line in log.read().splitlines()[-lines:]:
                        print(f"# {entry}: {line}")
