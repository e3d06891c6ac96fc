# SPDX-License-Identifier: MIT
"""The session against one misbehaving firewall at a time: logins, prompts, pages, refusals, limits, ends.

The server is paramiko's and its command line is a table, so that nothing of ours answers to ours.
"""

import os
import socket
import time

import tap
from scripted_asa import ScriptedAsa, host_key
from tap import equal

LONG = "show vpn-sessiondb detail l2l filter ipaddress 192.0.2.1"


def results(events):
    return [event for event in events if event["event"] == "result"]


def one_result(events):
    found = results(events)
    equal(len(found), 1, f"results in {events}")
    return found[0]


def closed(events, status, *words):
    last = events[-1]
    equal((last["event"], last["status"]), ("closed", status), f"the end of {events}")
    for word in words:
        assert word in last["error"], f"{word!r} is not in {last['error']!r}"


def happens(events, what):
    return [event["text"] for event in events if event["event"] == "event" and event["what"] == what]


def logs_in_enables_runs_and_leaves():
    with ScriptedAsa() as asa:
        events = asa.talk("show mode")
        result = one_result(events)
        equal(result["output"], "Security context mode: single \r\n")
        equal((result["status"], result["truncated"], result["prompt"]), ("ok", False, "fw1#"))
        equal(asa.typed, ["", "enable", "*" * 13, "terminal pager 0", "show mode", "exit"], "typed")
        equal(asa.logins, [("password", "vpntriage", "login-secret")])
        closed(events, "ok")


def a_login_at_privilege_15_is_asked_for_nothing():
    with ScriptedAsa(privileged_login=True) as asa:
        events = asa.talk("show mode")
        equal(asa.typed, ["", "terminal pager 0", "show mode", "exit"])
        closed(events, "ok")


def a_wrong_enable_password_is_sent_once():
    with ScriptedAsa(enable_password="another") as asa:
        events = asa.talk("show mode")
        closed(events, "enable", "enable was refused")
        equal([line for line in asa.typed if line.startswith("*")], ["*" * 13], "secrets typed")
        equal(results(events)[0]["status"] if results(events) else "closed", "closed")


def without_an_enable_password_the_user_prompt_is_no_place():
    with ScriptedAsa() as asa:
        events = asa.talk("show mode", enable=False)
        closed(events, "enable", "no enable password is configured")
        assert "enable" not in asa.typed


def a_wrong_password_is_sent_once():
    for options in ({"methods": "password"}, {"methods": "keyboard-interactive", "questions": ["Password: "]},
                    {"methods": "keyboard-interactive,password", "questions": ["Password: "]},
                    {"methods": "keyboard-interactive", "questions": ["Password: "], "ask_again": True}):
        with ScriptedAsa(password="another", **options) as asa:
            closed(asa.talk("show mode"), "auth", "login refused for user 'vpntriage'")
            equal(len(asa.logins), 1, f"logins with {options}: {asa.logins}")


def keyboard_interactive_with_one_question_is_answered():
    with ScriptedAsa(methods="keyboard-interactive", questions=["vpntriage@fw1's password: "]) as asa:
        closed(asa.talk("show mode"), "ok")
        equal(asa.logins, [("interactive", "", ["login-secret"])])


def keyboard_interactive_that_refuses_without_asking_gives_way_to_password():
    with ScriptedAsa(methods="keyboard-interactive,password", questions=None) as asa:
        closed(asa.talk("show mode"), "ok")
        equal(asa.logins, [("password", "vpntriage", "login-secret")])


def several_questions_are_not_answered():
    with ScriptedAsa(methods="keyboard-interactive", questions=["Password: ", "Token: "]) as asa:
        closed(asa.talk("show mode"), "auth", "asks 'Password: '")
        equal(asa.logins, [])


def a_public_key_comes_first():
    for kind, profile in (("ecdsa", "modern"), ("rsa", "legacy")):
        key = host_key(kind, 7)
        with ScriptedAsa(methods="publickey,password", user_key=key) as asa:
            path = asa.write("identity", "")
            key.write_private_key_file(path)
            closed(asa.talk("show mode", options=["--identity", path, "--algorithms", profile]), "ok")
            equal({login[0] for login in asa.logins}, {"publickey"})


def a_key_that_would_need_sha1_is_a_sentence():
    key = host_key("rsa", 7)
    with ScriptedAsa(methods="publickey", user_key=key) as asa:
        path = asa.write("identity", "")
        key.write_private_key_file(path)
        closed(asa.talk("show mode", options=["--identity", path]), "auth", "algorithms: legacy")


