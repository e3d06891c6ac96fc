#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The simulated firewalls in front of OpenSSH's client: each algorithm profile, by password, by keyboard-interactive and
# by public key, on a terminal (ssh -tt) and as an exec request, which a firewall does not serve.
set -u
command -v ssh >/dev/null && command -v ssh-keygen >/dev/null || { echo "1..0 # SKIP there is no OpenSSH client"; exit 0; }
asasim=${top_builddir:-build}/tests/asasim/asasim
dir=$(mktemp -d)
pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; wait; rm -rf "$dir"' EXIT

ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
cat >"$dir/world.yaml" <<END
world: openssh
seed: 3
history: 1h
defaults: { user: operator, password: "correct horse", enable: "battery staple", public_key: "$(cut -d' ' -f1,2 "$dir/key.pub")" }
devices:
  - { name: modern, version: 9.16(4)19, quirks: { auth: password } }
  - { name: single, version: 9.16(4)19, quirks: { algorithms: single, auth: keyboard-interactive } }
  - { name: legacy, version: 9.1(7)32, quirks: { algorithms: legacy } }
  - { name: ancient, version: 8.2(5)59, quirks: { algorithms: ancient, auth: password } }
tunnels:
  - { name: one, a: modern, b: single, ike: 1, traffic: { pps: 10 } }
END
"$asasim" --world "$dir/world.yaml" --state "$dir/state.json" --start-time 2026-01-05T08:00:00Z --frozen >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 600); do [ -f "$dir/state.json" ] && break; sleep 0.05; done
[ -f "$dir/state.json" ] || { echo "Bail out! asasim did not start: $(cat "$dir/log")"; exit 1; }

# Prints NAME's value of KEY (a port, a known_hosts line).
state() { "${PYTHON3:-python3}" -c 'import json,sys; d={x["name"]: x for x in json.load(open(sys.argv[1]))["devices"]}[sys.argv[2]]; v=d[sys.argv[3]]; print("\n".join(v) if isinstance(v, list) else v)' "$dir/state.json" "$1" "$2"; }
for name in modern single legacy ancient; do state $name known_hosts; done >"$dir/known_hosts"
printf '#!/bin/sh\necho "correct horse"\n' >"$dir/askpass"
chmod +x "$dir/askpass"
old='-oKexAlgorithms=+diffie-hellman-group1-sha1,diffie-hellman-group14-sha1 -oHostKeyAlgorithms=+ssh-rsa -oCiphers=+aes128-cbc,aes256-cbc,3des-cbc -oRequiredRSASize=1024'

# login NAME OPTIONS... : standard input goes to the terminal, what the firewall shows comes out. $request is for exec.
request=
login() {
    local name=$1
    shift
    # shellcheck disable=SC2086
    SSH_ASKPASS=$dir/askpass SSH_ASKPASS_REQUIRE=force timeout 60 ssh -F none -p "$(state "$name" port)" -oUserKnownHostsFile="$dir/known_hosts" \
        -oStrictHostKeyChecking=yes -oNumberOfPasswordPrompts=1 "$@" -oLogLevel=ERROR operator@127.0.0.1 $request 2>&1 | tr -d '\r'
}
typed() { printf 'enable\rbattery staple\rterminal pager 0\r'; printf '%s\r' "$@" exit; }

n=0
# check NAME TEXT PATTERN
check() {
    n=$((n + 1))
    if grep -qE -- "$3" <<<"$2"; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' <<<"$2"; failed=1; fi
}
failed=0
echo "1..11"

out=$(typed 'show version' 'show crypto ikev1 sa' | login modern -tt -oPubkeyAuthentication=no)
check "password login, terminal, enable" "$out" '^MODERN# show version'
check "a listing comes whole" "$out" 'State   : MM_ACTIVE'
check "the session ends by exit" "$out" '^Logoff'
out=$(typed 'show clock' | login single -tt -oPubkeyAuthentication=no -oPreferredAuthentications=keyboard-interactive)
check "keyboard-interactive login, one key exchange only" "$out" '^SINGLE# show clock'
# shellcheck disable=SC2086
out=$(typed 'sh cry isa sa' | login legacy $old -tt -i "$dir/key" -oPreferredAuthentications=publickey)
check "public key login to a box of group1 and SHA-1" "$out" '^There are no IKEv1 SAs'
# shellcheck disable=SC2086
out=$(typed 'show crypto ikev1 sa' 'show crypto isakmp sa' | login ancient $old -tt -oPubkeyAuthentication=no)
check "8.2 knows isakmp and not ikev1" "$out" "Invalid input detected at"
check "... and has a 1024-bit RSA key" "$(state ancient host_key | { read -r t k; printf '%s %s\n' "$t" "$k" >"$dir/k.pub"; ssh-keygen -lf "$dir/k.pub"; })" '^1024 '
out=$(login ancient -oLogLevel=INFO </dev/null)
check "today's algorithms alone are refused by it" "$out" 'no matching (key exchange|host key)'
out=$(request='show version' && login modern -oPubkeyAuthentication=no </dev/null)
check "an exec request gets the greeting and nothing else" "$out" "^Type help or '\?' for a list of available commands\.$"
out=$(typed 'show run tunnel-group' | login modern -tt -oPubkeyAuthentication=no)
check "keys are masked in the configuration" "$out" 'ikev1 pre-shared-key \*\*\*\*\*'
kill "$pid"
wait "$pid"
code=$?
pid=
check "the simulator stops at once on SIGTERM" "$code" '^0$'
exit $failed
