#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program for tests with many windows, each of a size and a picture of its own, that it paints where it is told to and no
more (it has no background, and nothing keeps what is covered).

    painter.py FOLDER COUNT

reads versions from FOLDER/painter.do, a line each, with which those windows get another picture whose number has the
version's remainder by four, and says in FOLDER/painter.log what it painted."""
import os
import random
import select
import sys

from Xlib import X, Xatom, Xutil, display, xauth

# A guest's Xauthority is for any host name, which python-xlib does not know of (FamilyWild).
xauth.Xauthority.get_best_auth = lambda self, family, address, number, types=(): self.entries[0][3:5]


def size_of(i):
    return 100 + i % 37, 70 + i % 29


def place_of(i):
    return 30 + i % 20 * 85, 40 + i // 20 * 90


def picture(i, version):
    """32 bits a pixel, no two alike."""
    width, height = size_of(i)
    return random.Random(i * 1000 + version).randbytes(width * height * 4)


def changes(i, version):
    return i % 4 == version % 4


class Painter:
    def __init__(self, folder, count):
        self.d = display.Display()
        self.log = open(os.path.join(folder, "painter.log"), "a", buffering=1, encoding="utf-8")
        path = os.path.join(folder, "painter.do")
        os.mkfifo(path)
        os.chmod(path, 0o666)
        self.orders = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.pictures = [picture(i, 0) for i in range(count)]
        self.windows = [self.window(i) for i in range(count)]
        self.numbers = {w.id: i for i, w in enumerate(self.windows)}
        self.gc = self.windows[0].create_gc()

    def window(self, i):
        w = self.d.screen().root.create_window(*place_of(i), *size_of(i), 0, self.d.screen().root_depth,
                                               event_mask=X.ExposureMask)
        w.set_wm_name(f"painted {i}")
        w.set_wm_class("painter", "Painter")
        width, height = size_of(i)
        hints = [Xutil.USPosition | Xutil.USSize, *place_of(i), width, height, *[0] * 13]
        w.change_property(Xatom.WM_NORMAL_HINTS, Xatom.WM_SIZE_HINTS, 32, hints)
        w.map()
        return w

    def paint(self, i):
        self.windows[i].put_image(self.gc, 0, 0, *size_of(i), X.ZPixmap, self.d.screen().root_depth, 0, self.pictures[i])

    def drain(self):
        while self.d.pending_events():
            e = self.d.next_event()
            if e.type == X.Expose and e.count == 0:
                self.paint(self.numbers[e.window.id])

    def change(self, version):
        for i in range(len(self.windows)):
            if changes(i, version):
                self.pictures[i] = picture(i, version)
                self.paint(i)
        self.d.sync()
        print("painted", version, file=self.log)

    def run(self):
        while True:
            self.d.flush()
            if not self.d.pending_events():
                select.select([self.d.fileno(), self.orders], [], [])
            self.drain()
            try:
                for line in os.read(self.orders, 4096).split():
                    self.change(int(line))
            except BlockingIOError:
                pass


if __name__ == "__main__":
    Painter(sys.argv[1], int(sys.argv[2])).run()
