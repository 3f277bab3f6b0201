#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clipboard and primary selection between programs of the host and of a guest: every kind of content, much of it while
the user goes on working, and the policy of the guest."""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time
import unittest
import zlib

from Xlib import X

from case import XTERM, ChainCase
from harness import wait_for


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# 2×2 pixels with alpha: what a program gets must be the same bytes.
PNG = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 6, 0, 0, 0)) + \
    png_chunk(b"IDAT", zlib.compress(b"\0\xff\0\0\x80\0\xff\0\xff" b"\0\0\0\xff\xff\x12\x34\x56\x78")) + png_chunk(b"IEND", b"")
MULTIPLE = pathlib.Path(__file__).with_name("multiple.py")
MANAGER = pathlib.Path(__file__).with_name("clipboard_manager.py")
# Copies, and ends as GTK programs do: what it has is given to the clipboard manager, if there is one.
STORES = """
import os
import sys
import gi
gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk
clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
clipboard.set_text(sys.argv[1], -1)
clipboard.set_can_store(None)
def is_to_end():
    return os.path.exists(os.path.expanduser("~/end"))
if not is_to_end():
    GLib.timeout_add(20, lambda: Gtk.main_quit() if is_to_end() else True)
    Gtk.main()
clipboard.store()
open(os.path.expanduser("~/ended"), "w").close()
"""
PAIRS_MAX = 32  # of one request for several targets
HUGE = 64 * 1024 * 1024


class Selections(ChainCase):
    desktop_options = {"sound": False}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = cls.launch(cls(), XTERM)

    def copy_on_host(self, data, target="UTF8_STRING", selection="clipboard"):
        self.d.run("sh", "-c", f"xclip -selection {selection} -t '{target}' -i {self.source(data)} >/dev/null 2>&1")

    def source(self, data):
        path = self.d.base / "source"
        path.write_bytes(data)
        return path

    def copy_in_guest(self, data, target="UTF8_STRING", selection="clipboard"):
        (self.home() / "source").write_bytes(data)
        self.d.run_in("demo", "sh", "-c", f"xclip -selection {selection} -t '{target}' -i ~/source")

    def host_has(self, target="UTF8_STRING", selection="clipboard"):
        argv = ("timeout", "60", "xclip", "-selection", selection, "-t", target, "-o")
        return subprocess.run(argv, env=self.d.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def guest_has(self, target="UTF8_STRING", selection="clipboard", timeout=10):
        out = self.home() / "out"
        out.unlink(missing_ok=True)
        self.d.run_in("demo", "sh", "-c", f"xclip -selection {selection} -t '{target}' -o > ~/part; mv ~/part ~/out")
        wait_for("an answer in the guest", out.exists, timeout)
        return out.read_bytes()

    def both_ways(self, data, target, selection="clipboard"):
        self.copy_on_host(data, target, selection)
        wait_for(f"{target} of the host in the guest", lambda: self.guest_has(target, selection) == data, poll=0.1)
        data += b"<!-- back -->"
        self.copy_in_guest(data, target, selection)
        wait_for(f"{target} of the guest on the host", lambda: self.host_has(target, selection) == data, poll=0.1)

    def host_has_all(self, *targets, selection="CLIPBOARD"):
        """Of one request for several targets."""
        out = self.d.base / "multiple"
        out.unlink(missing_ok=True)
        self.d.run("timeout", "20", "/usr/bin/python3", str(MULTIPLE), str(out), selection, *targets)
        return json.loads(out.read_text())

    def guest_has_all(self, *targets, selection="CLIPBOARD"):
        out = self.home() / "multiple"
        out.unlink(missing_ok=True)
        shutil.copy(MULTIPLE, self.home() / "multiple.py")
        self.d.run_in("demo", "sh", "-c", f"exec timeout 20 /usr/bin/python3 ~/multiple.py ~/multiple {selection} {' '.join(targets)}")
        wait_for("an answer in the guest", out.exists, 20)
        return json.loads(out.read_text())

    def test_several_targets_at_once(self):
        """As X toolkits and clipboard managers ask (MULTIPLE): at both ends, what is refused among it, and in pieces."""
        text = "Grüße".encode()
        picture = PNG + os.urandom(1 << 20)  # more than one piece
        for selection in ("CLIPBOARD", "PRIMARY"):
            for copy, has, has_all in ((self.copy_in_guest, self.host_has, self.host_has_all),
                                       (self.copy_on_host, self.guest_has, self.guest_has_all)):
                copy(text, selection=selection.lower())
                wait_for("the text at the other end", lambda: has(selection=selection.lower()) == text, poll=0.1)
                results = has_all("TIMESTAMP", "UTF8_STRING", "image/png", "MULTIPLE", "STRING", "TARGETS", selection=selection)
                times, utf8, png, nested, latin1, targets = results
                self.assertEqual((utf8, png, nested, latin1),
                                 (["UTF8_STRING", text.decode("latin-1")], None, None, ["STRING", "Grüße"]))
                self.assertTrue({"TARGETS", "MULTIPLE", "TIMESTAMP", "UTF8_STRING"} <= set(targets[1]), targets)
                self.assertEqual(targets[1], has_all("TARGETS", selection=selection)[0][1])
                self.assertEqual(times, has_all("TIMESTAMP", selection=selection)[0])
                most = ["UTF8_STRING"] * PAIRS_MAX
                self.assertEqual(has_all(*most, selection=selection), [utf8] * PAIRS_MAX)
                self.assertEqual(has_all(*most, "UTF8_STRING", selection=selection), "refused")
                copy(picture, "image/png", selection.lower())
                wait_for("the picture at the other end", lambda: has("image/png", selection.lower()) == picture, poll=0.1)
                whole = ["image/png", picture.decode("latin-1")]
                self.assertTrue(has_all("image/png", "UTF8_STRING", "image/png", selection=selection) == [whole, None, whole])

    def test_the_hosts_clipboard_manager_keeps_what_a_guest_had(self):
        """xclipboard takes the clipboard from each owner and has its text from then on, as natively."""
        d = self.d
        manager = d.spawn("xclipboard")
        self.addCleanup(manager.wait)
        self.addCleanup(manager.terminate)
        window = d.window_of("XClipboard")
        clipboard = d.display.get_atom("CLIPBOARD")

        def managed():
            """The owner is a window inside of the manager's."""
            owner = d.display.get_selection_owner(clipboard)
            while owner not in (X.NONE, d.root, window):
                owner = owner.query_tree().parent
            return owner == window
        wait_for("xclipboard to own the clipboard", managed)
        for text in (b"of the guest", b"of the guest again"):
            self.copy_in_guest(text)
            wait_for("xclipboard to have it", lambda: self.host_has() == text and managed(), poll=0.1)
            wait_for("the guest to have it from there", lambda: self.guest_has() == text, poll=0.1)

    def test_a_program_that_ends_takes_what_it_had(self):
        """Without a clipboard manager on the host, as natively; with one it is the manager's by then (above)."""
        clipboard = self.d.display.get_atom("CLIPBOARD")
        for copy in (self.copy_on_host, self.copy_in_guest):
            copy(b"not for long")
            for reads in (self.host_has, self.guest_has):
                wait_for("the text", lambda: reads() == b"not for long", poll=0.1)
            if copy == self.copy_on_host:
                self.d.display.get_selection_owner(clipboard).kill_client()
                self.d.display.sync()
            else:
                for pid in self.d.guest_pids("xclip"):
                    self.d.signal(pid, signal.SIGTERM)
            wait_for("the host to have none", lambda: self.d.display.get_selection_owner(clipboard) == X.NONE, poll=0.1)
            for reads in (self.host_has, self.guest_has):
                wait_for("no text any more", lambda: reads() == b"", poll=0.1)
            # Nor does the guest say that it has what the host has no more.
            self.assertEqual(self.d.display.get_selection_owner(clipboard), X.NONE)

    def store(self, home, start, text, at_once):
        """A GTK program that copies and ends; done when it has."""
        for name in ("end", "ended"):
            (home / name).unlink(missing_ok=True)
        (home / "stores.py").write_text(STORES)
        if at_once:
            (home / "end").touch()
        start("sh", "-c", f"exec /usr/bin/python3 ~/stores.py '{text}'")
        if not at_once:
            wait_for("the text on the host", lambda: self.host_has() == text.encode(), poll=0.1)
            (home / "end").touch()
        wait_for("the program to end", (home / "ended").exists, 20)

    def stores(self, text, at_once=False):
        """Natively and in the guest; what the host has after each, which is not what it had before."""
        found = []
        for home, start in ((self.d.folder("home"), self.d.spawn),
                            (self.home(), lambda *argv: self.d.spawn("casement", "run", "demo", "--", *argv))):
            self.store(home, start, f"{text} {len(found)}", at_once)
            found.append(self.host_has())
        return found

    def test_a_clipboard_manager_is_asked_to_keep(self):
        """SAVE_TARGETS of a guest's program reaches the host's manager, and it has the text once the program has ended."""
        manager_atom = self.d.display.get_atom("CLIPBOARD_MANAGER")

        def owner():
            return self.d.display.get_selection_owner(manager_atom)
        manager = self.d.spawn("/usr/bin/python3", str(MANAGER))
        self.addCleanup(manager.wait)
        self.addCleanup(manager.terminate)
        wait_for("the manager", owner)
        for text, at_once in (("Grüße, für später", False), ("kopiert und beendet", True), ("noch einmal", True)):
            with self.subTest(text):
                self.assertEqual(self.stores(text, at_once), [f"{text} {n}".encode() for n in range(2)])
        wait_for("it in the guest", lambda: self.guest_has() == f"{text} 1".encode(), poll=0.1)
        manager.terminate()
        manager.wait()
        wait_for("no manager", lambda: owner() == X.NONE)

    def test_text_as_it_is(self):
        self.both_ways("lines\nend\r\nas they do\n\u202bعربي 🙂\n".encode(), "UTF8_STRING")

    def test_html(self):
        self.both_ways("<p style='color:red'>Grüße</p>".encode(), "text/html")

    def test_pictures(self):
        self.both_ways(PNG, "image/png")
        self.both_ways(b"BM" + bytes(range(200)), "image/bmp")

    def test_a_picture_in_the_form_that_is_asked_for(self):
        self.copy_in_guest(PNG, "image/png")
        wait_for("the picture on the host", lambda: self.host_has("image/png") == PNG, poll=0.1)
        bmp = self.host_has("image/bmp")
        (self.d.base / "picture.bmp").write_bytes(bmp)
        (self.d.base / "picture.png").write_bytes(PNG)

        def pixels(name):
            return self.d.run("convert", str(self.d.base / name), "txt:-").stdout
        self.assertEqual(pixels("picture.bmp").splitlines()[1:], pixels("picture.png").splitlines()[1:])

    def test_primary(self):
        self.copy_on_host(b"stays")
        self.both_ways(b"selected", "UTF8_STRING", "primary")
        self.assertEqual(self.host_has(), b"stays")

    def test_select_and_middle_click(self):
        """As users do: a word selected in the guest's window, and the host's put in by the middle button."""
        d = self.d
        d.focus(self.window)
        d.type("clear; echo; echo; echo marked; cat > middle.txt")
        d.key("Return")
        x, y, width, height = d.geometry(self.window)

        def row():
            """Of the first text: the word alone is there when its neighbour's row is empty."""
            picture = d.pixels(self.window)[:, :width - 20]
            rows = (picture != picture[height - 1, 0]).any(axis=(1, 2)).nonzero()[0]
            return int(rows[0]) + 3 if len(rows) and rows[0] > 15 else None
        at = wait_for("the word in the guest's terminal", row)
        d.xdotool("mousemove", str(x + 12), str(y + at), "click", "--repeat", "2", "--delay", "40", "1")

        def selected():
            return self.host_has(selection="primary") == b"marked"
        wait_for("the word selected in the guest on the host", selected, 30)
        self.copy_on_host(b"from-the-host", selection="primary")
        wait_for("the host's selection", lambda: self.guest_has(selection="primary") == b"from-the-host", poll=0.1)
        d.xdotool("mousemove", str(x + 12), str(y + 20), "click", "2")
        d.key("Return")
        d.key("ctrl+d")
        path = self.home() / "middle.txt"
        wait_for("what the middle button put in", lambda: path.exists() and path.read_bytes() == b"from-the-host\n")

    def latency_while(self, busy, what):
        """Types into the guest's terminal as long as busy() says; the longest time until it was there."""
        d, longest, n = self.d, 0, 0
        d.focus(self.window)
        while busy():
            n += 1
            path = self.home() / f"typed-{what}-{n}"
            d.xdotool("type", "--delay", "0", f": >{path.name}")
            begun = time.monotonic()
            d.key("Return")
            wait_for("what was typed in the guest", path.exists, 20, poll=0.005)
            longest = max(longest, time.monotonic() - begun)
        print(f"{what}: {n} commands typed meanwhile, {longest * 1000:.0f} ms at most")
        return n, longest

    def test_64_mib_to_guest(self):
        data = os.urandom(1 << 20) * (HUGE >> 20)
        self.copy_on_host(data, "image/png")
        wait_for("the offer in the guest", lambda: b"image/png" in self.guest_has("TARGETS"), poll=0.1)
        out = self.home() / "huge"
        self.d.run_in("demo", "sh", "-c", "xclip -selection clipboard -t image/png -o > ~/huge.part; mv ~/huge.part ~/huge")
        n, longest = self.latency_while(lambda: not out.exists(), "to-guest")
        self.assertEqual(hashlib.sha256(out.read_bytes()).digest(), hashlib.sha256(data).digest())
        self.assertGreater(n, 1)
        self.assertLess(longest, 1)

    def test_64_mib_to_host(self):
        data = os.urandom(1 << 20) * (HUGE >> 20)
        self.copy_in_guest(data, "image/png")
        wait_for("the offer on the host", lambda: b"image/png" in self.host_has("TARGETS"), poll=0.1)
        out = self.d.base / "huge"
        with open(out, "wb") as file:
            reader = subprocess.Popen(["xclip", "-selection", "clipboard", "-t", "image/png", "-o"], env=self.d.env, stdout=file)
        n, longest = self.latency_while(lambda: reader.poll() is None, "to-host")
        self.assertEqual(hashlib.sha256(out.read_bytes()).digest(), hashlib.sha256(data).digest())
        self.assertGreater(n, 1)
        self.assertLess(longest, 1)


