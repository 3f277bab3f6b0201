#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What programs of a guest draw by: whether the host's screen has a compositor, now."""
import unittest

from case import ChainCase
from harness import COMPOSITING, wait_for

OWNER = """
import ctypes, os
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XInternAtom.argtypes = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
x.XGetSelectionOwner.argtypes = ctypes.c_void_p, ctypes.c_ulong
d = x.XOpenDisplay(None)
owner = x.XGetSelectionOwner(d, x.XInternAtom(d, b"_NET_WM_CM_S0", 0))
open("owner.part", "w").write("one" if owner else "none")
os.rename("owner.part", "owner")
"""


class Looks(ChainCase):
    def compositor_in_guest(self):
        """What a program of the guest finds."""
        told = self.home() / "owner"
        told.unlink(missing_ok=True)
        self.d.run_in("demo", "sh", "-c", f"cd; exec /usr/bin/python3 -c '{OWNER}'")
        return wait_for("the guest's answer", lambda: told.exists() and told.read_text())

    def test_compositor_comes_and_goes(self):
        if self.d.wm in COMPOSITING:
            return self.check_goes_and_comes_with_the_window_manager()
        self.assertEqual(self.compositor_in_guest(), "none")
        compositor = self.d.spawn("xcompmgr")
        wait_for("a compositor in the guest", lambda: self.compositor_in_guest() == "one", 20)
        compositor.terminate()
        return wait_for("none in the guest", lambda: self.compositor_in_guest() == "none", 20)

    def check_goes_and_comes_with_the_window_manager(self):
        self.assertEqual(self.compositor_in_guest(), "one")
        manager = next(p for p in self.d.started if self.d.wm in p.args)
        manager.terminate()
        manager.wait(10)
        wait_for("none in the guest", lambda: self.compositor_in_guest() == "none", 20)
        self.d.spawn(*self.d.wm_command())
        wait_for("a compositor in the guest", lambda: self.compositor_in_guest() == "one", 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
