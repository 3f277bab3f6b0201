#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Windows that are not as usual, through the whole chain: larger than the screen, of one pixel, resizing themselves 100
times a second, 200 at once; right in the end, with bounded memory and nothing left behind."""
import os
import pathlib
import shutil
import time
import unittest

import numpy as np
from Xlib.error import XError
from Xlib.ext import shape

from case import ChainCase
from harness import holds, wait_for

RESIZES, LEAST_S = 400, 4
UNCUT = ("mutter",)  # whose frames take clicks beside round windows, too
SANITIZED = any(word in os.environ["CASEMENT_BUILD"] for word in ("asan", "tsan"))


def colours(width, height):
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([x & 255, y & 255, (x ^ y) & 255], axis=2).astype(np.uint8)


class OddWindows(ChainCase):
    desktop_options = {"size": (1280, 800), "sound": False}

    def count(self):
        """Of managed windows; None when they went while they were read."""
        try:
            return len(self.d.clients())
        except XError:
            return None

    def setUp(self):
        for program in ("odd_windows", "many_windows"):
            shutil.copy(self.d.build / "bin" / program, self.home() / program)

    def tearDown(self):
        for program in ("odd_windows", "many_windows"):
            for pid in self.d.guest_pids(program):
                self.d.signal(pid, 15)
        wait_for("all windows to close", lambda: self.count() == 0, 30)

    def start(self, *argv):
        known = {w.id for w in self.d.clients()}
        self.d.run_in("demo", "sh", "-c", "exec ~/" + " ".join(argv))
        return wait_for("its window", lambda: [w for w in self.d.clients() if w.id not in known], 20)[0]

    def pids(self):
        guest = self.d.guest()
        return {"session": guest["session_pid"], "view": guest["view_pid"], "remoteapp": self.d.guest_pids("casement-remoteapp")[0]}

    def rss_mib(self, pid):
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
        return (int(status["RssAnon"].split()[0]) + int(status["RssShmem"].split()[0])) / 1024

    def open_files(self, pid):
        return len(os.listdir(f"/proc/{pid}/fd"))

    def cpu_s(self, pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def shows(self, window, width, height):
        """The part of it that is on the screen, as its program painted it."""
        x, y, have_width, have_height = self.d.geometry(window)
        if (have_width, have_height) != (width, height):
            return False
        seen = self.d.pixels(rect=(max(x, 0), max(y, 0), min(x + width, 1280) - max(x, 0), min(y + height, 800) - max(y, 0)))
        expected = colours(width, height)[max(-y, 0):, max(-x, 0):][:seen.shape[0], :seen.shape[1]]
        return seen.shape == expected.shape and bool((seen == expected).all())

    def larger(self, window, opened=None, moved=None):
        """Where it is, and its far corner when it was resized and moved, with its pixels. opened, moved: where it is to be."""
        def is_at(place, least=0):
            return self.d.geometry(window)[2] > least and place in (None, self.d.geometry(window)) and \
                self.shows(window, *self.d.geometry(window)[2:])
        wait_for(lambda: f"its pixels at {opened}; it is at {self.d.geometry(window)}", lambda: is_at(opened), 20)
        opened = self.d.geometry(window)
        if self.d.wm == "mutter":  # lets no window be larger than the screen
            return (opened,)
        if opened[2] < 3000:  # xfwm4 maximises what has no room
            self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", "remove,maximized_vert,maximized_horz")
            self.d.run("xdotool", "windowsize", str(window.id), "3000", "2000")
        self.d.run("xdotool", "windowmove", str(window.id), "-1800", "-1300")
        wait_for(lambda: f"the pixels of its far corner at {moved}; it is at {self.d.geometry(window)}",
                 lambda: self.d.geometry(window)[0] < -1000 and is_at(moved, 2999), 20)
        return opened, self.d.geometry(window)

    def test_larger_than_the_screen(self):
        native = self.d.spawn(str(self.d.build / "bin/odd_windows"), "size", "3000", "2000")
        self.addCleanup(native.terminate)
        places = self.larger(wait_for("its window", self.d.clients)[0])
        native.terminate()
        wait_for("it to go", lambda: self.count() == 0)
        if self.d.wm == "i3":  # makes one that has no room as small as it may be, and gives it its size when it asks again
            places = (None, *places[1:])
        self.assertEqual(self.larger(self.start("odd_windows", "size", "3000", "2000"), *places)[-1], places[-1])

    def test_one_pixel(self):
        window = self.start("odd_windows", "size", "1", "1")
        wait_for(lambda: f"one pixel; it is {self.d.geometry(window)}", lambda: self.shows(window, 1, 1))

    def eyes(self, start):
        """xeyes' shape, and whether each place of some is the window's for the pointer, or what is below."""
        known = {w.id for w in self.d.clients()}
        start("xeyes", "-geometry", "300x200")
        window = wait_for("the eyes", lambda: [w for w in self.d.clients() if w.id not in known], 20)[0]
        self.d.xdotool("windowmove", "--sync", str(window.id), "400", "300")
        wait_for("their shape", lambda: len(window.shape_get_rectangles(shape.SK.Bounding).rectangles) > 20)
        x, y, width, height = self.d.geometry(window)
        wait_for("their whites", lambda: (self.d.pixels(window) == 0xff).all(axis=2).sum() > width * height / 4)

        def hit(place):
            self.d.xdotool("mousemove", str(x + place[0]), str(y + place[1]))
            child = self.d.root.query_pointer().child
            return child != 0 and holds(child, {window.id})
        if self.d.wm not in UNCUT:
            wait_for("the window manager to cut its frame", lambda: not hit((2, 2)))
        places = ((2, 2), (width // 4, height // 2), (width // 2, 2), (3 * width // 4, height // 2), (width - 2, height - 2))
        under = {place: hit(place) for place in places}
        rects = [(r.x, r.y, r.width, r.height) for r in window.shape_get_rectangles(shape.SK.Bounding).rectangles]
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("the eyes to go", lambda: window.id not in {w.id for w in self.d.clients()})
        return rects, under

    def test_eyes(self):
        """Round windows are as round as natively, and clicks beside them are for what is below."""
        native = self.eyes(lambda *argv: self.d.spawn(*argv))
        self.assertEqual(set(native[1].values()), {True} if self.d.wm in UNCUT else {True, False})
        self.assertEqual(self.eyes(lambda *argv: self.d.run_in("demo", *argv)), native)

    def test_resizing_itself_a_hundred_times_a_second(self):
        pids = self.pids()
        before = {n: self.rss_mib(pid) for n, pid in pids.items()}
        used = {n: self.cpu_s(pid) for n, pid in pids.items()}
        since = time.monotonic()
        window = self.start("odd_windows", "resize", str(RESIZES), "10000")
        wait_for("the end of it", lambda: self.d.title(window) == "done", 60)
        took = time.monotonic() - since
        self.assertGreaterEqual(took, LEAST_S)
        wait_for(lambda: f"its last size and pixels; it is {self.d.geometry(window)}", lambda: self.shows(window, 321, 234), 20)
        self.assertEqual(self.pids(), pids)
        for name, pid in pids.items():
            if not SANITIZED:
                self.assertLess(self.rss_mib(pid) - before[name], 24, name)
                self.assertLess(self.cpu_s(pid) - used[name], 0.8 * took, name)

    def test_two_hundred_at_once(self):
        first = self.start("odd_windows", "size", "200", "100")
        pids = self.pids()
        files = {n: self.open_files(pid) for n, pid in pids.items()}
        self.start("many_windows", "200")
        wait_for(lambda: f"201 windows; there are {self.count()}", lambda: self.count() == 201, 60)
        for pid in self.d.guest_pids("many_windows"):
            self.d.signal(pid, 15)
        wait_for(lambda: f"them to go; there are {self.count()}", lambda: self.count() == 1, 30)
        self.assertEqual(self.pids(), pids)
        for name, pid in pids.items():
            wait_for(lambda: f"files of {name} to be closed: {self.open_files(pid)} of {files[name]}",
                     lambda: self.open_files(pid) <= files[name] + 2)
        self.assertEqual([w["title"] for w in self.d.json("windows")], ["size"])
        wait_for("the pixels of the first one", lambda: self.shows(first, 200, 100))


if __name__ == "__main__":
    unittest.main(verbosity=2)
