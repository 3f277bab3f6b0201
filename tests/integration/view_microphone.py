#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The microphone of casement-view, with the monitor of PulseAudio's null sink as the host's default source."""
import re
import select
import socket
import struct
import subprocess
import time

import numpy as np
import view_fixture as p
from harness import glitches, tone
from view_fixture import ViewCase, main, message, wait_for

RATE, HZ = 48000, 1000
TONES = 5


class MicrophoneCase(ViewCase):
    sound = True

    def record(self, serial=1, rate=RATE, channels=2, fragment_ms=8):
        self.v.session.send(message(p.RECORD, struct.pack("=IIII", serial, rate, channels, fragment_ms)))

    def allow(self, flags=p.MICROPHONE_ALLOWED):
        self.v.setup(flags)

    def told(self, on):
        self.v.broker.expect(p.CTL_RECORDING, lambda b: struct.unpack("=II", b) == (on, 0))

    def streams(self):
        text = self.desktop.run("pactl", "list", "source-outputs").stdout
        return [s for s in re.split(r"(?m)^Source Output #", text) if s.strip()]

    def play(self, seconds):
        """Before the host's microphone; the player."""
        data = (0.5 * 32767 * np.sin(2 * np.pi * HZ * np.arange(int(seconds * RATE)) / RATE)).astype("<i2").repeat(2).tobytes()
        path = self.desktop.base / "tone"
        path.write_bytes(data)
        with open(path, "rb") as source:
            player = subprocess.Popen(["pacat", "--playback", "-d", "host", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=2",
                                       "--volume=65536"], env=self.desktop.env, stdin=source)
        self.addCleanup(player.wait)
        self.addCleanup(player.terminate)
        return player

    def heard(self, serial=1):
        """All samples that came for it, of the first channel of two."""
        self.v.session.poll()
        pieces = [body for kind, body, _ in self.v.session.seen if kind == p.RECORDED]
        self.assertEqual({struct.unpack_from("=I", b)[0] for b in pieces} - {serial}, set())
        return np.frombuffer(b"".join(b[8:] for b in pieces), "<i2").reshape(-1, 2)[:, 0] / 32768


class Keys(MicrophoneCase):
    """Input past the session (view_input.py) while the guest records."""

    def test_they_pass_the_session(self):
        _, (fd,) = self.v.session.expect(p.INPUT)
        with socket.socket(fileno=fd) as guest:
            window = self.v.show(1, (100, 120, 300, 200))
            self.desktop.focus(window)
            self.v.session.expect(p.FOCUS, p.ids(1))
            self.allow()
            self.record()
            self.told(1)
            wait_for("samples", lambda: len(self.heard()))
            self.v.session.send(message(p.SETTLED, struct.pack("=II", 0, 0)))

            def came():
                self.desktop.xdotool("key", "b")
                while (asked := self.v.session.take(p.SETTLE)) is not None:
                    self.v.session.send(message(p.SETTLED, asked))
                    self.v.session.drop_all()
                    self.v.session.expect(p.RECORDED)
                return select.select([guest], [], [], 0)[0]
            wait_for("a key past the session", came, 40)
            # Two pieces of sound for each key: all of them pass it.
            guest.settimeout(10)
            while select.select([guest], [], [], 0.2)[0]:
                guest.recv(64)
            self.v.session.drop_all()
            for _ in range(20):
                self.desktop.xdotool("key", "a")
                for down in (1, 0):
                    self.assertEqual(struct.unpack("=IIIii", guest.recv(64)), (1, 30, down, 0, 0))
                self.v.session.expect(p.RECORDED)
            self.assertIsNone(self.v.session.take(p.KEY))


