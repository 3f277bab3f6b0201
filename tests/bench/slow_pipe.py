#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Passes bytes from stdin to stdout, so many megabytes a second at most, as a slower pipe would: what may go is counted in
steps of a millisecond, and no more than that waits here. Pipes both; bytes are moved from one to the other within the
kernel, so that this costs little of the time that is measured."""
import fcntl
import os
import pathlib
import sys
import time

RATE = float(sys.argv[1]) * 1e6
STEP_S = 0.001
LEAST = 4096
pathlib.Path("/proc/self/comm").write_text("slow_pipe")  # as measures.WATCHERS knows it
# As much as a step: what its reader has not taken is what waits.
for end in (0, 1):
    room = max(65536, 1 << int(RATE * STEP_S - 1).bit_length())
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, room)
last, may = time.monotonic(), 0.0
while True:
    now = time.monotonic()
    may = min(may + (now - last) * RATE, RATE * STEP_S)
    last = now
    if may < LEAST:
        time.sleep((LEAST - may) / RATE)
        continue
    moved = os.splice(0, 1, int(may))
    if not moved:
        break
    may -= moved
