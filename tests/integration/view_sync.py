# SPDX-License-Identifier: Apache-2.0
"""_NET_WM_SYNC_REQUEST (EWMH 1.5): a window manager that resizes a window hears when its content has the new size."""
import ctypes
import struct
import time

from Xlib import X
from Xlib.protocol import event

import view_fixture as p
from view_fixture import ViewCase, main, picture, wait_for

LATE_S = 0.3  # the view answers for a guest that has not painted by then
SIZES = ((400, 260), (420, 280))


class Counters:
    """Of the X server's SYNC extension, by libXext: python-xlib has none."""

    def __init__(self, name):
        self.x, self.ext = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXext.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.dpy = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))
        major, minor = ctypes.c_int(), ctypes.c_int()
        assert self.ext.XSyncInitialize(self.dpy, ctypes.byref(major), ctypes.byref(minor))

    def value(self, counter):
        class Value(ctypes.Structure):
            _fields_ = [("hi", ctypes.c_int), ("lo", ctypes.c_uint)]
        found = Value()
        assert self.ext.XSyncQueryCounter(self.dpy, ctypes.c_ulong(counter), ctypes.byref(found))
        return found.hi << 32 | found.lo

    def close(self):
        self.x.XCloseDisplay(self.dpy)


class Sync(ViewCase):
    def setUp(self):
        super().setUp()
        self.counters = Counters(self.desktop.env["DISPLAY"])
        self.addCleanup(self.counters.close)
        self.window = self.v.show(1, (200, 200, 300, 200))
        self.v.session.drop_all()
        self.value = 1 << 32  # its upper half counts

    def counter(self):
        return self.counters.value(self.desktop.text_property(self.window, "_NET_WM_SYNC_REQUEST_COUNTER")[0])

    def resize(self, width, height):
        """As a window manager does; when it asked, and the serial of the place that the session is told."""
        d, self.value = self.desktop.display, self.value + 1
        since = time.monotonic()
        data = [d.intern_atom("_NET_WM_SYNC_REQUEST"), X.CurrentTime, self.value & 0xffffffff, self.value >> 32, 0]
        self.window.send_event(event.ClientMessage(window=self.window, client_type=d.intern_atom("WM_PROTOCOLS"), data=(32, data)))
        self.window.configure(width=width, height=height)
        d.sync()
        body = self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[4:] == (width, height))
        return since, body

    def commit(self, body, size):
        _, serial, x, y, _, _ = struct.unpack_from("=IIiiII", body)
        self.v.buffer(1, picture(*size))
        self.v.commit(1, (x, y, *size), configured=serial)

    def test_window_says_that_it_answers(self):
        protocols = self.desktop.text_property(self.window, "WM_PROTOCOLS")
        self.assertIn(self.desktop.display.intern_atom("_NET_WM_SYNC_REQUEST"), protocols)
        self.assertEqual(self.counter(), 0)

    def test_answered_with_the_content_and_not_before(self):
        """Only what happens before the view would answer for a guest that paints nothing tells the two apart."""
        sizes, seen = list(SIZES), {"early": None, "late": None}

        def answered_in_time():
            size = sizes[0]
            sizes.append(sizes.pop(0))
            since, body = self.resize(*size)
            before = self.counter()
            if time.monotonic() - since < LATE_S:
                seen["early"] = before != self.value - 1 and before != 0
            self.commit(body, size)
            wait_for("an answer", lambda: self.counter() == self.value)
            seen["late"] = time.monotonic() - since >= LATE_S
            return seen["early"] is not None and (seen["early"] or not seen["late"])
        wait_for(lambda: f"an answer to the content itself; {seen}", answered_in_time, 20)
        self.assertFalse(seen["early"], "answered before the content had its size")

    def test_answered_for_a_guest_that_paints_nothing(self):
        self.resize(400, 260)
        wait_for("an answer", lambda: self.counter() == self.value)


if __name__ == "__main__":
    main()
