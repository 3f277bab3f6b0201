#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Windows of a guest's programs: identity, pixels, stacking, several programs of one session."""
import os
import pathlib
import subprocess
import time
import unittest

import numpy as np
from Xlib import X
from Xlib.protocol import event

from case import FEATHERPAD, MOUSEPAD, XTERM, ChainCase
from harness import Failure, wait_for

ENTRIES = (XTERM, MOUSEPAD, FEATHERPAD)


def send_close(d, window):
    """What a window manager's close button does."""
    protocols, delete = (d.display.intern_atom(n) for n in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
    window.send_event(event.ClientMessage(window=window, client_type=protocols, data=(32, [delete, 0, 0, 0, 0])))
    d.display.flush()


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
        self.d.run("xdotool", "windowactivate", str(window.id), check=False)  # mutter lists some that are gone
        send_close(self.d, window)

    def native(self, colour, geometry):
        d = self.d
        known = {w.id for w in d.windows_of("NativeWindow")}
        d.spawn("xterm", "-class", "NativeWindow", "-bg", colour, "-fg", colour, "-cr", colour, "-ms", colour,
                "-geometry", geometry, "-e", "sh", "-c", "printf '\\033[?25l'; cat")  # no cursor
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
            seen = self.d.display.next_event()
            if seen.type in (X.UnmapNotify, X.DestroyNotify) and seen.window.id == first.id:
                self.fail("the first window blinked")
        self.d.focus(first)
        wait_for("the first window's pixels", lambda: self.d.painted(first))

    def visible(self, window):
        """The window's area as the screen shows it."""
        x, y, width, height = self.d.geometry(window)
        return self.d.pixels(rect=(x, y, width, height))

    def seen(self, window):
        """The same once it is all there: mutter fades windows in."""
        wait_for("the window on the screen", lambda: (self.visible(window) == self.d.pixels(window)).all())
        return self.visible(window)

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
        wait_for("guest on top", lambda: not (self.visible(guest) == (255, 0, 0)).all(axis=2).any())
        own = self.visible(guest)
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
        if self.d.wm == "i3":
            self.skipTest("i3 minimises no window")
        guest = self.launch(MOUSEPAD)
        self.d.focus(guest)
        wait_for("focus", lambda: self.d.has_focus(guest))
        before = self.seen(guest)
        self.d.xdotool("windowminimize", str(guest.id))
        hidden = self.d.display.intern_atom("_NET_WM_STATE_HIDDEN")
        wait_for("minimised", lambda: hidden in (self.d.text_property(guest, "_NET_WM_STATE") or []))  # mutter unmaps none
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

    def test_what_the_program_did_stays_when_the_host_changes_a_state(self):
        guest = self.launch(XTERM)
        inside = ("xdotool", "search", "--class", "xterm", "windowsize", "400", "290")
        self.d.run_in("demo", *inside)
        wait_for("the size that came from the guest", lambda: self.d.geometry(guest)[2] < 420)
        before = self.d.geometry(guest)
        state = "sticky" if self.d.wm == "i3" else "above"  # of those that change no place, the one that i3 has
        self.d.run("wmctrl", "-i", "-r", hex(guest.id), "-b", f"add,{state}")
        told = self.home() / "states"

        def follows():
            self.d.run_in("demo", "sh", "-c", "xprop -id $(xdotool search --class xterm | tail -n 1) _NET_WM_STATE > ~/states")
            return told.exists() and state.upper() in told.read_text()
        wait_for("the guest to know of the state", follows)
        self.assertEqual(self.d.geometry(guest), before)

    def test_close_from_the_host_ends_the_program(self):
        guest = self.launch(MOUSEPAD)
        wait_for("program", lambda: self.d.guest_pids("mousepad"))
        send_close(self.d, guest)
        wait_for("the window to go", lambda: not self.d.windows_of(MOUSEPAD))
        wait_for("the program to end", lambda: not self.d.guest_pids("mousepad"))

    def test_menu_opens_at_its_place_and_closes(self):
        guest = self.launch(MOUSEPAD)
        self.d.focus(guest)
        before = self.seen(guest)
        x, y, _, _ = self.d.geometry(guest)
        self.d.xdotool("mousemove", str(x + 15), str(y + 12), "click", "1")
        menu = wait_for("the menu", self.d.popups)[-1]
        place = menu.get_geometry()
        self.assertLess(abs(place.x - x), 20)
        self.assertLess(abs(place.y - y), 60)
        wait_for("the menu's pixels", lambda: self.d.painted(menu))
        self.d.key("Escape")
        wait_for("the menu to close", lambda: not self.d.popups())
        wait_for("the window as before", lambda: (self.visible(guest) == before).mean() > 0.98)


class Owners(ChainCase):
    """A window is that of the entry it was started for, where WM_CLASS names another one."""

    def install(self, name, lines):
        entry = self.home() / f".local/share/applications/{name}.desktop"
        entry.parent.mkdir(parents=True, exist_ok=True)
        part = entry.with_suffix(".part")
        part.write_text(f"[Desktop Entry]\nType=Application\nName={name}\n{lines}\n")
        if os.geteuid() == 0:
            owner = self.home().stat()
            for path in [part, *[p for p in entry.parents if self.home() in p.parents]]:
                os.chown(path, owner.st_uid, owner.st_gid)
        part.rename(entry)
        published = f"casement.demo.{name}"
        wait_for(f"{published} in the host's menu",
                 (pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"applications/{published}.desktop").exists)
        return published

    def startup_ends(self):
        """Ids of the startup notifications that ended since it was called, as told to the root window."""
        d = self.d
        d.root.change_attributes(event_mask=X.PropertyChangeMask)
        begin, more = (d.display.intern_atom(n) for n in ("_NET_STARTUP_INFO_BEGIN", "_NET_STARTUP_INFO"))
        d.display.sync()
        texts = {}

        def ended():
            d.display.sync()
            while d.display.pending_events():
                seen = d.display.next_event()
                if seen.type != X.ClientMessage or seen.client_type not in (begin, more):
                    continue
                start = b"" if seen.client_type == begin else texts.get(seen.window.id, b"")
                texts[seen.window.id] = start + bytes(seen.data[1])
            return [t.split(b"\0")[0].decode() for t in texts.values() if t.startswith(b"remove:") and b"\0" in t]
        return ended

    def launch_owned(self, entry):
        """Launches with a startup id of ours, which is to end."""
        ended = self.startup_ends()
        startup_id = f"{entry}-{time.monotonic_ns()}_TIME0"
        known = {w.id for w in self.d.windows_of(entry)}
        self.d.run("env", f"DESKTOP_STARTUP_ID={startup_id}", "casement", "run", *entry.split(".", 2)[1:])
        window = self.new_window(entry, known)
        wait_for(lambda: f"the startup of {entry} to end: {ended()}", lambda: any(startup_id in t for t in ended()))
        return window

    def test_terminal_program_and_own_entries(self):
        entries = [self.install("in-terminal", "Exec=cat\nTerminal=true"),
                   self.install("own-program", "Exec=xterm -e sh -c \"echo own; exec cat\""),
                   self.install("own-shell", "Exec=xterm"), XTERM]
        windows = {entry: self.launch_owned(entry) for entry in entries}
        self.assertEqual(len({w.id for w in windows.values()}), len(entries))
        # What is typed into a terminal is itself.
        self.d.focus(windows[entries[2]])
        self.d.type("mousepad &")
        self.d.key("Return")
        self.new_window(MOUSEPAD)
        for entry, window in windows.items():
            self.assertEqual(self.d.wm_class(window), (entry, entry))

    def test_launched_again_while_it_runs(self):
        """A program that has one window for all: natively it is raised and active then."""
        seen = []
        for launch in (lambda: self.d.spawn("featherpad"), lambda: self.d.run("gtk-launch", FEATHERPAD)):
            launch()
            window = wait_for("its window", self.d.clients, 20)[-1]
            wait_for("its pixels", lambda: self.d.painted(window))
            self.d.spawn("xterm", "-class", "NativeWindow", "-e", "sleep", "100")
            other = wait_for("a window of the host's", lambda: [w for w in self.d.clients() if w.id != window.id])[-1]
            self.d.focus(other)
            self.d.run("sleep", "0.9")  # what the guest says within a second of a focus is taken for its echo
            self.d.run("sleep", "0.6")
            launch()
            active = lambda: self.d.text_property(self.d.root, "_NET_ACTIVE_WINDOW")[:1] == [window.id]  # noqa: E731
            wait_for(lambda: f"it to be active; {len(seen)} were", active)
            wait_for("no further window to be left", lambda: len(self.d.clients()) == 2)  # FeatherPad has one for a moment
            seen.append((active(), self.d.clients()[-1].id == window.id, self.d.asks_attention(window)))
            for w in self.d.clients():
                self.d.run("wmctrl", "-i", "-c", hex(w.id))
            wait_for("all windows to close", lambda: not self.d.clients())
        self.assertEqual(seen[1], seen[0])

    def test_launched_as_a_menu_does(self):
        entry = self.install("from-menu", "Exec=cat\nTerminal=true")
        self.launch(entry)


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

    def settings(self, home):
        """No blinking cursor, in either home."""
        config = home / ".config/gtk-3.0"
        config.mkdir(parents=True, exist_ok=True)
        (config / "settings.ini").write_text("[Settings]\ngtk-cursor-blink=0\n")
        owner = self.home().stat()
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid)

    def start_native(self, argv, native_class):
        """Starts the native twin, as the user that the guest's programs run as."""
        d, owner = self.d, self.home().stat()
        home = d.folder(f"twin-{native_class}")
        self.settings(home)
        env = {k: v for k, v in d.env.items() if k not in ("LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP")}
        env.update(self.environment(), HOME=str(home), XDG_CONFIG_HOME=f"{home}/.config",
                   XDG_DATA_HOME=f"{home}/.local/share", XDG_CACHE_HOME=f"{home}/.cache", XDG_RUNTIME_DIR=str(home))
        if os.geteuid() == 0:
            os.chmod(d.base, 0o711)
            argv = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups",
                    "dbus-run-session", "--", *argv]
        saved, d.env = d.env, env
        try:
            d.spawn(*argv, cwd=home)
        finally:
            d.env = saved
        return d.window_of(native_class)

    def twin(self, start, native_class, argv, size, guest_class):
        d = self.d
        self.settings(self.home())
        native = self.start_native(argv, native_class)
        start()
        guest = d.window_of(guest_class)
        d.xdotool("windowsize", "--sync", str(native.id), *map(str, size))
        size = d.geometry(native)[2:]  # what the program's size hints made of it
        d.xdotool("windowsize", str(guest.id), *map(str, size))
        wait_for(lambda: f"both at one size: {d.geometry(native)} {d.geometry(guest)}",
                 lambda: d.geometry(native)[2:] == d.geometry(guest)[2:])
        # Side by side: pixels of a covered window are not kept by this X server.
        d.xdotool("windowmove", str(native.id), "10", "40")
        d.xdotool("windowmove", str(guest.id), "960", "40")
        d.xdotool("mousemove", "900", "900")
        self.assert_same(native, guest, native_class, native, guest)
        self.assert_same(native, guest, f"{native_class}-unfocused", guest, native)

    def keep(self, picture, name):
        """Leaves a picture of what differs beside the build."""
        height, width, _ = picture.shape
        subprocess.run(["convert", "-size", f"{width}x{height}", "-depth", "8", "rgb:-", f"{self.d.build}/{name}.png"],
                       input=np.ascontiguousarray(picture).tobytes(), check=True)

    def looks(self, window, focused):
        """All pictures a window shows within a second and a half, while one is focused: a text cursor may blink."""
        self.d.focus(focused)
        seen, end = {}, time.monotonic() + 1.5
        while time.monotonic() < end:
            picture = self.d.pixels(window)
            seen[picture.tobytes()] = picture
        return seen

    def assert_same(self, native, guest, name, focused_for_native, focused_for_guest):
        last = {}

        def same():
            last["n"] = self.looks(native, focused_for_native)
            last["g"] = self.looks(guest, focused_for_guest)
            return last["n"].keys() & last["g"].keys()
        try:
            wait_for(f"equal pixels of {name}", same, 12)
        except Failure:
            pictures = {k: list(v.values())[-1] for k, v in last.items()}
            for which, picture in pictures.items():
                self.keep(picture, f"twin-{name}-{which}")
            differs = (pictures["n"] != pictures["g"]).any(axis=2)
            ys, xs = np.nonzero(differs)
            self.fail(f"{name}: {differs.sum()} of {differs.size} pixels differ, "
                      f"in x {xs.min()}…{xs.max()}, y {ys.min()}…{ys.max()}")

    def tearDown(self):
        for window in self.d.clients():
            if "casement" in self.d.wm_class(window)[1]:
                send_close(self.d, window)
            else:
                window.kill_client()
        wait_for("all windows to close", lambda: not self.d.clients())

    def test_xterm(self):
        argv = ["xterm", "-e", "sh", "-c", "echo Equal to the pixel; exec cat"]
        self.twin(lambda: self.d.run_in("demo", *argv), "XTerm", argv, (644, 388), XTERM)

    def test_mousepad(self):
        self.twin(lambda: self.d.run("gtk-launch", MOUSEPAD), "Mousepad", ["mousepad"], (640, 480), MOUSEPAD)

    def test_featherpad(self):
        self.twin(lambda: self.d.run("gtk-launch", FEATHERPAD), "FeatherPad", ["featherpad"], (640, 480), FEATHERPAD)


if __name__ == "__main__":
    unittest.main(verbosity=2)
