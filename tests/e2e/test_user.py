#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a user expects at once: sound, clipboard, keyboard layout, wheel, files, clear errors."""
import os
import pathlib
import unittest

from case import MOUSEPAD, XTERM, ChainCase
from harness import glitches, sounds, tone, wait_for

TONE_S = 30
LEARN_S, BUSY_S = 10, 15


class Sound(ChainCase):
    def test_tone_without_gap(self):
        d = self.d
        d.run_in("demo", "sh", "-c", f"sox -n -r 48000 -c 2 ~/t.wav synth {TONE_S + 3} sine 440 vol 0.5 && exec paplay ~/t.wav")
        wait_for("sound at the host's sink", d.sink_inputs, 20)
        samples = d.record(TONE_S)
        heard = tone(samples)
        print(heard)
        self.assertEqual(glitches(samples, 440), [])
        self.assertAlmostEqual(heard["frequency_hz"], 440, delta=1)
        self.assertFalse(heard["clipped"])
        self.assertLessEqual(heard["longest_gap_ms"], 5)
        self.assertGreater(heard["seconds"], TONE_S - 2)
        wait_for("the stream to close when nothing plays", lambda: not d.sink_inputs(), 20)

    def test_tone_while_all_processors_are_busy(self):
        """Once the view has seen how late blocks come there, not a sample is missing."""
        d = self.d
        d.run_in("demo", "sh", "-c", f"sox -n -r 48000 -c 2 ~/t.wav synth {LEARN_S + BUSY_S + 3} sine 440 vol 0.5 &&"
                 "exec paplay ~/t.wav")
        wait_for("sound at the host's sink", d.sink_inputs, 20)
        busy = [d.spawn("sh", "-c", "while :; do :; done") for _ in range(os.cpu_count())]
        pieces = []
        rest = d.record(LEARN_S + BUSY_S, on_piece=pieces.append, piece_s=LEARN_S)
        for process in busy:
            process.kill()
            process.wait()
        learned = pieces[1:] + [rest]
        print([tone(piece) for piece in pieces + [rest]], d.guest()["view"].get("sound_underruns"))
        for piece in learned:
            self.assertEqual(glitches(piece, 440), [])
        self.assertGreater(sum(tone(piece)["seconds"] for piece in learned), BUSY_S - 0.1)
        wait_for("its end", lambda: not d.sink_inputs(), 20)

    def test_short_sounds_are_whole(self):
        d, home = self.d, self.home()
        d.run_in("demo", "sh", "-c", "cd; sox -n -r 48000 -c 2 beep.wav synth 0.15 sine 440 vol 0.5;"
                 "sox -n -r 44100 -c 1 mono.wav synth 1 sine 440 vol 0.5; sox -n -r 48000 -c 2 under.wav synth 2 sine 220 vol 0.3;"
                 "touch made; until test -e go; do sleep 0.05; done;"
                 "paplay beep.wav; sleep 0.2; paplay beep.wav; sleep 1; paplay mono.wav; sleep 1;"
                 "paplay under.wav & sleep 0.5; paplay mono.wav; wait; touch played")
        wait_for("sounds to play", (home / "made").exists, 20)
        heard = d.record(11, on_ready=(home / "go").touch)
        wait_for("the players' end", (home / "played").exists, 20)
        print(lengths := sounds(heard))
        self.assertEqual(len(lengths), 4, lengths)
        for length, meant in zip(lengths, (0.15, 0.15, 1, 2)):
            self.assertAlmostEqual(length, meant, delta=0.005, msg=lengths)

    def test_sink_sleeps_when_nothing_plays(self):
        d, state = self.d, self.home() / "sinks"

        def asleep():
            state.unlink(missing_ok=True)
            d.run_in("demo", "sh", "-c", "pactl list short sinks > ~/sinks.part; mv ~/sinks.part ~/sinks")
            wait_for("an answer", state.exists)
            return "SUSPENDED" in state.read_text()
        wait_for("the guest's sink to be suspended", asleep, 30, poll=0.5)