def a_key_with_a_passphrase_is_a_sentence():
    key = host_key("ecdsa", 7)
    with ScriptedAsa(methods="publickey", user_key=key) as asa:
        path = asa.write("identity", "")
        key.write_private_key_file(path, password="a passphrase")
        closed(asa.talk("show mode", options=["--identity", path]), "auth", "without a passphrase")


def a_public_key_that_is_refused_gives_way_to_the_password():
    key = host_key("rsa", 7)
    with ScriptedAsa(methods="publickey,password", user_key=host_key("rsa", 8)) as asa:
        path = asa.write("identity", "")
        key.write_private_key_file(path)
        closed(asa.talk("show mode", options=["--identity", path]), "ok")
        equal(asa.logins[-1], ("password", "vpntriage", "login-secret"))


def a_banner_with_pages_and_signs_is_read_to_its_end():
    with ScriptedAsa() as asa:
        asa.greeting = ["".join(f"line {n} #\r\n" for n in range(24)), asa.more, "this is fw1#\r\nnotice#", 0.02, "\r\n",
                        "".join(f"*** {n} >\r\n" for n in range(24)), asa.more, "Type help\r\n"]
        events = asa.talk("show mode")
        equal(one_result(events)["output"], "Security context mode: single \r\n")
        closed(events, "ok")


def prompts_of_all_styles_are_learnt():
    for hostname in ("ciscoasa", "act/Lab2/FWasa1", "hostname1/pri/act", "UK-ASA/pri/stbyNoFailover", "fw_1.example.net",
                     "A" * 63 + "/customer1"):
        with ScriptedAsa(hostname=hostname) as asa:
            events = asa.talk("show mode")
            equal(one_result(events)["prompt"], hostname + "#")
            closed(events, "ok")


def a_failover_switch_in_the_middle_is_an_event():
    with ScriptedAsa(hostname="fw1/pri/act") as asa:
        def switch(channel):
            asa.hostname = "fw1/pri/stby"
            return "Security context mode: single \n"
        asa.answers["show mode"] = switch
        events = asa.talk("show mode", "show version")
        equal([r["prompt"] for r in results(events)], ["fw1/pri/stby#"] * 2)
        equal(results(events)[0]["output"], "Security context mode: single \r\n")
        equal(happens(events, "prompt-changed"), ["fw1/pri/stby#"])
        closed(events, "ok")


def a_device_renamed_in_the_middle_is_found_again():
    with ScriptedAsa() as asa:
        def rename(channel):
            asa.hostname = "other"
            return "Security context mode: single \n"
        asa.answers["show mode"] = rename
        events = asa.talk("show mode", "show clock")
        equal(results(events)[0]["output"], "Security context mode: single \r\n")
        equal(happens(events, "prompt-changed"), ["other#"])
        closed(events, "ok")


def a_lost_privilege_is_an_event():
    with ScriptedAsa() as asa:
        def lose(channel):
            asa.enabled = False
            return ""
        asa.answers["show mode"] = lose
        events = asa.talk("show mode")
        equal(happens(events, "not-privileged"), ["fw1>"])


def a_configuration_mode_is_left_at_once():
    with ScriptedAsa(privileged_login=True, hostname="fw1(config)") as asa:
        closed(asa.talk("show mode"), "protocol", "configuration mode")
        equal(set(asa.typed), {"", "exit"})
    with ScriptedAsa() as asa:
        def configure(channel):
            asa.hostname = "fw1(config-if)"
            return "x\n"
        asa.answers["show mode"] = configure
        events = asa.talk("show mode", "show clock")
        equal(one_result(events)["status"], "protocol")
        closed(events, "protocol", "configuration mode")
        assert "show clock" not in asa.typed and "end" not in asa.typed


def contexts_are_walked():
    with ScriptedAsa(hostname="fw1/admin") as asa:
        def change(name):
            def answer(channel):
                asa.hostname = name
                return ""
            return answer
        asa.answers["changeto context customer1"] = change("fw1/customer1")
        asa.answers["changeto system"] = change("fw1")
        asa.answers["changeto context nobody"] = "ERROR: 'nobody' is not valid\n"
        events = asa.talk("changeto context customer1", "show mode", "changeto context nobody", "changeto system", "show mode")
        equal([(r["status"], r["prompt"]) for r in results(events)],
              [("ok", "fw1/customer1#"), ("ok", "fw1/customer1#"), ("rejected", "fw1/customer1#"), ("ok", "fw1#"), ("ok", "fw1#")])
        equal(happens(events, "prompt-changed"), [])
        closed(events, "ok")


