# SPDX-License-Identifier: MIT
"""A firewall of a few lines, for what one device may do wrong: an SSH server (paramiko's, code that is not ours) whose
command line is a table of texts. Misbehaviour is a keyword argument.

    with ScriptedAsa(answers={"show mode": "Security context mode: single\\n"}) as asa:
        events = asa.talk("show mode")
"""

import json
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import paramiko

BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
HOST_KEYS = {}
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


def host_key(kind="rsa", number=0):
    if (kind, number) not in HOST_KEYS:
        make = {"rsa": lambda: paramiko.RSAKey.generate(2048), "ecdsa": paramiko.ECDSAKey.generate}[kind]
        HOST_KEYS[kind, number] = make()
    return HOST_KEYS[kind, number]


class Hangup(Exception):
    """The device ends the session now."""


class Server(paramiko.ServerInterface):
    def __init__(self, asa):
        self.asa = asa

    def get_allowed_auths(self, username):
        return self.asa.methods

    def check_auth_password(self, username, password):
        self.asa.logins.append(("password", username, password))
        return paramiko.AUTH_SUCCESSFUL if password == self.asa.password else paramiko.AUTH_FAILED

    def check_auth_interactive(self, username, submethods):
        if self.asa.questions is None:
            return paramiko.AUTH_FAILED
        return paramiko.InteractiveQuery("", "", *[(q, False) for q in self.asa.questions])

    def check_auth_interactive_response(self, responses):
        self.asa.logins.append(("interactive", "", list(responses)))
        if list(responses) == [self.asa.password]:
            return paramiko.AUTH_SUCCESSFUL
        return paramiko.InteractiveQuery("", "", ("Password: ", False)) if self.asa.ask_again else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        self.asa.logins.append(("publickey", username, key.get_name()))
        return paramiko.AUTH_SUCCESSFUL if key == self.asa.user_key else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, channel, term, width, height, pixelwidth, pixelheight, modes):
        return not self.asa.no_pty

    def check_channel_shell_request(self, channel):
        threading.Thread(target=self.asa.shell, args=(channel,), daemon=True).start()
        return True


class ScriptedAsa:
    def __init__(self, answers=None, **options):
        self.answers = {"terminal pager 0": "", "show mode": "Security context mode: single \n", **(answers or {})}
        self.hostname = "fw1"
        self.password, self.enable_password = "login-secret", "enable-secret"
        self.methods, self.questions, self.ask_again, self.user_key = "password", None, False, None
        self.keys = [host_key()]
        self.greeting = "Type help or '?' for a list of available commands.\r\n"
        self.privileged_login = False
        self.no_pty = False
        self.prompt_tail = " "
        self.kex = self.ciphers = None
        self.before_ssh = None  # a function of the TCP connection, instead of SSH
        self.close_at_exit = True
        self.echo = True
        for name, value in options.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        self.logins, self.typed, self.connections = [], [], 0
        self.folder = tempfile.mkdtemp(prefix="vpntriage-")
        self.known_hosts = os.path.join(self.folder, "known_hosts")
        self.transports = []

    # ---- the server ----

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.listener.close()
        for transport in self.transports:
            transport.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.before_ssh:
                threading.Thread(target=self.before_ssh, args=(connection,), daemon=True).start()
                continue
            transport = paramiko.Transport(connection)
            if self.kex:
                transport.get_security_options().kex = self.kex
            if self.ciphers:
                transport.get_security_options().ciphers = self.ciphers
            for key in self.keys:
                transport.add_server_key(key)
            self.transports.append(transport)
            try:
                transport.start_server(server=Server(self), event=threading.Event())
            except (paramiko.SSHException, EOFError):
                pass

    # ---- the command line ----

    def shell(self, channel):
        try:
            self.enabled = self.privileged_login
            self.run_shell(channel)
        except (OSError, EOFError, Hangup):
            pass
        channel.get_transport().close()

    def prompt(self):
        return "\r" + self.hostname + ("#" if self.enabled else ">") + self.prompt_tail

    def run_shell(self, channel):
        self.say(channel, self.greeting)
        self.say(channel, self.prompt())
        while True:
            line = self.read_line(channel)
            if not self.handle(channel, line):
                return
            self.say(channel, self.prompt())

    def read_key(self, channel):
        key = channel.recv(1)
        if not key:
            raise Hangup
        return key.decode("latin-1")

    def read_line(self, channel, stars=False):
        line = ""
        while True:
            key = self.read_key(channel)
            if key in "\r\n":
                self.typed.append("*" * len(line) if stars else line)
                if self.echo or stars:
                    self.say(channel, "\r\n")
                return line
            line += key
            if stars:
                self.say(channel, "*")
            elif self.echo:
                self.say(channel, key)

    def say(self, channel, text):
        """Texts, seconds to wait, and functions of the channel, in any mixture."""
        for part in text if isinstance(text, (list, tuple)) else [text]:
            if callable(part):
                part(channel)
            elif isinstance(part, (int, float)):
                time.sleep(part)
            else:
                channel.sendall(part.encode("latin-1"))

    def more(self, channel):
        self.say(channel, "<--- More --->")
        while self.read_key(channel) not in " q":
            pass
        self.say(channel, "\r              \r")

    def hang_up(self, channel):
        raise Hangup

    def handle(self, channel, line):
        if line == "exit" and self.close_at_exit:
            return False
        if line == "enable":
            self.say(channel, "Password: ")
            for _ in range(3):
                if self.read_line(channel, stars=True) == self.enable_password:
                    self.enabled = True
                    return True
                self.say(channel, "Invalid password\r\nPassword: ")
            self.say(channel, "Access denied.\r\n")
            return True
        answer = self.answers.get(line)
        if callable(answer):
            answer = answer(channel)
        if answer is None and line:
            answer = "  ^\nERROR: % Invalid input detected at '^' marker.\n"
        if isinstance(answer, str):
            answer = answer.replace("\n", "\r\n")
        self.say(channel, answer or "")
        return True

    # ---- the client ----

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def talk(self, *commands, options=(), address="127.0.0.1", limits=(), enable=True, quiet=True, deadline_s=60):
        """What asatalk saw: a list of events, the last one `closed`."""
        arguments = [os.path.join(BUILD, "tests/support/asatalk"), "--json", "--port", str(self.port), "--user", "vpntriage",
                     "--known-hosts", self.known_hosts, "--password-file", self.write("password", "login-secret\n"),
                     "--limit", "stable=50"]
        if enable:
            arguments += ["--enable-file", self.write("enable", "enable-secret\n")]
        if "--strict" not in options:
            arguments += ["--accept-new"]
        for limit in limits:
            arguments += ["--limit", limit]
        arguments += [*(o for o in options if o != "--strict"), *([address] if isinstance(address, str) else address), "--", *commands]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=deadline_s, check=False)
        if done.returncode not in (0, 1) or (quiet and done.stderr):
            raise AssertionError(f"asatalk ended with {done.returncode}\n{done.stderr}{done.stdout}")
        return [json.loads(line) for line in done.stdout.splitlines()]