class Microphone(MicrophoneCase):
    def tone_heard(self):
        self.v.session.drop_all()
        self.play(3).wait()

        def ended():
            loud = np.flatnonzero(np.abs(h := self.heard()) > 0.02)
            return len(loud) > 0 and loud[-1] < len(h) - RATE // 4 and [h]
        return wait_for("the tone's end", ended, 20)[0]

    def test_tone(self):
        self.allow()
        self.record()
        self.told(1)
        wait_for("the stream", self.streams)
        wait_for("samples", lambda: len(self.heard()))
        for _ in range(TONES):  # the player may be held up, too, by what else the machine does
            heard = self.tone_heard()
            result, broken = tone(heard), glitches(heard, HZ)
            if not broken:
                break
        self.assertEqual(broken, [], result)
        self.assertAlmostEqual(result["frequency_hz"], HZ, delta=0.5, msg=result)
        self.assertAlmostEqual(result["peak_dbfs"], -6.02, delta=0.2, msg=result)
        self.assertAlmostEqual(result["seconds"], 3, delta=0.01, msg=result)
        sizes = [len(b) - 8 for kind, b, _ in self.v.session.seen if kind == p.RECORDED]
        self.assertLess(np.median(sizes), 20 * RATE // 1000 * 4, sizes)  # small pieces

    def test_a_session_cannot_record_what_is_off(self):
        self.allow(p.TO_GUEST | p.TO_HOST | p.SOUND_ALLOWED)
        self.play(60)
        # However it asks.
        for i in range(20):
            self.record(serial=i, rate=8000 + i)
            self.v.session.send(message(p.RECORD_OVER))
            self.record(serial=i)
        wait_for("a word in the log", lambda: "microphone=on" in self.v.logged())
        self.v.window(1)  # what comes after was read, too
        self.v.buffer(1, p.picture(50, 50))
        self.v.commit(1, (10, 10, 50, 50))
        self.assertEqual(self.streams(), [])
        self.assertEqual([k for k, _, _ in self.v.session.seen if k == p.RECORDED], [])
        self.assertIsNone(self.v.broker.take(p.CTL_RECORDING))
        # It has asked; from now on it may have it.
        self.allow()
        self.told(1)
        wait_for("samples", lambda: len(self.heard(19)))

    def test_off_counts_at_once(self):
        self.allow()
        self.record()
        self.told(1)
        wait_for("samples", lambda: len(self.heard()))
        self.allow(0)
        self.told(0)
        wait_for("the stream to go", lambda: not self.streams())
        self.v.session.drop_all()
        self.play(1).wait()
        self.assertEqual(len(self.heard()), 0)

    def test_who_asks_no_more_has_no_stream(self):
        self.allow()
        self.record()
        wait_for("samples", lambda: len(self.heard()))
        self.v.session.send(message(p.RECORD_OVER))
        self.told(0)
        wait_for("the stream to go", lambda: not self.streams())
        self.record(2, 16000, 1, 20)
        self.told(1)
        self.assertIn("s16le 1ch 16000Hz", wait_for("the stream", self.streams)[0])
        self.v.new_session()  # the former one is gone, and its wishes
        self.told(0)
        wait_for("the stream to go", lambda: not self.streams())

    def test_without_a_broker_nothing_is_recorded(self):
        self.allow()
        self.record()
        wait_for("samples", lambda: len(self.heard()))
        self.v.broker.sock.close()
        wait_for("the stream to go", lambda: not self.streams())

    def test_storm(self):
        self.allow()
        began = time.monotonic()
        for i in range(200):
            self.record(i)
            self.v.session.send(message(p.RECORD_OVER))
        self.record(200)
        wait_for("the last wish", lambda: self.streams() and self.v.session.take(
            p.RECORDED, lambda b: struct.unpack_from("=I", b)[0] == 200), 60)
        self.assertGreater(time.monotonic() - began, 1)  # it was slowed down
        self.assertIn("slowed down", self.v.logged())


class NoServer(MicrophoneCase):
    view_env = {"PULSE_SERVER": "unix:/nonexistent"}

    def test_no_server(self):
        """Nobody is told of recording where there is nothing to record."""
        self.allow()
        self.record()
        wait_for("a word in the log", lambda: "it hears silence" in self.v.logged())
        self.assertIsNone(self.v.broker.take(p.CTL_RECORDING, lambda b: struct.unpack("=II", b) == (1, 0)))


if __name__ == "__main__":
    main()