def a_refused_pager_is_answered_page_by_page():
    with ScriptedAsa() as asa:
        asa.answers["terminal pager 0"] = "ERROR: Command authorization failed\n"
        asa.answers["show names"] = ["a\r\nb\r\n", asa.more, "   c\r\n", asa.more, "d\r\n"]
        result = one_result(asa.talk("show names", quiet=False))
        equal((result["output"], result["mores"]), ("a\r\nb\r\n   c\r\nd\r\n", 2))


def refusals_are_told_apart():
    with ScriptedAsa() as asa:
        asa.answers["show curpriv"] = "ERROR: Command authorization failed\n"
        asa.answers["show crypto ikev1 sa"] = "      ^\nERROR: % Invalid input detected at '^' marker.\n"
        asa.answers["show logging"] = "Syslog logging: enabled\nERROR: % Invalid input detected\n"
        events = asa.talk("show curpriv", "show crypto ikev1 sa", "show logging", "show mode")
        equal([r["status"] for r in results(events)], ["denied", "rejected", "ok", "ok"])
        closed(events, "ok")


def an_echo_that_scrolls_is_no_output():
    with ScriptedAsa() as asa:
        def redraw(channel):
            return "Session Type: x\n"
        asa.answers[LONG] = redraw
        asa.echo = False
        original = asa.read_line

        def scrolling(channel, stars=False):
            line = original(channel, stars)
            if not stars:
                asa.say(channel, line if len(line) < 40 else line[:60] + "\b" * 60 + "$" + line[-30:] + " " * 29)
                asa.say(channel, "\r\n")
            return line
        asa.read_line = scrolling
        events = asa.talk(LONG)
        equal(one_result(events)["output"], "Session Type: x\r\n")


def a_device_that_does_not_echo_is_understood():
    with ScriptedAsa(echo=False) as asa:
        events = asa.talk("show mode")
        equal(one_result(events)["output"], "Security context mode: single \r\n")
        closed(events, "ok")


def syslog_lines_are_taken_out():
    with ScriptedAsa() as asa:
        asa.answers["show mode"] = "%ASA-5-111008: User 'x'\nSecurity context mode: single \n%ASA-6-302013: Built\n"
        result = one_result(asa.talk("show mode"))
        equal((result["output"], result["async_lines"]), ("Security context mode: single \r\n", 2))


def a_syslog_line_behind_the_prompt_does_not_hang_it():
    with ScriptedAsa() as asa:
        asa.answers["show mode"] = ["x\r\n", "\rfw1# %ASA-5-111008: User 'x' executed y\r\n", 0.3]
        events = asa.talk("show mode", "show mode")
        equal([r["output"] for r in results(events)], ["x\r\n"] * 2)


def the_idle_device_hangs_up_and_is_called_again():
    with ScriptedAsa() as asa:
        asa.answers["show clock"] = lambda channel: [
            "10:00:00\r\n", asa.prompt(), 0.2, asa.hang_up]
        events = asa.talk("show clock", "sleep 2000", "show mode")
        equal([e["event"] for e in events if e["event"] != "event"], ["ready", "result", "closed", "ready", "result", "closed"])
        equal([e["status"] for e in events if e["event"] == "closed"], ["closed", "ok"])


def the_end_in_the_middle_of_an_output_is_not_its_end():
    with ScriptedAsa() as asa:
        asa.answers["show names"] = ["name 192.0.2.1 a\r\nname 192", asa.hang_up]
        events = asa.talk("show names")
        result = one_result(events)
        equal((result["status"], result["truncated"]), ("closed", True))
        equal(result["output"], "name 192.0.2.1 a\r\nname 192")
        closed(events, "closed")


def silence_has_a_limit():
    with ScriptedAsa() as asa:
        asa.answers["show names"] = ["name 192.0.2.1 a\r\n", 30]
        began = time.monotonic()
        events = asa.talk("show names", limits=["silence=300"])
        result = one_result(events)
        equal((result["status"], result["truncated"], result["output"]), ("timeout", True, "name 192.0.2.1 a\r\n"))
        closed(events, "timeout", "silence")
        assert time.monotonic() - began < 15


