#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Smooth scrolling: what a touchpad scrolls by, a program of a guest scrolls by, on a host with Xorg and such a device."""
import os
import pathlib
import socket
import struct
import unittest

from case import ChainCase
from harness import Failure, HostDesktop, wait_for
from probing import guest_home

PROGRAM = """
import sys
import gi
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
CONFIG = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
    Option "AutoAddGPU" "false"
EndSection
Section "Device"
    Identifier "dummy"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 1-100000
    VertRefresh 1-100000
EndSection
Section "Screen"
    Identifier "screen"
    Device "dummy"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual {width} {height}
    EndSubSection
EndSection
Section "InputDevice"
    Identifier "touchpad"
    Driver "inputtest"
    Option "DeviceType" "PointerAbsolute"
    Option "SocketPath" "{socket}"
EndSection
Section "InputDevice"
    Identifier "keyboard"
    Driver "inputtest"
    Option "DeviceType" "Keyboard"
    Option "SocketPath" "{socket}-keyboard"
EndSection
Section "ServerLayout"
    Identifier "host"
    Screen "screen"
    InputDevice "touchpad" "CorePointer"
    InputDevice "keyboard" "CoreKeyboard"
EndSection
"""
AXES = 64
CLIENT_VERSION, WAIT_FOR_SYNC, MOTION = range(3)  # xf86-input-inputtest-protocol.h


class XorgDesktop(HostDesktop):
    def start_xvfb(self):
        socket_path, config = self.base / "touchpad", self.base / "xorg.conf"
        config.write_text(CONFIG.format(width=self.size[0], height=self.size[1], socket=socket_path))
        server = next(p for p in ("/usr/lib/xorg/Xorg", "/usr/libexec/Xorg") if pathlib.Path(p).exists())
        r, w = os.pipe()
        self.spawn(server, "-displayfd", str(w), "-nolisten", "tcp", "-noreset", "-novtswitch", "-sharevts", "-keeptty",
                   "-config", str(config), "-configdir", str(self.folder("xorg.conf.d")),
                   "-logfile", str(self.base / "xorg-server.log"), "-dpi", "96", pass_fds=(w,))
        os.close(w)
        with os.fdopen(r) as numbers:
            number = numbers.readline()
        if not number:
            raise Failure(f"Xorg did not start: {(self.base / 'Xorg.log').read_text()}")
        self.touchpad = socket.socket(socket.AF_UNIX)
        wait_for("the touchpad", socket_path.exists)
        self.touchpad.connect(str(socket_path))
        self.touchpad.sendall(struct.pack("=IIHH", 12, CLIENT_VERSION, 1, 0))
        self.touchpad.recv(12)
        return f":{int(number)}"

    def scroll(self, dx, dy):
        """In the device's units, of which a notch has 120; done when the server has told of it."""
        mask = (4 if dx else 0) | (8 if dy else 0)
        values = [0.0] * AXES
        values[2:4] = dx, dy
        self.touchpad.sendall(struct.pack(f"=IIII I8B4x{AXES}d{AXES}d", 1056, MOTION, 0, 0, 0, mask, *[0] * 7,
                                          *values, *[0.0] * AXES))
        self.touchpad.sendall(struct.pack("=II", 8, WAIT_FOR_SYNC))
        self.touchpad.recv(8)


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