class Policy(ChainCase):
    desktop_options = {"sound": False}

    def try_policy(self, policy, to_guest, to_host):
        d = self.d
        name = policy.replace("-", "")
        d.casement("guest", "add", name, "--kind", self.kind, "--set", f"clipboard={policy}")
        self.addCleanup(d.casement, "guest", "remove", name)
        d.casement("guest", "start", name)
        home = self.home().parent.parent / name / "home"

        def in_guest(script):
            (home / "done").unlink(missing_ok=True)
            d.run_in(name, "sh", "-c", f"{script}; touch ~/done")
            wait_for("the script in the guest", (home / "done").exists)
        for selection in ("clipboard", "primary"):
            d.run("sh", "-c", f"printf of-the-host | xclip -selection {selection} -i >/dev/null 2>&1")

            def pasted():
                in_guest(f"timeout 3 xclip -selection {selection} -o > ~/out 2>&1")
                return (home / "out").read_text()
            if to_guest:
                wait_for("the host's text", lambda: pasted() == "of-the-host", poll=0.1)
            else:
                self.assertNotIn("of-the-host", pasted())
            in_guest(f"printf of-the-guest | xclip -selection {selection} -i > /dev/null 2>&1")

            def on_host():
                return d.run("timeout", "3", "xclip", "-selection", selection, "-o", check=False).stdout
            if to_host:
                wait_for("the guest's text", lambda: on_host() == "of-the-guest", poll=0.1)
            else:
                # The guest has it: what has come of that by now does not come later.
                in_guest(f"test of-the-guest = $(xclip -selection {selection} -o)")
                self.assertEqual(on_host(), "of-the-host")

    def test_taken_back_while_it_runs(self):
        d = self.d
        path = pathlib.Path(d.env["XDG_CONFIG_HOME"]) / "casement/guests/demo.conf"
        known = {w.id for w in d.clients()}
        d.run_in("demo", "xterm")
        wait_for("the guest's window", lambda: [w for w in d.clients() if w.id not in known], 20)

        def guest_reads(text):
            d.run("sh", "-c", f"printf {text} | xclip -selection clipboard -i >/dev/null 2>&1")
            out = self.home() / "out"
            out.unlink(missing_ok=True)
            d.run_in("demo", "sh", "-c", "timeout 3 xclip -selection clipboard -o > ~/part 2>/dev/null; mv ~/part ~/out")
            wait_for("an answer in the guest", out.exists)
            return out.read_text()
        wait_for("the host's text", lambda: guest_reads("allowed") == "allowed", poll=0.1)
        text = path.read_text()
        self.addCleanup(path.write_text, text)
        path.write_text(text + ("" if "[Guest]" in text else "[Guest]\n") + "clipboard=off\n")
        wait_for("the guest to read nothing", lambda: guest_reads("allowed") == "", poll=0.1)
        self.assertEqual(guest_reads("secret"), "")
        path.write_text(text)
        wait_for("the host's text again", lambda: guest_reads("again") == "again", poll=0.1)

    def test_off(self):
        self.try_policy("off", False, False)

    def test_to_guest(self):
        self.try_policy("to-guest", True, False)

    def test_to_host(self):
        self.try_policy("to-host", False, True)

    def test_both(self):
        self.try_policy("both", True, True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
