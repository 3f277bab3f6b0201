#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pure parts ask nobody for anything but memory and strings: no files, sockets, clock, threads.
# usage: symbols.sh LIBRARY…
set -eu
allowed='^(mem(cpy|move|set|cmp|chr|mem)|str(len|nlen|cmp|ncmp|chr|rchr|cpy|ncpy|spn|cspn|dup|ndup)|malloc|calloc|realloc|free|qsort|bsearch|abort|__assert_fail|snprintf|__stack_chk_fail|__(mem|str|snprintf|vsnprintf)[a-z]*_chk|_GLOBAL_OFFSET_TABLE_|chan_.*|ctl_.*|model_.*|surface_.*|view_.*|__(asan|ubsan|tsan|sanitizer)_.*)$'
status=0
for lib in "$@"; do
    bad=$(nm --undefined-only --format=posix "$lib" 2>/dev/null | awk '$2 == "U" {print $1}' | sort -u | grep -Ev "$allowed" || true)
    [ -z "$bad" ] || { echo "$lib uses what a pure part may not:" $bad; status=1; }
done
exit $status
