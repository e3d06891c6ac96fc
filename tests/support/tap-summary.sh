#!/bin/sh
# SPDX-License-Identifier: MIT
# tap-summary.sh DRIVER OPTION…: automake's TAP driver, with one line for a program whose every case passed.
#
# What failed or was skipped is shown case by case, as the driver tells it; V=1 shows every case.
driver=$1
shift
said=$("${SHELL:-/bin/sh}" "$driver" "$@")
status=$?
plain=$(printf '%s\n' "$said" | sed 's/\033\[[0-9;]*m//g')
passed=$(printf '%s\n' "$plain" | grep -c '^PASS: ')
told=$(printf '%s\n' "$plain" | grep -v '^PASS: ')
for option in "$@"; do
    case ${previous:-} in --test-name) name=$option ;; --color-tests) color=$option ;; esac
    previous=$option
done
if [ -n "${V:-}" ]; then
    printf '%s\n' "$said"
else
    green='' off=''
    [ "${color:-no}" = yes ] && green=$(printf '\033[0;32m') off=$(printf '\033[m')
    [ "$passed" -eq 0 ] || printf '%sPASS%s: %-42s %4d\n' "$green" "$off" "$name" "$passed"
    [ -z "$told" ] || printf '%s\n' "$told"
fi
exit "$status"
