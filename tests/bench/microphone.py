#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How much later a program in a guest hears the host's microphone than the same program on the host, in one run: clicks before
it, and when the piece of each recording that has them is read.

usage: microphone.py BUILD_DIR [--clicks N]     prints TSV: name, value, unit, limit, pass or FAIL
"""
import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import numpy as np  # noqa: E402
from harness import Failure, HostDesktop, glitches, left_of, wait_for  # noqa: E402

RATE, HZ = 48000, 1000
LATENCY_MS = 60
APART_S = 0.2  # less lies between a click's samples
LOUD = 0.2
PAREC = ("parec", "--format=s16le", f"--rate={RATE}", "--channels=2", "--latency-msec=10")


class Ear:
    """All of the sound, and when which of it was read."""

    def __init__(self, stream):
        self.stream, self.data, self.ends, self.times = stream, bytearray(), [], []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while piece := os.read(self.stream, 1 << 16):
            now = time.monotonic()
            self.data += piece
            self.ends.append(len(self.data) // 4)
            self.times.append(now)

    def clicks(self):
        """When the first sample of each was read."""
        loud = np.flatnonzero(np.abs(left_of(bytes(self.data))) > LOUD)
        first = loud[np.diff(loud, prepend=-RATE) > APART_S * RATE]
        return [self.times[int(np.searchsorted(self.ends, at, side="right"))] for at in first]


def play(desktop, samples):
    path = desktop.base / "clicks.raw"
    path.write_bytes((samples * 32767).astype("<i2").repeat(2).tobytes())
    with open(path, "rb") as source:
        return subprocess.Popen(["pacat", "--playback", "-d", "host", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=2",
                                 "--volume=65536", "--latency-msec=50"], env=desktop.env, stdin=source)


def clicks(count):
    parts = []
    for _ in range(count):
        parts.append(np.zeros(int((0.5 + random.uniform(0, 0.05)) * RATE)))
        parts.append(0.8 * np.sin(2 * np.pi * HZ * np.arange(RATE // 100) / RATE))
    return np.concatenate(parts + [np.zeros(RATE)])


def guest_ear(desktop):
    home = pathlib.Path(desktop.env["XDG_DATA_HOME"]) / "casement/guests/demo/home"
    os.mkfifo(home / "sound", 0o666)
    os.chmod(home / "sound", 0o666)
    stream = os.open(home / "sound", os.O_RDWR)
    desktop.run_in("demo", "sh", "-c", f"exec {' '.join(PAREC)} > sound")
    return Ear(stream)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--clicks", type=int, default=60)
    options = parser.parse_args()
    failed = False

    def line(name, value, unit, limit=None):
        nonlocal failed
        verdict = "" if limit is None else "pass" if value <= limit else "FAIL"
        failed |= verdict == "FAIL"
        print(f"{name}\t{value:.2f}\t{unit}\t{'' if limit is None else limit}\t{verdict}", flush=True)

    with HostDesktop(options.build) as desktop:
        desktop.add_guest("demo", "--set", "microphone=on")
        try:
            native = subprocess.Popen([*PAREC, "-d", "host.monitor"], env=desktop.env, stdout=subprocess.PIPE)
            floor, ours = Ear(native.stdout.fileno()), guest_ear(desktop)
            wait_for("sound in the guest", lambda: len(ours.data) > RATE * 8)
            play(desktop, clicks(options.clicks)).wait()
            wait_for("all clicks", lambda: len(ours.clicks()) == len(floor.clicks()) == options.clicks)
            later = sorted((b - a) * 1000 for a, b in zip(floor.clicks(), ours.clicks()))
            line("microphone_after_native", statistics.median(later), "ms", LATENCY_MS)
            line("microphone_after_native_p95", later[int(len(later) * .95)], "ms")
            before, before_native = len(ours.data), len(floor.data)
            play(desktop, 0.5 * np.sin(2 * np.pi * HZ * np.arange(20 * RATE) / RATE)).wait()
            wait_for("the tone's end", lambda: np.abs(left_of(bytes(ours.data[before:][-RATE * 2:]))).max() == 0 and len(ours.data) > before + 20 * RATE * 4)
            broken = len(glitches(left_of(bytes(floor.data[before_native:])), HZ))  # by what holds up the tone itself
            line("native_breaks_in_20_s", broken, "times")
            line("microphone_breaks_in_20_s", len(glitches(left_of(bytes(ours.data[before:])), HZ)), "times", broken)
            native.terminate()
        except Failure as problem:
            failed = True
            print(f"microphone\t\t\t\tFAIL: {problem}; {len(floor.clicks())} and {len(ours.clicks())} clicks", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
