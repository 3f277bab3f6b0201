#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys by the host's layout: what is typed into a native program and into one of a guest is the same text."""
import pathlib
import re
import shutil
import signal
import unittest

from Xlib import X
from Xlib.ext import xtest

import probing
from case import ChainCase
from harness import wait_for
from probing import guest_home
from test_twins import Desktop
from twin_programs import FILES, PROGRAMS

# Key codes of the rows of a keyboard, and what is held with them.
LETTERS = [*range(10, 22), *range(24, 36), *range(38, 49), 49, 51, *range(52, 62), 94, 97, 132]
LEVELS = {"": (), "Shift": (50,), "AltGr": (108,), "both": (50, 108)}
KEYPAD = [*range(79, 92), 63, 82, 86, 104, 106]
MEDIA = [121, 122, 123, 171, 172, 173, 148, 163, 180, 225]
LAYOUTS = (("us", "", ""), ("de", "", ""), ("fr", "", ""), ("ru", "", ""), ("jp", "", "jp106"), ("us", "dvorak", ""))
# What users change by xmodmap.
REMAPS = ("remove Lock = Caps_Lock\nremove Control = Control_L\nkeysym Control_L = Caps_Lock\nkeysym Caps_Lock = Control_L\n"
          "add Lock = Caps_Lock\nadd Control = Control_L",
          "keycode 38 = b B",
          "keycode 24 = q Q q Q at Greek_OMEGA",
          "keycode 135 = ISO_Level3_Shift\nclear Mod3\nadd Mod5 = ISO_Level3_Shift",
          "keycode 66 = Escape\nclear Lock",
          "keycode 94 = dead_acute dead_diaeresis\nkeycode 61 = U2026 Cyrillic_ya",
          "keycode 39 = NoSymbol",
          "clear Mod1\nclear Mod4\nadd Mod1 = Super_L\nadd Mod4 = Alt_L Meta_L")
ENTER, ALT_SHIFT = 36, (64, 50)
# Mutter has shortcuts of its own with these (Super, Alt+`), and a native program misses some presses and releases of them.
TAKEN = {"mutter": ("50", "64", "108", "133")}


class KeyTwins(probing.Twins):
    """By Xlib alone: key codes, states and symbols."""
    def remap(self, script):
        self.d.run("xmodmap", "-", input=script + "\n")

    def same_keymap(self):
        """Waits until the guest's keys mean what the host's do, each one."""
        wait_for("the host's keys in the guest", lambda: self.native.keymap() == self.demo.keymap(), poll=0.05)

    def layout(self, layout, variant="", model="", options=""):
        self.d.run("setxkbmap", "-model", model or "pc105", "-layout", layout, "-variant", variant, "-option", "", *(
            ("-option", options) if options else ()))
        self.press(50)  # the X server has the state of the former map until a key is pressed

    def press(self, *codes):
        """The keys one after the other; those of a tuple together, the last one briefly."""
        for code in codes:
            together = code if isinstance(code, tuple) else (code,)
            for kind, keys in ((X.KeyPress, together), (X.KeyRelease, reversed(together))):
                for key in keys:
                    xtest.fake_input(self.d.display, kind, key)  # xdotool locks the first group
        self.d.display.sync()

    @staticmethod
    def has_focus(probe):
        told = re.findall(r" focus (in|out) ", probe.text())
        return bool(told) and told[-1] == "in"

    def told(self, probe, act, end):
        """What a program's window is told of keys while something is done, once it was told of the end."""
        self.d.focus(self.windows[probe])
        # A guest hears a moment later that the focus went, and nothing if it comes back within that.
        wait_for("one of the two to have the focus", lambda: [p for p in (self.native, self.demo) if self.has_focus(p)] == [probe])
        probe.mark()
        act()
        probe.heard(end)
        return [line.split(" ", 1)[1].split(" at=")[0] for line in probe.log("key")]

    def same(self, act, end):
        native = self.told(self.native, act, end)
        guest = self.told(self.demo, act, end)
        self.assertEqual(self.without_taken(guest, native), native)
        return native

    def without_taken(self, guest, native):
        """What the guest is told beyond a native program: modifiers that the window manager takes, each press with its release,
        since keys come with that modifier."""
        if self.d.wm not in TAKEN:
            return guest
        self.assertEqual(probing.unbalanced(guest, "key"), [])
        left, rest = list(native), []
        for line in guest:
            if left and line == left[0]:
                rest.append(left.pop(0))
            elif line.split()[2] not in TAKEN[self.d.wm]:
                rest.append(line)
        return rest

    def has_layout(self, probe, wanted):
        """Waits until a program's X server has the layout."""
        wait_for(lambda: f"layout {wanted} at {probe.name}: {probe.layout()}", lambda: probe.layout() == wanted)


