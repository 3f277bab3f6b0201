#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Passes bytes from stdin to stdout, so many megabytes a second at most, as a slower pipe would: what may go is counted in
steps of a millisecond, and no more than that waits here."""
import os
import sys
import time

RATE = float(sys.argv[1]) * 1e6
STEP_S = 0.001
last, may = time.monotonic(), 0.0
while True:
    now = time.monotonic()
    may = min(may + (now - last) * RATE, RATE * STEP_S)
    last = now
    if may < 4096:
        time.sleep((4096 - may) / RATE)
        continue
    data = os.read(0, int(may))
    if not data:
        break
    may -= len(data)
    while data:
        data = data[os.write(1, data):]
