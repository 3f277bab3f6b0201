#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A touch screen: what a native program is told of fingers, a program of a guest is told, on a host with Xorg and one."""
import re
import unittest

import probing
from case import ChainCase
from harness import wait_for
from probing import guest_home
from xorg import TOUCH_BEGIN, TOUCH_END, TOUCH_UPDATE, XorgDesktop

PROGRAM = """
import re
import sys
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
window, log, fingers = Gtk.Window(title="touched"), open(sys.argv[1], "a", buffering=1), {}
window.set_default_size(300, 200)
def said(_, event):
    x, y = event.get_coords()[1:]
    sequence = re.sub(".* at ", "", str(event.get_event_sequence()))  # the finger's own; the object is another each time
    if event.type == Gdk.EventType.TOUCH_BEGIN:
        fingers[sequence] = len(fingers)
    print(event.type.value_nick, fingers.get(sequence), int(x), int(y), file=log)
    return True
window.add_events(Gdk.EventMask.TOUCH_MASK)
window.connect("touch-event", said)
window.add(Gtk.Label(label="touched"))
window.show_all()
Gtk.main()
"""


class Touch(ChainCase):
    desktop_class = XorgDesktop
    # The size in which the dummy driver begins, to which the touch screen's axes go.
    desktop_options = {"sound": False, "size": (1024, 768)}

    def home(self, guest):
        return guest_home(self.d, "demo") if guest else self.d.folder("home")

    def lines(self, guest):
        log = self.home(guest) / "touched"
        return log.read_text().splitlines() if log.exists() else []

    def open(self, guest):
        d = self.d
        (self.home(guest) / "touched").unlink(missing_ok=True)
        (self.home(guest) / "touched.py").write_text(PROGRAM)
        before = {w.id for w in d.clients()}
        argv = ("sh", "-c", "exec /usr/bin/python3 ~/touched.py ~/touched")
        d.run_in("demo", *argv) if guest else d.spawn(*argv)
        window = wait_for("a window", lambda: [w for w in d.clients() if w.id not in before], 20)[0]
        wait_for("its pixels", lambda: d.painted(window))
        return window

    def close(self, window):
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("its window to close", lambda: window.id not in {w.id for w in self.d.clients()})

    def touched(self, guest, touches):
        """What a program that knows fingers is told of these."""
        window = self.open(guest)
        left, top, _, _ = self.d.geometry(window)
        for finger, kind, x, y in touches:
            told = len(self.lines(guest))
            self.d.touch(finger, kind, left + x, top + y)
            wait_for(lambda: f"{finger, kind, x, y} to be told; it was {self.lines(guest)}",
                     lambda: len(self.lines(guest)) > told)
        self.close(window)
        return self.lines(guest)

    def same(self, touches):
        native = self.touched(False, touches)
        self.assertEqual(len(native), len(touches))
        self.assertEqual(self.touched(True, touches), native)

    def test_a_window_that_goes_under_a_finger(self):
        window = self.open(True)
        left, top, _, _ = self.d.geometry(window)
        self.d.touch(0, TOUCH_BEGIN, left + 50, top + 60)
        wait_for("the finger to be told", lambda: self.lines(True))
        self.close(window)
        self.d.touch(0, TOUCH_UPDATE, left + 70, top + 60)
        self.d.touch(0, TOUCH_END, left + 70, top + 60)
        self.same([(0, TOUCH_BEGIN, 150, 100), (0, TOUCH_END, 150, 100)])

    def test_ten_fingers(self):
        places = [(20 + 25 * i, 30 + 11 * i) for i in range(10)]
        self.same([(i, TOUCH_BEGIN, *at) for i, at in enumerate(places)] +
                  [(i, TOUCH_UPDATE, x + 7, y + 5) for i, (x, y) in enumerate(places)] +
                  [(i, TOUCH_END, x + 7, y + 5) for i, (x, y) in enumerate(places)])

    def test_a_finger_is_its_windows_until_it_goes(self):
        self.same([(0, TOUCH_BEGIN, 150, 100), (0, TOUCH_UPDATE, 420, 100), (1, TOUCH_BEGIN, 60, 60),
                              (0, TOUCH_UPDATE, -30, 150), (1, TOUCH_END, 60, 60), (0, TOUCH_END, -30, 150)])

    def test_a_program_with_a_pointer_alone(self):
        """It has the first finger as one."""
        if self.d.wm == "mutter":
            self.skipTest("mutter lets no finger be the pointer of a program that knows none, also natively")
        told = []
        for guest in (None, "demo"):
            probe = probing.Probe(self.d, f"probe-{guest}", guest)
            left, top, _, _ = self.d.geometry(probe.open(f"window-{guest}", (300, 200, 300, 200), "#00c000"))
            probe.mark()
            for finger, kind, x, y, heard in ((0, TOUCH_BEGIN, 50, 60, "button down 1 .*at=50,60"),
                                              (1, TOUCH_BEGIN, 150, 160, ""), (0, TOUCH_UPDATE, 90, 70, "motion 90 70"),
                                              (1, TOUCH_END, 150, 160, ""), (0, TOUCH_END, 90, 70, "button up 1 .*at=90,70")):
                self.d.touch(finger, kind, left + x, top + y)
                if heard:
                    probe.heard(heard)
            # A native press that the window manager replays has its own button in its state already.
            told.append([re.sub("state=.*at", "at", line.split(" ", 1)[1]) for line in probe.log("button")])
            probe.end()
        self.assertEqual(told[1], told[0])
        self.assertEqual(len(told[0]), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
