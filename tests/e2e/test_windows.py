#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Windows of a guest's programs: identity, pixels, stacking, several programs of one session."""
import unittest

import numpy as np
from Xlib import X

from case import FEATHERPAD, MOUSEPAD, XTERM, ChainCase
from harness import wait_for

ENTRIES = (XTERM, MOUSEPAD, FEATHERPAD)


class Windows(ChainCase):
    def setUp(self):
        self.close_all()

    def close_all(self):
        for window in self.d.clients():
            self.d.display.create_resource_object("window", window.id).kill_client() \
                if "Native" in self.d.wm_class(window) else self.ask_to_close(window)
        wait_for(lambda: f"all windows to close: {[self.d.title(w) for w in self.d.clients()]}",
                 lambda: not self.d.clients())

    def ask_to_close(self, window):
        self.d.xdotool("windowactivate", str(window.id))
        self.send_close(window)

    def send_close(self, window):
        from Xlib.protocol import event
        protocols, delete = (self.d.display.intern_atom(n) for n in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        window.send_event(event.ClientMessage(window=window, client_type=protocols, data=(32, [delete, 0, 0, 0, 0])))
        self.d.display.flush()

    def native(self, colour, geometry):
        d = self.d
        known = {w.id for w in d.windows_of("NativeWindow")}
        d.spawn("xterm", "-class", "NativeWindow", "-bg", colour, "-fg", colour, "-cr", colour, "-ms", colour,
                "-geometry", geometry, "-e", "cat")
        return self.new_native(known)

    def new_native(self, known):
        return wait_for("native window", lambda: [w for w in self.d.windows_of("NativeWindow") if w.id not in known])[-1]

    def test_three_programs_each_with_its_identity(self):
        windows = [self.launch(entry) for entry in ENTRIES]
        self.assertEqual(len({w.id for w in windows}), 3)
        for window, entry in zip(windows, ENTRIES):
            self.assertIn(entry, self.d.wm_class(window))
            wait_for(f"a title of {entry}", lambda: self.d.title(window))
            wait_for(f"an icon of {entry}", lambda: self.d.text_property(window, "_NET_WM_ICON"))
        self.assertIn("mousepad", self.d.title(windows[1]).lower())
        listed = {w["app"] for w in self.d.json("windows")}
        self.assertLessEqual({"debian-xterm", "org.xfce.mousepad", "featherpad"}, listed)

    def test_further_programs_leave_the_first_windows_alone(self):
        first = self.launch(XTERM)
        session, view = self.d.guest()["session_pid"], self.d.guest()["view_pid"]
        first.change_attributes(event_mask=X.StructureNotifyMask | X.VisibilityChangeMask)
        self.d.display.sync()
        self.launch(MOUSEPAD)
        self.launch(FEATHERPAD)
        self.assertEqual((self.d.guest()["session_pid"], self.d.guest()["view_pid"]), (session, view))
        self.d.display.sync()
        while self.d.display.pending_events():
            event = self.d.display.next_event()
            if event.type in (X.UnmapNotify, X.DestroyNotify) and event.window.id == first.id:
                self.fail("the first window blinked")
        self.assertTrue(self.d.painted(first))

    def visible(self, window):
        """The window's area as the screen shows it."""
        x, y, width, height = self.d.geometry(window)
        return self.d.pixels(rect=(x, y, width, height))

    def raised_shows(self, window, reference):
        self.d.focus(window)

        def same():
            now = self.visible(window)
            return now.shape == reference.shape and (now == reference).mean() > 0.999
        wait_for("the raised window's own pixels, all of them", same)

    def test_overlapping_shows_no_foreign_pixel(self):
        guest = self.launch(XTERM)
        self.d.xdotool("windowmove", "--sync", str(guest.id), "200", "200")
        red = self.native("#ff0000", "40x10+250+250")
        self.d.focus(guest)
        own = wait_for("guest on top", lambda: not (self.visible(guest) == (255, 0, 0)).all(axis=2).any()
                       and self.visible(guest))
        for _ in range(3):
            self.d.focus(red)
            wait_for("red on top", lambda: (self.visible(red) == (255, 0, 0)).all())
            # The guest paints while it is covered.
            self.d.run_in("demo", "true")
            self.d.focus(guest)
            wait_for("no red in the guest's window",
                     lambda: not (self.visible(guest) == (255, 0, 0)).all(axis=2).any())
        self.raised_shows(guest, own)

    def test_restored_after_minimise(self):
        guest = self.launch(MOUSEPAD)
        self.d.focus(guest)
        wait_for("focus", lambda: self.d.text_property(self.d.root, "_NET_ACTIVE_WINDOW") == [guest.id])
        before = self.visible(guest)
        self.d.xdotool("windowminimize", str(guest.id))
        wait_for("minimised", lambda: guest.get_attributes().map_state != X.IsViewable)
        self.d.focus(guest)
        wait_for("the same pixels again", lambda: self.visible(guest).shape == before.shape and
                 (self.visible(guest) == before).mean() > 0.99)

    def test_guest_follows_resize_and_move(self):
        guest = self.launch(MOUSEPAD)
        for x, y, width, height in ((100, 120, 700, 500), (300, 50, 903, 611), (20, 40, 640, 480)):
            self.d.xdotool("windowsize", str(guest.id), str(width), str(height))
            self.d.xdotool("windowmove", str(guest.id), str(x), str(y))

            def followed():
                mine = [w for w in self.d.json("windows") if w["app"] == "org.xfce.mousepad" and not w["popup"]]
                return mine and (mine[0]["width"], mine[0]["height"]) == (width, height) and \
                    (mine[0]["x"], mine[0]["y"]) == self.d.geometry(guest)[:2]
            wait_for(lambda: f"the guest to follow: {self.d.json('windows')} against {self.d.geometry(guest)}", followed)

            def filled():
                row = self.visible(guest)[-3]
                return not (row == 0).all()
            wait_for("the new area painted", filled)

    def test_close_from_the_host_ends_the_program(self):
        guest = self.launch(MOUSEPAD)
        wait_for("program", lambda: self.d.guest_pids("mousepad"))
        self.send_close(guest)
        wait_for("the window to go", lambda: not self.d.windows_of(MOUSEPAD))
        wait_for("the program to end", lambda: not self.d.guest_pids("mousepad"))

    def test_menu_opens_at_its_place_and_closes(self):
        guest = self.launch(MOUSEPAD)
        self.d.focus(guest)
        before = self.visible(guest)
        x, y, _, _ = self.d.geometry(guest)
        self.d.xdotool("mousemove", str(x + 15), str(y + 12), "click", "1")

        def popups():
            return [w for w in self.d.root.query_tree().children
                    if (a := w.get_attributes()).override_redirect and a.map_state == X.IsViewable
                    and w.get_geometry().width > 50]
        menu = wait_for("the menu", popups)[-1]
        place = menu.get_geometry()
        self.assertLess(abs(place.x - x), 20)
        self.assertLess(abs(place.y - y), 60)
        wait_for("the menu's pixels", lambda: self.d.painted(menu))
        self.d.key("Escape")
        wait_for("the menu to close", lambda: not popups())
        wait_for("the window as before", lambda: (self.visible(guest) == before).mean() > 0.98)


class Twins(ChainCase):
    """The same program natively and through Casement shows the same pixels at the same size."""

    def environment(self):
        """The environment the guest's programs have, for the native twin."""
        self.d.run_in("demo", "sh", "-c", "env -0 > ~/env.part && mv ~/env.part ~/env")
        wait_for("the guest's environment", (self.home() / "env").exists)
        told = dict(e.split("=", 1) for e in (self.home() / "env").read_text().split("\0") if "=" in e)
        keep = ("LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP", "GTK_THEME", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE",
                "GDK_SCALE", "GDK_DPI_SCALE", "QT_SCALE_FACTOR", "XCURSOR_THEME", "XCURSOR_SIZE", "NO_AT_BRIDGE")
        return {k: told[k] for k in keep if k in told}

    def twin(self, entry, native_class, argv, size):
        d = self.d
        home = d.folder(f"twin-{native_class}")
        env = {k: v for k, v in d.env.items() if k not in ("LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP")}
        env.update(self.environment(), HOME=str(home), XDG_CONFIG_HOME=f"{home}/.config", XDG_DATA_HOME=f"{home}/.local/share")
        saved, d.env = d.env, env
        try:
            d.spawn(*argv)
        finally:
            d.env = saved
        native = d.window_of(native_class)
        d.run("gtk-launch", entry)
        guest = d.window_of(entry)
        for window in (native, guest):
            d.xdotool("windowsize", str(window.id), *map(str, size))
        wait_for(lambda: f"both at one size: {d.geometry(native)} {d.geometry(guest)}",
                 lambda: d.geometry(native)[2:] == d.geometry(guest)[2:] == size)
        d.spawn("xterm", "-class", "NativeFocus", "-e", "cat")
        d.focus(d.window_of("NativeFocus"))
        return native, guest

    def assert_same(self, native, guest, name):
        last = {}

        def same():
            last["n"], last["g"] = self.d.pixels(native), self.d.pixels(guest)
            return np.array_equal(last["n"], last["g"])
        try:
            wait_for(f"equal pixels of {name}", same, 8)
        except Exception:
            differs = (last["n"] != last["g"]).any(axis=2)
            ys, xs = np.nonzero(differs)
            self.fail(f"{name}: {differs.sum()} of {differs.size} pixels differ, "
                      f"in x {xs.min()}…{xs.max()}, y {ys.min()}…{ys.max()}")

    def raise_and_compare(self, native, guest, name):
        # Pixels of a covered window are not kept by this X server: compare side by side.
        self.d.xdotool("windowmove", str(native.id), "10", "40")
        self.d.xdotool("windowmove", str(guest.id), "960", "40")
        self.d.xdotool("windowmove", str(self.d.window_of("NativeFocus").id), "700", "800")
        self.assert_same(native, guest, name)

    def tearDown(self):
        for window in self.d.clients():
            window.kill_client() if "casement" not in self.d.wm_class(window)[1] else \
                Windows.send_close(self, window)
        wait_for("all windows to close", lambda: not self.d.clients())

    def test_xterm(self):
        self.raise_and_compare(*self.twin(XTERM, "XTerm", ["xterm"], (644, 388)), "xterm")

    def test_mousepad(self):
        self.raise_and_compare(*self.twin(MOUSEPAD, "Mousepad", ["mousepad"], (640, 480)), "mousepad")

    def test_featherpad(self):
        self.raise_and_compare(*self.twin(FEATHERPAD, "FeatherPad", ["featherpad"], (640, 480)), "featherpad")


if __name__ == "__main__":
    unittest.main(verbosity=2)
