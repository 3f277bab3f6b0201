#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest's program that hangs: the host's window manager asks it and is not answered, as natively; and what ends a window on the
host (xkill, "force quit") ends the program that it belongs to, and no other."""
import signal
import unittest

from Xlib import X, display as xdisplay
from Xlib.protocol import event

from case import MOUSEPAD, XTERM, ChainCase
from harness import wait_for


class Hung(ChainCase):
    desktop_options = {"sound": False}

    def setUp(self):
        """A window manager's ears, on a connection of its own."""
        self.x = xdisplay.Display(self.d.env["DISPLAY"])
        self.x.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self.protocols, self.ping = (self.x.intern_atom(n) for n in ("WM_PROTOCOLS", "_NET_WM_PING"))
        self.answers, self.asked = [], 1000
        self.addCleanup(self.x.close)

    def tearDown(self):
        for program in ("mousepad", "featherpad", "xterm"):
            for pid in self.d.guest_pids(program):
                self.d.signal(pid, signal.SIGKILL)
        wait_for("all windows to close", lambda: not self.d.clients())

    def protocols_of(self, window):
        return {self.x.get_atom_name(a) for a in self.d.text_property(window, "WM_PROTOCOLS") or []}

    def ask(self, window):
        self.asked += 1
        data = [self.ping, self.asked, window.id, 77, 0]
        self.x.create_resource_object("window", window.id).send_event(
            event.ClientMessage(window=window.id, client_type=self.protocols, data=(32, data)))
        self.x.flush()
        return data

    def answered(self):
        """All of what came back to us, in the order in which it did: as it was sent, but to the root."""
        while self.x.pending_events():
            e = self.x.next_event()
            if e.type == X.ClientMessage and e.client_type == self.protocols and e.window == self.x.screen().root and e.data[1][3] == 77:
                self.answers.append(list(e.data[1]))
        return self.answers

    def test_one_that_hangs_does_not_answer(self):
        window = self.launch(MOUSEPAD)
        wait_for("it to say that it answers", lambda: "_NET_WM_PING" in self.protocols_of(window))
        asked = [self.ask(window)]
        wait_for("an answer", lambda: self.answered() == asked)
        pid = self.d.guest_pids("mousepad")[0]
        self.d.signal(pid, signal.SIGSTOP)
        self.addCleanup(self.d.signal, pid, signal.SIGCONT)
        late = [self.ask(window) for _ in range(3)]
        # What another program's window answers later was not overtaken by those.
        other = self.launch("casement.demo.featherpad")
        asked.append(self.ask(other))
        wait_for(lambda: f"an answer of the other; there are {self.answered()}", lambda: self.answered() == asked)
        self.d.signal(pid, signal.SIGCONT)
        wait_for(lambda: f"its late answers; there are {self.answered()}", lambda: self.answered() == asked + late)

    def pid_of(self, window):
        return self.d.text_property(window, "_NET_WM_PID")[0]

    def alive(self, *ids):
        return {w.id for w in self.d.clients()} >= set(ids)

    def test_kill_ends_one_program(self):
        other = self.launch("casement.demo.featherpad")
        view = self.d.pids("casement-view")
        for how in ("the X client", "the process"):
            with self.subTest(how):
                window = self.launch(MOUSEPAD)
                self.assertNotEqual(self.pid_of(window), self.pid_of(other))
                pid = self.d.guest_pids("mousepad")[0]
                self.d.signal(pid, signal.SIGSTOP)  # it hangs
                self.addCleanup(self.d.signal, pid, signal.SIGCONT)
                if how == "the process":
                    self.d.signal(self.pid_of(window), signal.SIGKILL)
                    wait_for("the guest's process to be killed", lambda: not self.d.guest_pids("mousepad"))
                else:
                    self.d.run("xkill", "-id", hex(window.id))
                    wait_for("its window to go", lambda: not self.alive(window.id))
                    wait_for("the guest to know", lambda: len(self.d.json("windows")) == 1)
                    self.d.signal(pid, signal.SIGCONT)
                    wait_for("the guest's program to end", lambda: not self.d.guest_pids("mousepad"))
                wait_for(lambda: f"no window of it; there are {self.d.json('windows')}", lambda: len(self.d.json("windows")) == 1)
                self.assertTrue(self.alive(other.id))
        self.assertEqual(self.d.pids("casement-view"), view)
        self.type_into(other)

    def type_into(self, window):
        self.d.focus(window)
        before = self.d.title(window)
        self.d.type("still here")
        wait_for("what is typed to change its title", lambda: self.d.title(window) != before)

    def test_processes_of_windows_end_with_them(self):
        known = {w.id for w in self.d.clients()}
        for _ in range(6):
            self.d.run_in("demo", "xterm")
        mine = wait_for("six windows", lambda: len(found := [w for w in self.d.clients() if w.id not in known]) == 6 and found, 20)
        pids = {self.pid_of(w) for w in mine}
        self.assertEqual(len(pids), 6)
        self.assertLessEqual(pids, set(self.d.window_pids()))
        self.assertTrue(all(self.pid_of(w) in pids for w in mine))
        for w in mine:
            self.d.run("wmctrl", "-i", "-c", hex(w.id))
        wait_for("their windows to go", lambda: not self.d.clients())
        wait_for(lambda: f"few processes to be left; there are {self.d.window_pids()}", lambda: len(self.d.window_pids()) <= 1 + 4)

    def test_one_that_never_answers_is_not_asked(self):
        window = self.launch(XTERM)
        self.assertNotIn("_NET_WM_PING", self.protocols_of(window))


if __name__ == "__main__":
    unittest.main(verbosity=2)
