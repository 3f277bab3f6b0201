#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What casement-agent.exe takes from Windows: only what is in imports-xp.txt, each of which XP SP3 has.
#   imports.sh AGENT_EXE
set -eu
here=$(dirname "$0")
found=$(mktemp)
trap 'rm -f "$found"' EXIT
i686-w64-mingw32-objdump -p "$1" | awk '
    /DLL Name:/ { dll = tolower($3) }
    /^\t[0-9a-f]+ +<none> / { print dll "!" $4 } # binutils from 2.42 on
    /^\t[0-9a-f]+\t +[0-9]+  / { print dll "!" $3 }' | LC_ALL=C sort > "$found"
[ -s "$found" ] || { echo "imports: $1 names no imports: objdump's output has changed?" >&2; exit 1; }
new=$(LC_ALL=C comm -13 "$here/imports-xp.txt" "$found")
[ -z "$new" ] || { printf 'not known to be in Windows XP SP3 (look it up, then add it to imports-xp.txt):\n%s\n' "$new" >&2; exit 1; }
i686-w64-mingw32-objdump -p "$1" | grep -q 'MajorSubsystemVersion[[:space:]]*5' || { echo "imports: the subsystem is newer than XP's" >&2; exit 1; }
size=$(stat -c %s "$1")
[ "$size" -lt 409600 ] || { echo "imports: $size bytes, more than 400 KB" >&2; exit 1; }