class Keys(KeyTwins):
    remaps = REMAPS
    held = {**LEVELS, "Caps": (66,), "Control": (37,), "Menu": (135,), "Alt": (64,), "Super": (133,)}

    def test_every_key_on_every_level_of_every_layout(self):
        for layout, variant, model in LAYOUTS:
            with self.subTest(layout, variant=variant):
                self.layout(layout, variant, model)
                self.has_layout(self.demo, self.native.layout())
                presses = [(*held, key) for held in LEVELS.values() for key in LETTERS]
                seen = self.same(lambda: self.press(*presses, ENTER), "key up 36")
                self.assertGreater(len({line.split("sym=")[1] for line in seen}), 60)

    def test_keypad_and_media_keys(self):
        self.layout("us")
        self.has_layout(self.demo, self.native.layout())
        self.same(lambda: self.press(*KEYPAD, *MEDIA, ENTER), "key up 36")
        self.d.xdotool("key", "Num_Lock")
        try:
            self.same(lambda: self.press(*KEYPAD, ENTER), "key up 36")
        finally:
            self.d.xdotool("key", "Num_Lock")

    def test_a_layout_that_is_switched_while_typing(self):
        for layout in ("de", "ru", "us"):
            self.layout(layout)
            self.has_layout(self.demo, self.native.layout())
            self.same(lambda: self.press(29, 52, 20, ENTER), "key up 36")

    def test_groups_of_one_map(self):
        """Switched by the keys that switch it on the host: nothing is set anew there."""
        if self.d.wm == "mutter":
            self.skipTest("mutter lets no key switch the group")
        self.layout("us,ru", options="grp:alt_shift_toggle")
        self.has_layout(self.demo, self.native.layout())
        symbols = []
        for _ in range(3):
            symbols.append(self.same(lambda: self.press(38, ENTER), "key up 36"))
            self.d.focus(self.windows[self.native])
            self.press(ALT_SHIFT)
        self.layout("us")
        self.assertNotEqual(symbols[0], symbols[1])
        self.assertEqual(symbols[0], symbols[2])

    def test_xmodmap(self):
        presses = [(*keys, key) for keys in self.held.values() for key in (24, 25, 38, 39, 61, 94)]  # a lock ends as it was
        for layout, options in (("us", ""), ("de,ru", "grp:alt_shift_toggle")):
            for script in self.remaps:
                with self.subTest(layout, script=script):
                    self.layout(layout, options=options)
                    self.has_layout(self.demo, self.native.layout())
                    self.same_keymap()
                    plain = self.native.keymap()
                    self.remap(script)
                    self.press(50)
                    self.same_keymap()
                    self.assertNotEqual(self.native.keymap(), plain)
                    self.same(lambda: self.press(*presses, ENTER), "key up 36")
        self.layout("us")
        self.same_keymap()

    def test_repeats_as_the_host_does(self):
        """No key repeats in the guest by itself: the host's rate counts, and none comes twice."""
        self.layout("us")
        for delay, rate in ((250, 20), (300, 40)):
            self.d.run("xset", "r", "rate", str(delay), str(rate))
            counts = {}
            for probe, window in self.windows.items():
                self.d.focus(window)
                probe.heard("focus in")
                probe.mark()
                self.d.xdotool("keydown", "38", "sleep", "1.3", "keyup", "38")
                probe.heard("key up 38")
                probe.sync()
                counts[probe] = len(probe.log("key down 38"))
            native, guest = counts[self.native], counts[self.demo]
            self.assertLess(abs(native - guest), 3 + native // 10, f"{native} natively, {guest} in the guest")
            self.assertGreater(native, 10)
        self.d.run("xset", "r", "rate", "660", "25")

    def test_repeats_no_key_that_the_host_does_not(self):
        """Presses of the host's that repeat start the guest's own delay anew each time: none tells whether it has one."""
        self.layout("us")
        self.d.run("xset", "r", "off")
        self.addCleanup(self.d.run, "xset", "r", "on")
        self.assertEqual(self.same(lambda: self.d.xdotool("keydown", "38", "sleep", "1.3", "keyup", "38"), "key up 38"),
                         self.same(lambda: self.press(38), "key up 38"))


class Restarts(KeyTwins):
    """Keys that were changed before a program of the chain started."""
    def test_whoever_starts_again(self):
        self.layout("us")
        plain = self.native.keymap()
        for program in ("casement-view", "casement-session", "casement-remoteapp"):
            with self.subTest(program):
                pid = wait_for(program, lambda: self.d.pids(program))[0]
                self.d.signal(pid, signal.SIGSTOP)  # it tells nobody, and is told nothing
                self.remap(REMAPS[0] + "\n" + REMAPS[1])
                self.press(50)
                self.assertNotEqual(self.native.keymap(), plain)
                self.d.signal(pid, signal.SIGKILL)
                self.same_keymap()
                pid = wait_for(f"another {program}", lambda: [p for p in self.d.pids(program) if p != pid])[0]
                self.d.signal(pid, signal.SIGSTOP)
                self.layout("us")
                self.d.signal(pid, signal.SIGKILL)
                self.same_keymap()
                self.assertEqual(self.native.keymap(), plain)

    def test_ending_the_x_server_stays_the_hosts(self):
        self.layout("us", options="terminate:ctrl_alt_bksp")
        self.remap(REMAPS[1])
        self.press(50)
        ends = str(0xfed5)  # Terminate_Server
        wait_for("the other key", lambda: "[98,66" in self.demo.keymap())
        self.assertIn(ends, self.native.keymap())
        self.assertNotIn(ends, self.demo.keymap())
        self.layout("us")
        self.same_keymap()


class Text(ChainCase):
    """Through a toolkit or a terminal: dead keys and compose too."""
    desktop_options = {"sound": False}

    def typed(self, start, act, path):
        """What a terminal's program reads."""
        before = {w.id for w in self.d.clients()}
        start()
        window = wait_for("a terminal", lambda: [w for w in self.d.clients() if w.id not in before], 20)[0]
        wait_for("its pixels", lambda: self.d.painted(window))
        wait_for("its program", path.exists)
        self.d.focus(window)
        wait_for("focus", lambda: self.d.has_focus(window))
        act()
        text = wait_for("a line", lambda: path.read_text() if path.read_text().endswith("\n") else None)
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("the terminal to close", lambda: window.id not in {w.id for w in self.d.clients()})
        path.unlink()
        return text

    def both(self, act):
        argv = ("xterm", "-e", "sh", "-c", "cat > ~/typed")
        native = self.typed(lambda: self.d.spawn(*argv), act, self.d.folder("home") / "typed")
        guest = self.typed(lambda: self.d.run_in("demo", *argv), act, guest_home(self.d, "demo") / "typed")
        self.assertEqual(guest, native)
        return native

    def test_dead_keys_and_compose(self):
        d = self.d
        for layout, variant, options, words, text in (
                ("de", "", "", ("21", "26", "49", "38", "keydown", "50", "21", "keyup", "50", "26"), "éâè"),
                ("fr", "", "", ("34", "26", "keydown", "50", "34", "keyup", "50", "26"), "êë"),
                ("us", "intl", "", ("48", "26", "49", "38"), "éà"),
                ("us", "", "compose:ralt", ("108", "48", "26", "108", "38", "26"), "éæ")):
            with self.subTest(layout, variant=variant, options=options):
                d.run("setxkbmap", "-layout", layout, "-variant", variant, "-option", "", *(("-option", options) if options else ()))
                argv, verb = [], "key"
                for word in (*words, "36"):
                    if word.startswith("key"):
                        verb = word
                    else:
                        argv += [verb, word]
                        verb = "key"
                self.assertEqual(self.both(lambda: d.xdotool(*argv)), text + "\n")


WRITER = pathlib.Path(__file__).with_name("writer.py")
# Programs that write a file, which they save by Control and S or at each change; what is not installed is left out.
WRITES = '"$HOME/typed"'
EDITORS = {
    "GTK 3": ("mousepad", f"exec mousepad {WRITES}"),
    "Qt 5": ("featherpad", f"exec featherpad {WRITES}"),
    "Swing": ("jedit", f"{PROGRAMS['jedit'][-1]} {WRITES}"),
    "GTK 4": ("/usr/bin/python3", f'exec /usr/bin/python3 "$HOME/writer.py" gtk4 {WRITES}'),
    "Qt 6": ("/usr/bin/python3", f'exec /usr/bin/python3 "$HOME/writer.py" qt6 {WRITES}'),
}
S, CONTROL, SHIFT, ALTGR, E, A, X_KEY, Q = 39, 37, 50, 108, 26, 38, 53, 24
# What a running program's user types one after the other: layout, variant, options, keys, and what they are by the layout.
TYPED = (
    ("us", "", "", (E, A), "ea"),
    ("de", "", "", (21, E, 49, A, (SHIFT, 21), E, (ALTGR, E), (ALTGR, Q), 48, 20), "éâè€@äß"),
    ("fr", "", "", (34, E, (SHIFT, 34), E, (ALTGR, E), Q), "êë€a"),
    ("us", "intl", "", (48, E, 49, A, (SHIFT, 48), A, (ALTGR, E), (ALTGR, 14)), "éàäé€"),
    ("us,ru", "", "grp:alt_shift_toggle", (A, ALT_SHIFT, A, E, (SHIFT, Q), ALT_SHIFT, A), "aфуЙa"),
    ("us", "", "compose:ralt", (ALTGR, 48, E, ALTGR, A, E, ALTGR, 21, E, ALTGR, (SHIFT, 48), (SHIFT, A)), "éæ€Ä"),
    ("de", "nodeadkeys", "", (21, 49, A), "´^a"),
)


class Editors(KeyTwins):
    """Each toolkit makes text of keys in a way of its own: the same natively and through Casement, in a program that was
    running before the layout was set."""

    @staticmethod
    def text(path):
        try:
            text = path.read_text()
        except FileNotFoundError:  # some save by another file that takes its name
            text = ""
        has = re.findall("^has (.*)$", text, re.M)
        return has[-1] if has else text

    def texts(self, start, home):
        """What it made of each layout's keys, after which an x was typed."""
        self.layout("us")
        self.same_keymap()
        known = {w.id for w in self.d.clients()}
        start()
        window = wait_for("the program", lambda: [w for w in self.d.clients() if w.id not in known], 60)[-1]
        wait_for("its pixels", lambda: self.d.painted(window))
        self.d.focus(window)
        wait_for("focus", lambda: self.d.has_focus(window))
        path = home() / "typed"
        for i, (layout, variant, options, codes, _) in enumerate(TYPED, 1):
            self.layout(layout, variant, options=options)
            self.same_keymap()
            self.press(*codes, X_KEY, (CONTROL, S))
            wait_for(lambda: f"{i} lots of text; there is {self.text(path)!r}", lambda i=i: self.text(path).count("x") == i)
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("it to close", lambda: window.id not in {w.id for w in self.d.clients()})
        return [text.strip("\n") for text in self.text(path).split("x")[:-1]]  # some end a file by a line's end

    def test_text(self):
        desktop, home = Desktop(self), guest_home(self.d, "demo")
        for toolkit, (program, script) in EDITORS.items():
            name, argv = toolkit.replace(" ", ""), ("sh", "-c", script)
            files = {**FILES.get(program, {}), "writer.py": WRITER.read_text(), "typed": ""}
            with self.subTest(toolkit):
                if not shutil.which(program):
                    self.skipTest(f"no {program}")
                FILES[name] = files
                native = self.texts(lambda: desktop.start_native(name, argv), lambda: next(self.d.base.glob(f"twin-{name}-*")))
                desktop.settings(home, files)
                guest = self.texts(lambda: self.d.run_in("demo", *argv), lambda: home)
                self.assertEqual(guest, native)
                self.assertEqual(native, [text for *_, text in TYPED])


if __name__ == "__main__":
    unittest.main(verbosity=2)
