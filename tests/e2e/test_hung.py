#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest's program that hangs: the host's window manager asks it and is not answered, as natively."""
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
        """All of what came back, in the order in which it did: as it was sent, but to the root."""
        while self.x.pending_events():
            e = self.x.next_event()
            if e.type == X.ClientMessage and e.client_type == self.protocols and e.window == self.x.screen().root:
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

    def test_one_that_never_answers_is_not_asked(self):
        window = self.launch(XTERM)
        self.assertNotIn("_NET_WM_PING", self.protocols_of(window))


if __name__ == "__main__":
    unittest.main(verbosity=2)