class Clipboard(ChainCase):
    TEXT = "Grüße — 你好 🙂\nsecond line"

    def test_host_to_guest(self):
        d = self.d
        self.launch(XTERM)
        d.run("sh", "-c", "xclip -selection clipboard -i >/dev/null 2>&1", input=self.TEXT)
        got = self.home() / "clip.txt"

        def pasted():
            d.run_in("demo", "sh", "-c", "xclip -selection clipboard -o > ~/clip.part; mv ~/clip.part ~/clip.txt")
            wait_for("an answer", got.exists)
            return got.read_text() == self.TEXT
        wait_for("the host's text in the guest", pasted, poll=0.2)

    def test_guest_to_host(self):
        d = self.d
        self.launch(XTERM)
        source = self.home() / "source.txt"
        source.write_text(self.TEXT)
        d.run_in("demo", "sh", "-c", "xclip -selection clipboard -i ~/source.txt")
        wait_for("the guest's text on the host",
                 lambda: d.run("timeout", "5", "xclip", "-selection", "clipboard", "-o", check=False).stdout == self.TEXT, poll=0.2)


class Input(ChainCase):
    def test_layout_of_the_host(self):
        d = self.d
        d.run("setxkbmap", "de")
        window = self.launch(XTERM)
        d.focus(window)
        # The key right of P: [ on a us keyboard, ü on a German one.
        d.type("echo ")
        d.xdotool("key", "udiaeresis", "adiaeresis", "z")
        d.type(" > umlaut.txt")
        d.key("Return")
        path = self.home() / "umlaut.txt"
        wait_for("what the German keys say", lambda: path.exists() and path.read_text() == "üäz\n")

    def test_typing_leaves_nothing_in_the_guests_log(self):
        d = self.d
        d.focus(self.launch(XTERM))
        log = pathlib.Path(d.env["XDG_RUNTIME_DIR"]) / "casement/guests/demo/guest/xorg.log"
        before = log.stat().st_size
        d.type("touch typed-here")
        d.key("Return")
        wait_for("what was typed", (self.home() / "typed-here").exists)
        self.assertEqual(log.stat().st_size, before, log.read_text()[-200:])

    def test_wheel_scrolls(self):
        d = self.d
        window = self.launch(XTERM)
        d.focus(window)
        d.type("seq 1 500")
        d.key("Return")
        stable = [None]

        def at_rest():
            now, before = d.pixels(window).tobytes(), stable[0]
            stable[0] = now
            return now == before
        wait_for("the output", lambda: d.painted(window))
        wait_for("rest", at_rest, poll=0.3)
        before = d.pixels(window).tobytes()
        x, y, width, height = d.geometry(window)
        d.xdotool("mousemove", str(x + width // 2), str(y + height // 2))
        for _ in range(3):
            d.xdotool("click", "4")
        wait_for("the text to scroll", lambda: d.pixels(window).tobytes() != before)


class Files(ChainCase):
    def test_a_host_file_is_edited_in_the_guest(self):
        d = self.d
        letter = d.base / "home/letter with spaces.txt"
        letter.write_text("written on the host\n")
        d.casement("run", "demo", "org.xfce.mousepad", str(letter))
        window = d.window_of(MOUSEPAD)
        wait_for("the file's name in the title", lambda: "letter with spaces" in d.title(window))
        wait_for("pixels", lambda: d.painted(window))
        d.focus(window)
        d.key("ctrl+End")
        d.type("added in the guest")
        d.key("ctrl+s")
        wait_for("the edit on the host", lambda: "added in the guest" in letter.read_text())
        self.assertTrue(letter.read_text().startswith("written on the host"))


class Errors(ChainCase):
    def fails(self, *argv, saying, env=None):
        saved = dict(self.d.env)
        self.d.env.update(env or {})
        try:
            done = self.d.casement(*argv, check=False)
        finally:
            self.d.env = saved
        self.assertNotEqual(done.returncode, 0, argv)
        for word in saying:
            self.assertIn(word, done.stderr, argv)
        self.assertNotIn("GDBus.Error", done.stderr)

    def test_words(self):
        self.fails("run", "nosuch", "debian-xterm", saying=["nosuch"])
        self.fails("run", "demo", "no.such.app", saying=["no.such.app", "demo"])
        self.fails("run", "demo", "--", "/no/such/command", saying=["/no/such/command", "demo"])
        self.fails("guest", "add", "x y", "--kind", "local", saying=["x y"])
        self.fails("guest", "add", "fine", "--kind", "wrong", saying=["wrong"])
        self.fails("frobnicate", saying=["frobnicate"])

    def test_program_that_fails_at_once(self):
        done = self.d.casement("run", "demo", "--", "sh", "-c", "echo the reason >&2; exit 3", check=False)
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertIn("'sh' of guest demo ended with status 3 before it showed a window", done.stderr)
        output = pathlib.Path(done.stderr.strip().rsplit(" is in ", 1)[1])
        wait_for("what it said", lambda: "the reason" in output.read_text())
        done = self.d.casement("run", "demo", "--", "sh", "-c", "kill -SEGV $$", check=False)
        self.assertEqual(done.returncode, 9, done.stderr)
        self.assertIn("signal 11 (Segmentation fault)", done.stderr)
        # One that hands over to a running one, and one that goes on, are no failures.
        self.d.casement("run", "demo", "--", "true")
        self.d.casement("run", "demo", "--", "sleep", "20")
        # One with windows may end as it likes.
        window = self.launch(XTERM)
        known = len(self.told())
        self.d.focus(window)
        self.d.type("exit 5")
        self.d.key("Return")
        wait_for("the window to go", lambda: window.id not in [w.id for w in self.d.windows_of(XTERM)])
        # Nobody waits any more, and there is no terminal: a notification.
        self.d.casement("run", "demo", "--", "sh", "-c", "mkfifo ~/go; read word < ~/go; exit 4")
        (self.home() / "go").write_text("now\n")
        wait_for("a notification", lambda: len(self.told()) > known)
        self.assertIn("ended with status 4", self.told()[-1])
        self.assertEqual(len(self.told()), known + 1)

    def told(self):
        return [line for line in (self.d.base / "dbus-daemon.log").read_text().splitlines() if "showed a window" in line]

    def guest_with_remoteapp(self, name, script):
        """A guest whose casement-remoteapp is this script; kind local, which sees the script's folder."""
        folder = self.d.folder(f"{name}-programs")
        (folder / "casement-agent").symlink_to(self.d.build / "bin/casement-agent")
        (folder / "casement-remoteapp").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "casement-remoteapp").chmod(0o755)
        self.d.casement("guest", "add", name, "--kind", "local", "--set", f"environment=CASEMENT_LIBEXECDIR={folder};",
                        "--set", "launch_timeout_s=40")
        self.addCleanup(self.d.casement, "guest", "remove", name)
        return folder

    def test_remoteapp_that_cannot_start(self):
        self.guest_with_remoteapp("lame", "echo the moon is missing >&2; exit 3")
        # Not after launch_timeout_s, and of one that was started before it was known, and of one after.
        for _ in range(2):
            done = self.d.casement("run", "lame", "--", "xterm", check=False, timeout=20)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("Guest lame cannot open windows: casement-remoteapp ended with status 3", done.stderr)
            log = pathlib.Path(next(word for word in done.stderr.split() if word.endswith("/guest.log")))
            self.assertIn("the moon is missing", log.read_text())

    def test_remoteapp_that_starts_at_the_third_time(self):
        folder = self.d.base / "late-programs"
        self.guest_with_remoteapp("late", f"cd {folder} && for n in 1 2; do mkdir try$n && exit 3; done\n"
                                  f"exec {self.d.build}/bin/casement-remoteapp")
        self.d.casement("run", "late", "--", "xterm", timeout=30)
        self.assertTrue((folder / "try2").is_dir())

    def test_broken_file_costs_one_guest(self):
        conf = pathlib.Path(self.d.env["XDG_CONFIG_HOME"]) / "casement/guests"
        (conf / "broken.conf").write_text("[Guest]\nkind=local\nidle_timeout_s=soon\n")
        wait_for("the guest's error", lambda: any(
            g["name"] == "broken" and g["state"] == "failed" and "broken.conf" in g["error"] and "3" in g["error"]
            and "idle_timeout_s" in g["error"] for g in self.d.json("guest", "list")))
        self.launch(XTERM)

    def test_without_display(self):
        env = {k: v for k, v in self.d.env.items() if k != "DISPLAY"}
        saved, self.d.env = self.d.env, env
        try:
            self.d.casement("guest", "add", "dark", "--kind", self.kind)
            done = self.d.casement("run", "dark", "debian-xterm", check=False)
        finally:
            self.d.env = saved
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("DISPLAY", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
