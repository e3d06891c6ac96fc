#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The walls inside the tree, checked on what is really included and really linked.
#
# One row a wall: which files, what they must not include (an extended regular expression over the text between
# < > or " "), and why. Then the archives of lib/ are asked which symbols they need: a call of socket() needs
# no suspicious include, but it does need the symbol.
set -u
cd "${top_srcdir:?}" || exit 1
cases=0
failed=0

ok() { cases=$((cases + 1)); printf 'ok %d - %s\n' "$cases" "$1"; }
not_ok() {
    cases=$((cases + 1)); failed=1
    printf 'not ok %d - %s\n' "$cases" "$1"
    printf '%s\n' "$2" | head -20 | sed 's/^/# /'
}
# says WHAT HITS: a wall stands when nothing was found.
says() { if [ -z "$2" ]; then ok "$1"; else not_ok "$1" "$2"; fi; }

# sources FOLDER…: the C files and headers below them
sources() { find "$@" -name build -prune -o \( -name '*.c' -o -name '*.h' \) -print 2>/dev/null; }

# includes REGEX FILE…: the includes whose name matches, as file:line:text
includes() {
    local what=$1
    shift
    [ $# -gt 0 ] || return 0
    grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($what)[>\"]" "$@" || true
}

# wall WHY REGEX FOLDER…: nothing below these folders includes it
wall() {
    local why=$1 what=$2
    shift 2
    mapfile -t files < <(sources "$@")
    says "$why" "$(includes "$what" "${files[@]}")"
}

# A search that finds nothing proves something only when it can find.
if [ -n "$(includes 'base/str\.h' lib/base/addr.h)" ]; then
    ok 'an include that is there is found'
else
    not_ok 'an include that is there is found' 'lib/base/addr.h includes base/str.h, and the search does not see it'
fi

others() { # every folder with C in it, except those named
    local folder except=" $* "
    for folder in lib/*/ common daemon web cli tests; do
        folder=${folder%/}
        case "$except" in *" $folder "*) ;; *) printf '%s\n' "$folder" ;; esac
    done
}

# shellcheck disable=SC2046  # the folders are words
{
wall 'only lib/store sees SQLite'                  'sqlite3\.h'          $(others lib/store tests)
wall 'only daemon and tests see libssh and libuv'  '(libssh/.*|uv)\.h'   $(others daemon tests)
wall 'only web and tests see libmicrohttpd'        'microhttpd\.h'       $(others web tests)
wall 'lib includes no sockets, threads, loops, signals, processes or HTTP' \
     'sys/(socket|un|select|epoll|wait|mman|stat)\.h|netdb\.h|poll\.h|pthread\.h|threads\.h|signal\.h|uv\.h|curl/.*|syslog\.h|systemd/.*|unistd\.h|fcntl\.h' \
     $(others lib/store common daemon web cli tests)
wall 'the store includes no sockets, threads, loops or HTTP' \
     'sys/(socket|un|select|epoll|wait)\.h|netdb\.h|poll\.h|pthread\.h|threads\.h|signal\.h|uv\.h|curl/.*|syslog\.h|systemd/.*' lib/store
wall 'common includes nothing of the library but its vocabulary' '(asa|model|json|settings|store|config|detect|diagnose)/.*' common
}

for program in daemon web cli; do
    for other in daemon web cli; do
        [ "$program" = "$other" ] || wall "$program includes nothing of $other" "(\.\./)*$other/.*" "$program"
    done
done
wall 'lib and common include nothing of a program' '(\.\./)*(daemon|web|cli|tests)/.*' lib common

# Inside lib the dependencies point one way; a folder may include itself and what is named to its right.
may_include() {
    local folder=$1 allowed=" $1 $2 " other hits=''
    mapfile -t files < <(sources "lib/$folder")
    for other in lib/*/; do
        other=$(basename "$other")
        case "$allowed" in *" $other "*) ;; *) hits+=$(includes "(lib/)?$other/.*" "${files[@]}") ;; esac
    done
    says "lib/$folder includes only itself${2:+, }${2// /, }" "$hits"
}
known=
while read -r folder rest; do
    known+=" $folder"
    [ -d "lib/$folder" ] && may_include "$folder" "$rest"
done <<'END'
base
asa        base
config     asa base
model      config asa base
detect     model config asa base
diagnose   detect model config asa base
settings   base
json       diagnose detect model config asa base
store      model config base
END
unplaced=
for folder in lib/*/; do
    case "$known " in *" $(basename "$folder") "*) ;; *) unplaced+="$folder has no place in the order of tests/layers.sh"$'\n' ;; esac
done
says 'every folder of lib has its place in the order' "$unplaced"

# The simulator is the other side of every test: it must not share a parser's mistake.
mapfile -t files < <(sources tests/asasim)
says 'asasim includes nothing of lib but lib/base' "$(includes '(lib/)?(asa|config|model|detect|diagnose|settings|json|store)/.*|(daemon|web|cli|common)/.*' "${files[@]}")"

mapfile -t files < <(sources lib common daemon web cli)
says 'no SQL stands in a C string' \
    "$(grep -HnE '"[[:space:]]*((SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|ATTACH)[[:space:]]+[A-Za-z*(]|(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|VACUUM)[; ])' "${files[@]}")"

# What the archives need of the system, whatever they include.
needs() { # needs ARCHIVE REGEX
    [ -f "${top_builddir:?}/$1" ] || return 0
    nm --undefined-only "$top_builddir/$1" 2>/dev/null | awk '{ print $NF }' | sort -u | grep -xE "$2" | sed "s|^|$1 needs |"
}
outside='socket|connect|bind|listen|accept4?|send(to|msg)?|recv(from|msg)?|getaddrinfo|poll|epoll_.*|pthread_create|thrd_create|fork|v?fork|exec.*|posix_spawn.*|system|popen|sigaction|signal|alarm|kill|exit|_exit|syslog|uv_.*|ssh_.*|MHD_.*|curl_.*'
files_and_clocks='(f|fd|fre)?open(at)?(64)?|creat|read|write|unlink|rename|mkstemp|fgets|fread|json_(load|dump)_?f.*|time|clock(_gettime)?|gettimeofday|(nano|u)?sleep|localtime(_r)?|getenv|secure_getenv|isatty'
says 'libvpntriage.a calls no socket, thread, process, file, clock or environment' "$(needs lib/libvpntriage.a "$outside|$files_and_clocks|sqlite3_.*")"
says 'libvtstore.a calls no socket, thread, process or clock' "$(needs lib/libvtstore.a "$outside|time|clock(_gettime)?|gettimeofday|(nano|u)?sleep|getenv")"

# A path of one machine in a file is a program that works on one machine.
mapfile -t files < <(git ls-files 2>/dev/null | grep -vE '(package-lock\.json|\.lock)$')
if [ ${#files[@]} -eq 0 ]; then
    ok 'no file names a home or a workplace # SKIP not a git tree'
else
    says 'no file names a home or a workplace' \
        "$(grep -HnIE '(^|[^.A-Za-z0-9_/-])/(home|root|Users|w[o]rk|mnt|media)/[A-Za-z0-9_]' -- "${files[@]}")"
fi

printf '1..%d\n' "$cases"
exit "$failed"
