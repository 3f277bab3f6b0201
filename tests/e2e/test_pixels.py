#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The ways on which pixels come: memory that guest and host share, a stream of their own, or RDP; what is painted of them, and
what a user is told."""
import json
import os
import shutil
import signal
import subprocess
import unittest

import numpy as np

from case import ChainCase
from harness import HostDesktop, wait_for

KEYS = 20
SQUARE = 64 * 64  # what chain_target paints at a key


class PixelsCase(ChainCase):
    def open(self, width, height):
        """chain_target in the guest."""
        copy = self.home() / "chain_target"
        shutil.copy(self.d.build / "bin/chain_target", copy)
        os.chmod(copy, 0o755)
        self.d.run_in("demo", "sh", "-c", f"exec ~/chain_target {width} {height}")
        window = wait_for("its window", lambda: self.d.windows_of("casement.demo"), 20)[-1]
        self.d.focus(window)
        wait_for("its pixels", lambda: self.d.painted(window), 30)
        self.settled()
        return window

    def figures(self):
        return self.d.guest()["view"]

    def settled(self):
        """The view tells its figures once a second while they change."""
        last = {}

        def rests():
            before, now = dict(last), self.figures()
            last.update(now)
            return before == now
        wait_for("figures that rest", rests, 30, poll=1.5)
        return last

    def press(self, window, keys):
        x, y, _, _ = self.d.geometry(window)
        for _ in range(keys):
            before = self.d.pixels(rect=(x + 20, y + 20, 1, 1)).tolist()
            self.d.key("a")
            wait_for("another colour", lambda: self.d.pixels(rect=(x + 20, y + 20, 1, 1)).tolist() != before)

    def latency(self, *options):
        return self.d.casement("status", "--latency", *options, timeout=30)


class LargeCase(PixelsCase):
    desktop_options = {"size": (5200, 2900)}

    def small_updates(self, way, figure):
        """What changed is painted, and no more; on this way alone, and a user is told so."""
        window = self.open(5120, 2832)
        before = self.settled()
        self.press(window, KEYS)
        after = self.settled()
        painted, received = (after[k] - before[k] for k in ("pixels_painted", "pixels_received"))
        self.assertGreaterEqual(received, KEYS * SQUARE)
        self.assertLessEqual(painted, 1.1 * KEYS * SQUARE)
        self.assertEqual(after[figure], after["pixels_received"])
        (told,) = json.loads(self.latency("1", "--json").stdout)
        self.assertEqual((told["guest"], told["path"]), ("demo", way))
        return told


class Stream(LargeCase):
    guest_options = ("--set", "pixels=stream")

    def test_a_small_update_in_a_large_window(self):
        self.small_updates("stream", "pixels_streamed")


class Memory(LargeCase):
    def test_a_small_update_in_a_large_window(self):
        told = self.small_updates("memory", "pixels_shared")
        self.assertGreaterEqual(told["keys_measured"], KEYS)
        self.assertGreater(told["key_to_pixel_p50_us"], 0)
        self.assertGreaterEqual(told["key_to_pixel_p99_us"], told["key_to_pixel_p50_us"])
        row = self.latency("1").stdout.split("\t")
        self.assertEqual(row[:2], ["demo", "memory"])
        self.assertGreater(float(row[2]), 0)

    def test_wrong_use(self):
        for wrong in (["0"], ["x"], ["1", "2"], ["-1"]):
            done = self.d.casement("status", "--latency", *wrong, check=False)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertIn("--latency", done.stderr)

    def test_ctrl_c_ends_it(self):
        with subprocess.Popen([str(self.d.build / "bin/casement"), "status", "--latency"], env=self.d.env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as live:
            live.send_signal(2)
            self.assertIn(live.wait(10), (130, -2))


class Ways(PixelsCase):
    """The same program on each way."""

    def shown(self, way, path):
        self.d.casement("guest", "stop", "demo")
        self.d.casement("guest", "set", "demo", f"pixels={way}")
        self.d.run_in("demo", "xmessage", "-geometry", "700x400+50+60", "-buttons", "okay:0,other:1", "The same in every way " * 40)
        window = wait_for("its window", lambda: self.d.windows_of("casement.demo"), 30)[-1]
        wait_for("its pixels", lambda: self.d.painted(window), 30)
        self.settled()
        (told,) = json.loads(self.latency("1", "--json").stdout)
        self.assertEqual(told["path"], path)
        return self.d.pixels(window)

    def test_the_same_picture(self):
        memory = self.shown("auto", "memory")
        self.assertGreater(len(np.unique(memory.reshape(-1, memory.shape[-1]), axis=0)), 1)
        for way, path in (("stream", "stream"), ("rdp", "rdp")):
            with self.subTest(way=way):
                seen = self.shown(way, path)
                self.assertEqual(seen.shape, memory.shape)
                self.assertEqual(int((seen != memory).any(axis=2).sum()), 0)


class Keys(PixelsCase):
    """Input of a guest on this machine."""

    def typed(self):
        path = self.home() / "typed"
        return path.read_text() if path.exists() else ""

    def test_they_pass_the_session(self):
        """A session that does nothing holds up no key: its program has them all, in their order, before pixels come."""
        self.d.run_in("demo", "xterm", "-e", "sh", "-c", "exec cat > ~/typed")
        window = wait_for("its window", self.d.clients, 30)[-1]
        self.d.focus(window)
        wait_for("its pixels", lambda: self.d.painted(window), 30)
        self.d.type("first\n")
        wait_for(lambda: f"what was typed first, not {self.typed()!r}", lambda: self.typed() == "first\n")
        session = self.d.guest()["session_pid"]
        self.d.signal(session, signal.SIGSTOP)
        try:
            self.d.type("Then Another\n")
            wait_for("what was typed then", lambda: self.typed() == "first\nThen Another\n")
        finally:
            self.d.signal(session, signal.SIGCONT)


class Pipe(PixelsCase):
    """A guest that has only bytes in common with its host: stdin and stdout of its agent."""

    @classmethod
    def setUpClass(cls):
        cls.d = HostDesktop(os.environ["CASEMENT_BUILD"])
        try:
            cls.d.start()
            argv = (cls.d.build / "bin/casement-agent", "--stdio", "--guest-dir", cls.d.folder("pipe-guest"))
            cls.d.casement("guest", "add", "demo", "--kind", "command", "--set", "unlisted=true", "--set",
                           "argv=" + ";".join(map(str, argv)))
        except BaseException:
            cls.tell_logs()
            cls.d.stop()
            raise

    def test_over_a_stream_of_their_own(self):
        self.d.run_in("demo", str(self.d.build / "bin/chain_target"), "320", "240")
        window = wait_for("its window", lambda: self.d.windows_of("casement.demo"), 30)[-1]
        self.d.focus(window)
        wait_for("its pixels", lambda: self.d.painted(window), 30)
        self.press(window, KEYS)
        after = self.settled()
        self.assertGreater(after["pixels_streamed"], 0)
        self.assertEqual(after["pixels_streamed"], after["pixels_received"])
        self.assertFalse(self.d.guest()["channel"]["passes_fds"])


class Rdp(PixelsCase):
    guest_options = ("--set", "pixels=rdp")

    def test_as_any_rdp_peer(self):
        self.press(self.open(320, 240), 3)
        after = self.settled()
        self.assertGreater(after["pixels_received"], 0)
        self.assertEqual((after["pixels_shared"], after["pixels_streamed"]), (0, 0))
        (told,) = json.loads(self.latency("1", "--json").stdout)
        self.assertEqual(told["path"], "rdp")


if __name__ == "__main__":
    unittest.main(verbosity=2)