def slow_bytes_have_a_limit_and_the_rest_is_drained():
    with ScriptedAsa() as asa:
        asa.answers["show names"] = [part for n in range(20) for part in (f"name 192.0.2.{n} a\r\n", 0.05)]
        events = asa.talk("show names", limits=["cheap=300"])
        result = one_result(events)
        equal((result["status"], result["truncated"]), ("timeout", True))
        closed(events, "timeout", "took longer")
        equal(asa.typed[-1], "exit", "typed last")


def more_time_is_given_while_a_listing_comes():
    with ScriptedAsa() as asa:
        asa.answers["show route"] = [part for n in range(10) for part in ("C 10.0.0.0\r\n" * 100, 0.05)]
        events = asa.talk("show route", limits=["listing=100", "rate=10000"])
        equal(one_result(events)["status"], "ok")


def a_flood_has_a_limit():
    with ScriptedAsa() as asa:
        asa.answers["show names"] = ["x" * 1000 + "\r\n"] * 400
        events = asa.talk("show names", limits=["bytes=100000"])
        result = one_result(events)
        equal((result["status"], result["truncated"]), ("limit", True))
        assert len(result["output"]) < 200000, len(result["output"])
        closed(events, "limit")


def no_prompt_at_all_has_a_limit():
    for greeting in ("", "welcome\r\n", "Username: ", "x#" * 20):
        with ScriptedAsa(greeting=[greeting, 30]) as asa:
            closed(asa.talk("show mode", limits=["prompt=500"]), "timeout", "no prompt")


def a_device_that_does_not_hang_up_is_left_all_the_same():
    with ScriptedAsa(close_at_exit=False, answers={"exit": ""}) as asa:
        closed(asa.talk("show mode", limits=["leave=300"]), "ok")
        equal(asa.typed[-3:], ["exit"] * 3)


def nobody_listening_is_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with ScriptedAsa() as asa:
        asa.listener.close()
        asa.port = port
        closed(asa.talk("show mode"), "connect", "127.0.0.1", str(port), "refused")


def a_full_device_hangs_up_before_its_greeting():
    with ScriptedAsa(before_ssh=lambda connection: connection.close()) as asa:
        closed(asa.talk("show mode"), "connect")


def a_mute_port_has_a_limit():
    with ScriptedAsa(before_ssh=lambda connection: time.sleep(5)) as asa:
        closed(asa.talk("show mode", limits=["connect=300"]), "timeout", "no SSH greeting")


def something_else_than_ssh_is_a_sentence():
    def http(connection):
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 30)
        connection.close()
    with ScriptedAsa(before_ssh=http) as asa:
        status = asa.talk("show mode")[-1]["status"]
        assert status in ("connect", "protocol"), status


def the_second_address_is_tried():
    with ScriptedAsa() as asa:
        events = asa.talk("show mode", address=["127.0.0.2", "localhost"])
        closed(events, "ok")
        equal([e["address"] for e in events if e["event"] == "ready"], ["localhost"])


def a_name_that_does_not_resolve_is_a_sentence():
    with ScriptedAsa() as asa:
        closed(asa.talk("show mode", address="no-such-host.invalid"), "connect", "no-such-host.invalid", "resolved")


def the_offer_of_the_device_is_told_when_nothing_matches():
    with ScriptedAsa(kex=("diffie-hellman-group14-sha1",)) as asa:
        closed(asa.talk("show mode"), "algorithms", "key exchange", "diffie-hellman-group14-sha1", "algorithms: legacy")
        closed(asa.talk("show mode", options=["--algorithms", "legacy"]), "ok")
    with ScriptedAsa(ciphers=("3des-cbc",)) as asa:
        closed(asa.talk("show mode", options=["--algorithms", "legacy"]), "algorithms", "cipher", "3des-cbc", "ancient")
        closed(asa.talk("show mode", options=["--algorithms", "ancient"]), "ok")


def kexinit_lists(data):
    """The name-lists of a KEXINIT behind the version line (RFC 4253 section 7.1)."""
    packet = data[data.index(b"\n") + 1:]
    equal(packet[5], 20, "the first message")
    at, lists = 22, []
    for _ in range(10):
        length = int.from_bytes(packet[at:at + 4], "big")
        lists.append(packet[at + 4:at + 4 + length].decode().split(","))
        at += 4 + length
    return lists


