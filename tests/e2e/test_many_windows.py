#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two hundred windows of one guest: each shows what its program drew in it, above and below others, also what was drawn
while it was covered."""
import pathlib
import random
import shutil
import unittest

import numpy as np
from Xlib import X

from case import ChainCase
from harness import wait_for
from painter import changes, picture, size_of

COUNT = 200
PAINTER = pathlib.Path(__file__).with_name("painter.py")


class ManyWindows(ChainCase):
    desktop_options = {"sound": False}

    def setUp(self):
        shutil.copy(PAINTER, self.home() / "painter.py")
        self.versions = [0] * COUNT
        self.d.run_in("demo", "sh", "-c", f"exec /usr/bin/python3 ~/painter.py ~ {COUNT}")
        wait_for(lambda: f"{COUNT} windows; there are {len(self.d.clients())}", lambda: len(self.d.clients()) == COUNT, 120)
        titles = {self.d.title(w): w for w in self.d.clients()}
        self.windows = [titles[f"painted {i}"] for i in range(COUNT)]

    def tearDown(self):
        for pid in self.d.guest_pids("python3"):
            self.d.signal(pid, 15)
        wait_for("all windows to close", lambda: not self.d.clients(), 60)

    def expected(self, i):
        width, height = size_of(i)
        return np.frombuffer(picture(i, self.versions[i]), np.uint8).reshape(height, width, 4)[:, :, 2::-1]

    def paint(self, version):
        """The program draws a quarter of its windows anew."""
        log = self.home() / "painter.log"
        with open(self.home() / "painter.do", "w", encoding="utf-8") as orders:
            orders.write(f"{version}\n")
        wait_for(f"version {version} to be drawn", lambda: log.exists() and f"painted {version}\n" in log.read_text(), 30)
        self.versions = [version if changes(i, version) else old for i, old in enumerate(self.versions)]

    def on_top(self, i):
        window = self.windows[i]
        window.configure(stack_mode=X.Above)
        self.d.display.flush()
        wait_for(f"window {i} on top", lambda: self.d.clients()[-1].id == window.id)

    def each_is_right(self, chance):
        """Whatever of it was covered before, in an order of chance."""
        for i in chance.sample(range(COUNT), COUNT):
            self.on_top(i)
            self.assertEqual(self.d.geometry(self.windows[i])[2:], size_of(i))
            expected = self.expected(i)
            wait_for(lambda i=i, expected=expected: f"window {i} to show its version {self.versions[i]}; "
                     f"{(self.d.pixels(self.windows[i]) != expected).any(axis=2).sum()} pixels differ",
                     lambda i=i, expected=expected: np.array_equal(self.d.pixels(self.windows[i]), expected))

    def screen(self):
        """What is to be seen of all, one above the other, and where that is: frames are the window manager's."""
        numbers = {w.id: i for i, w in enumerate(self.windows)}
        width, height = self.d.size
        picture_of, known = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), bool)
        for window in self.d.clients():
            x, y, w, h = self.d.geometry(window)
            left, right, top, bottom = self.d.text_property(window, "_NET_FRAME_EXTENTS")
            known[max(y - top, 0):y + h + bottom, max(x - left, 0):x + w + right] = False
            inside = slice(max(y, 0), min(y + h, height)), slice(max(x, 0), min(x + w, width))
            known[inside] = True
            picture_of[inside] = self.expected(numbers[window.id])[inside[0].start - y:inside[0].stop - y,
                                                                   inside[1].start - x:inside[1].stop - x]
        return picture_of, known

    def all_are_right(self):
        expected, known = self.screen()
        self.assertGreater(known.sum(), 400_000)

        def differs():
            return ((self.d.pixels() != expected).any(axis=2) & known).sum()
        wait_for(lambda: f"all windows to show their versions: {differs()} of {known.sum()} pixels differ", lambda: not differs())

    def test_each_shows_what_its_program_drew(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        chance = random.Random(seed)
        self.all_are_right()
        self.each_is_right(chance)
        self.paint(1)  # of windows that others cover for the most part
        self.all_are_right()
        self.each_is_right(chance)
        # Under a native window that covers all of them.
        cover = self.d.root.create_window(0, 0, *self.d.size, 0, X.CopyFromParent, override_redirect=True, background_pixel=0x336699)
        cover.map()
        wait_for("the cover", lambda: (self.d.pixels() == (0x33, 0x66, 0x99)).all())
        for version in (2, 3, 4):
            self.paint(version)
        cover.destroy()
        self.all_are_right()
        # Minimised and back.
        some = chance.sample(range(COUNT), 20)
        for i in some:
            self.d.xdotool("windowminimize", str(self.windows[i].id))
        self.paint(5)
        for i in some:
            self.d.focus(self.windows[i])
        self.each_is_right(chance)
        self.all_are_right()


if __name__ == "__main__":
    unittest.main(verbosity=2)
