#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# wine_relay_host, or another program of the tests, with a wine prefix of its own.
#   relay.sh WINE64 AGENT_EXE|FOLDER [PROGRAM]
set -eu
WINEPREFIX=$(mktemp -d /tmp/casement-wine-XXXXXX)
WINEDEBUG=-all
WINEDLLOVERRIDES=mscoree,mshtml=
export WINEPREFIX WINEDEBUG WINEDLLOVERRIDES
finish() {
    "$(dirname "$1")/wineserver64" -k 2>/dev/null || true
    rm -rf "$WINEPREFIX"
}
trap 'finish "$1"' EXIT
"$1" wineboot -i >/dev/null 2>&1
# One server for all programs: each would start its own, with all services of Windows.
"$(dirname "$1")/wineserver64" -w
setsid "$(dirname "$1")/wineserver64" -p600 2>/dev/null
"$CASEMENT_BUILD/bin/${3:-wine_relay_host}" "$1" "$2"