def every_name_of_a_profile_is_really_offered():
    # libssh drops names it does not know without a word.
    modern = (["curve25519-sha256", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
               "diffie-hellman-group14-sha256", "diffie-hellman-group-exchange-sha256"],
              ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-256", "rsa-sha2-512"],
              ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr",
               "aes256-ctr"], ["hmac-sha2-256", "hmac-sha2-512"])
    legacy = (["diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1"], ["ssh-rsa"],
              ["aes128-cbc", "aes192-cbc", "aes256-cbc"], ["hmac-sha1"])
    ancient = (["diffie-hellman-group1-sha1"], [], ["3des-cbc"], [])
    profiles = {"modern": (modern,), "legacy": (modern, legacy), "ancient": (modern, legacy, ancient)}
    for profile, parts in profiles.items():
        seen = []

        def listen(connection):
            connection.sendall(b"SSH-2.0-Cisco-1.25\r\n")
            data = b""
            while len(data) < 400:
                data += connection.recv(4096)
            seen.append(data)
            connection.close()
        with ScriptedAsa(before_ssh=listen) as asa:
            asa.talk(options=["--algorithms", profile])
        lists = kexinit_lists(seen[0])
        for wanted, offered in zip(zip(*parts), (lists[0], lists[1], lists[2], lists[4])):
            names = [name for part in wanted for name in part]
            missing = [name for name in names if name not in offered]
            equal(missing, [], f"names of {profile} that are not offered")
        older = {"modern": legacy, "legacy": ancient}.get(profile, ([], [], [], []))
        for names, offered in zip(older, (lists[0], lists[1], lists[2], lists[4])):
            equal([name for name in names if name in offered], [], f"names beyond {profile}")


def host_keys_are_pinned():
    with ScriptedAsa() as asa:
        events = asa.talk("show mode", options=["--strict"])
        closed(events, "hostkey", "not known", "SHA256:")
        equal(asa.logins, [], "logins")
        events = asa.talk("show mode")
        equal(len(happens(events, "hostkey-added")), 1)
        events = asa.talk("show mode", options=["--strict"])
        closed(events, "ok")
        equal(happens(events, "hostkey-added"), [])
        asa.keys = [host_key("rsa", 1)]
        logins = len(asa.logins)
        for policy in ([], ["--strict"]):
            events = asa.talk("show mode", options=policy)
            closed(events, "hostkey", "changed")
            equal(events[-1]["error"].count("SHA256:"), 2, "fingerprints")
        equal(len(asa.logins), logins, "no secret goes to an unknown host")


def the_pinned_kind_of_key_is_asked_for():
    with ScriptedAsa() as asa:
        asa.talk("show mode")
        asa.keys = [host_key("ecdsa"), host_key()]
        closed(asa.talk("show mode", options=["--strict"]), "ok")


def a_terminal_that_is_refused_is_done_without():
    with ScriptedAsa(no_pty=True) as asa:
        closed(asa.talk("show mode"), "ok")


def keys_are_renegotiated_while_it_talks():
    def renegotiate(channel):
        channel.get_transport().renegotiate_keys()
    with ScriptedAsa() as asa:
        asa.answers["show names"] = ["name 192.0.2.1 a\r\n" * 1000, renegotiate, "name 192.0.2.2 b\r\n" * 1000, renegotiate]
        events = asa.talk("show names", "show mode", "show names")
        closed(events, "ok")
        equal([(r["status"], len(r["output"].splitlines())) for r in results(events)], [("ok", 2000), ("ok", 1), ("ok", 2000)])


def a_device_that_asks_for_ever_is_given_up():
    with ScriptedAsa() as asa:
        asa.answers["show names"] = lambda channel: ["<--- More --->\r\n<--- More --->", 0.001] * 2000
        events = asa.talk("show names", limits=["cheap=1000", "drain=500"])
        equal((one_result(events)["status"], events[-1]["status"]), ("timeout", "timeout"))


def hostile_bytes_do_no_harm():
    for noise in ("\x00" * 5000, "\x1b[2J\x1b[999;999H" * 500, "\b" * 9000, "\r" * 9000, "\xff\xfe" * 3000, "#" * 5000, ">\r" * 3000):
        with ScriptedAsa() as asa:
            asa.answers["show names"] = [noise + "\r\n"]
            events = asa.talk("show names", "show mode")
            equal([r["status"] for r in results(events)], ["ok", "ok"], repr(noise[:10]))
            equal(results(events)[1]["output"], "Security context mode: single \r\n")


if __name__ == "__main__":
    cases = [value for name, value in list(globals().items())
             if callable(value) and getattr(value, "__module__", "") == "__main__" and value.__code__.co_argcount == 0
             and not isinstance(value, type)]
    only = os.environ.get("ONLY")
    tap.run(*[case for case in cases if not only or only in case.__name__])
