# SPDX-License-Identifier: Apache-2.0
"""What is measured of a way (ways.py): each measure opens programs, looks at the host's screen and gives figures by name."""
import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import Failure, children_of, wait_for  # noqa: E402

PRESSES, FRAMES_S, LAUNCHES = 100, 5, 5
KEYS = ("640", "64", "1")
VIDEO_SIZE, VIDEO_4K_SIZE = (1920, 1080), (3840, 2160)
SMALL, SMALL_SIZE, SMALL_LAST = 50, (100, 100), (9 * 130 + 50, 4 * 150 + 50)  # as bench_target places them
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
WATCHERS = ("bench_probe", "slow_pipe")  # what only measures, or stands for a wire


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def cpu_ms():
    """Processor time so far, by process: all that were started from here, the X server of the host with them."""
    used = {}
    for pid in children_of(os.getpid()):
        try:
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        name, fields = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
        if name not in WATCHERS:
            used[pid] = (int(fields[11]) + int(fields[12])) * TICK_MS
    return used


class Measures:
    def __init__(self, way):
        self.way, self.d = way, way.d

    # ---- the screen

    def probe(self, *argv, timeout=120):
        return self.d.run("bench_probe", *(str(a) for a in argv), check=False, timeout=timeout).stdout.split()

    def place_of(self, place):
        return wait_for(f"barcode {place} on the screen", lambda: self.probe("find", place), 30, poll=0.1)

    def open_keys(self):
        """Where its barcodes are."""
        self.way.open("--at", "20", str(self.d.size[1] - 110), "--place", "10", "keys", *KEYS)
        at = self.place_of(10)
        self.way.activate()
        wait_for("the keyboard", lambda: self.probe("keys", *at, 1)[0] != "-1")
        return at

    def presses(self, at):
        values = [int(v) / 1000 for v in self.probe("keys", *at, PRESSES)]
        if values[-1] < 0:
            raise Failure(f"press {len(values)} was never seen")
        return values

    def open_frames(self, kind, width, height, rate):
        self.way.open("--at", "0", "0", "--place", "20", kind, str(width), str(height), str(rate))
        return self.place_of(20)

    # ---- measures

    def keys(self):
        values = self.presses(self.open_keys())
        return {"key_to_pixel_p50_ms": quantile(values, .5), "key_to_pixel_p99_ms": quantile(values, .99)}

    def frames(self, kind, width, height, rate, name=None):
        name = name or kind
        at = self.open_frames(kind, width, height, rate)
        before, since = cpu_ms(), time.monotonic()
        rows = self.probe("frames", *at, FRAMES_S)
        after, took = cpu_ms(), time.monotonic() - since
        used = sum(ms - before.get(pid, ms) for pid, ms in after.items())
        counts, ages = [int(v) for v in rows[::2]], [int(v) / 1000 for v in rows[1::2]]
        if not counts:
            raise Failure("no whole frame was seen")
        return {f"{name}_fps": len(counts) / FRAMES_S, f"{name}_cpu_ms_a_frame": used / len(counts) * FRAMES_S / took,
                f"{name}_draw_to_visible_p50_ms": quantile(ages, .5)}

    def video(self):
        return self.frames("video", *VIDEO_SIZE, 60)

    def video_4k(self):
        return self.frames("video", *VIDEO_4K_SIZE, 30, "video_4k")

    def scroll(self):
        return self.frames("scroll", *VIDEO_SIZE, 60)

    def camera(self):
        return self.frames("camera", *VIDEO_SIZE, 30)

    def keys_beside_video(self):
        self.open_frames("video", *VIDEO_SIZE, 60)
        return {"key_to_pixel_beside_video_p50_ms": quantile(self.presses(self.open_keys()), .5)}

    def small_windows(self):
        """Processor time of fifty windows that change ten times a second, in percent of a core, and how often one is seen to."""
        self.way.open("--at", "0", "0", "small", *(str(v) for v in SMALL_SIZE), "10")
        x, y = self.last_of_small()
        wait_for("fifty windows to change", lambda: int(self.probe("changes", x, y, 0, 1)[0]) > 0, 30)
        before, since = cpu_ms(), time.monotonic()
        changes = int(self.probe("changes", x, y, 0, FRAMES_S)[0])
        after, took = cpu_ms(), time.monotonic() - since
        used = sum(ms - before.get(pid, ms) for pid, ms in after.items())
        return {"fifty_windows_cpu_percent": used / took / 10, "fifty_windows_fps": changes / FRAMES_S}

    def last_of_small(self):
        """A pixel of the window that no other covers."""
        if not self.way.windows:
            return SMALL_LAST
        windows = wait_for("fifty windows", lambda: (lambda w: w if len(w) == SMALL else None)(
            [w for w in self.d.clients() if self.way.is_target(w)]), 30)
        x, y, _, _ = max((self.d.geometry(w) for w in windows), key=lambda g: (g[1], g[0]))
        return x + SMALL_SIZE[0] // 2, y + SMALL_SIZE[1] // 2

    def launch(self):
        """From the command to the program's pixels, once everything runs."""
        at = self.open_keys()
        took = []
        for _ in range(LAUNCHES):
            self.way.close()
            wait_for("the barcode to go", lambda: self.probe("gone", *at, 10), 10)
            watcher = self.d.spawn("bench_probe", "appear", *at, "30", log="appear")
            wait_for("the watcher", lambda: self.appeared("watching"))
            since = time.monotonic()
            self.way.open("--at", "20", str(self.d.size[1] - 110), "--place", "10", "keys", *KEYS)
            watcher.wait(30)
            took.append((float(self.appeared("appeared")) / 1e6 - since) * 1000)
            (self.d.base / "appear.log").unlink()
        return {"warm_launch_ms": quantile(took, .5)}

    def appeared(self, word):
        log = self.d.base / "appear.log"
        rows = [r.split() for r in log.read_text().splitlines()] if log.exists() else []
        return next((r[-1] for r in rows if r and r[0] == word), None)


ALL = ("keys", "video", "keys_beside_video", "scroll", "camera", "small_windows", "launch", "video_4k")
ON_4K = ("video_4k",)
