#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Smooth scrolling: what a touchpad scrolls by, a program of a guest scrolls by, on a host with Xorg and such a device."""
import unittest

from case import ChainCase
from harness import wait_for
from probing import guest_home
from xorg import XorgDesktop

PROGRAM = """
import sys
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
window, log = Gtk.Window(title="scrolled"), open(sys.argv[1], "a", buffering=1)
window.set_default_size(300, 200)
window.add_events(Gdk.EventMask.SMOOTH_SCROLL_MASK)
def scrolled(_, event):
    print(*("%.4f" % delta for delta in event.get_scroll_deltas()[1:]), file=log)
    return True
window.connect("scroll-event", scrolled)
window.add(Gtk.Label(label="scrolled"))
window.show_all()
Gtk.main()
"""


class Scroll(ChainCase):
    desktop_class = XorgDesktop
    desktop_options = {"sound": False}

    def scrolled(self, guest, amounts):
        """A program is told of all of these; several may come as one."""
        d = self.d
        folder = guest_home(d, "demo") if guest else d.folder("home")
        log = folder / "scrolled"
        log.unlink(missing_ok=True)
        (folder / "scrolled.py").write_text(PROGRAM)
        before = {w.id for w in d.clients()}
        argv = ("sh", "-c", "exec /usr/bin/python3 ~/scrolled.py ~/scrolled")
        d.run_in("demo", *argv) if guest else d.spawn(*argv)
        window = wait_for("a window", lambda: [w for w in d.clients() if w.id not in before], 20)[0]
        wait_for("its pixels", lambda: d.painted(window))
        x, y, _, _ = d.geometry(window)
        d.xdotool("mousemove", str(x + 70), str(y + 60))
        for dx, dy in amounts:
            d.scroll(dx, dy)

        def told():
            lines = [tuple(map(float, line.split())) for line in log.read_text().splitlines()] if log.exists() else []
            return [sum(axis) for axis in zip(*lines)] or [0, 0]
        # A toolkit starts to count from the first of each axis.
        total = [sum(axis[1:]) / 120 for axis in ([a for a in axis if a] for axis in zip(*amounts))]
        wait_for(lambda: f"{total} to be scrolled by; it was {told()}",
                 lambda: all(abs(one - other) < 0.01 for one, other in zip(told(), total)))
        d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("its window to close", lambda: window.id not in {w.id for w in d.clients()})

    def test_parts_of_a_notch(self):
        for guest in (False, True):
            with self.subTest(guest=guest):
                self.scrolled(guest, [(0, 7)] * 20 + [(0, -45), (13, 0), (13, 5), (-90, 240)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
