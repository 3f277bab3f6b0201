#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""casement-session and casement-view with an RDP server that is not ours: FreeRDP's shadow server shows an X display of
its own, as a plain desktop in one window. It knows neither RemoteApp nor our window channel: pixels and typed text must
come through without them, and the session must end in good order.

usage: foreign_desktop.py       with CASEMENT_BUILD
"""
import os
import socket
import struct
import subprocess
import sys
import unittest

import view_fixture as p
from view_fixture import ViewCase, message, wait_for

CTL_EXEC, CTL_CREDENTIALS, CTL_READY, CTL_NOTICE = 10, 13, 40, 44
CTL_SIGN_IN, CTL_DESKTOP = 8, 32
EXEC_DESKTOP = 3
SIZE = (640, 480)


class ForeignDesktop(ViewCase):
    def setUp(self):
        super().setUp()
        d = self.desktop
        read, write = os.pipe()
        d.spawn("Xvfb", "-displayfd", str(write), "-screen", "0", "%dx%dx24" % SIZE, "-nolisten", "tcp", "-ac", "-noreset",
                pass_fds=(write,), log="guest-Xvfb")
        os.close(write)
        with os.fdopen(read) as number:
            self.guest = ":" + number.readline().strip()
        self.typed = d.base / "typed"
        env = {**d.env, "DISPLAY": self.guest}
        self.run_in(env, "xterm", "-geometry", "100x40+0+0", "-bg", "#204060", "-fg", "#ffffff", "-e",
                    f"sh -c 'read line; echo \"$line\" > {self.typed}; cat'")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.run_in(env, "freerdp-shadow-cli3", f"/port:{self.port}", "/bind-address:127.0.0.1", "/sec:tls", "-auth", log="shadow")
        self.connect()

    def run_in(self, env, *argv, log=None):
        with open(self.desktop.base / f"{log or argv[0]}.log", "ab") as out:
            process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.desktop.started.append(process)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)

    def reach(self):
        try:
            return socket.create_connection(("127.0.0.1", self.port))
        except ConnectionRefusedError:
            return None

    def connect(self):
        stream = wait_for("the server", self.reach, 20)
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = (theirs.fileno(), self.v.session.sock.fileno(), stream.fileno())
        self.session = self.desktop.spawn("casement-session", *(f"--{n}-fd={fd}" for n, fd in zip(
            ("control", "view", "rdp"), fds)), pass_fds=fds)
        theirs.close()
        stream.close()
        self.broker = p.End(control)
        self.broker.send(message(p.CTL_SETUP, struct.pack(
            "=II64s513s64s3x3I", p.TO_GUEST | CTL_SIGN_IN | CTL_DESKTOP, 64, b"demo", b"Demo", b"", 0, 0, 0)))
        self.broker.send(message(CTL_CREDENTIALS, b"".join(t.ljust(768, b"\0") for t in (b"alice", b"", b"secret"))))
        try:
            self.broker.expect(CTL_READY, timeout=30)
        except Exception:
            notices = [body[8:].split(b"\0")[0] for k, body, _ in self.broker.seen if k == CTL_NOTICE]
            raise AssertionError(f"not ready; notices {notices}; {(self.desktop.base / 'shadow.log').read_text()[-1500:]}") from None

    def test_pixels_text_and_an_end_in_good_order(self):
        window = wait_for("its window", self.v.all_windows, 20)[0]
        # By H.264, so not to the last bit.
        wait_for("the colour of its terminal", lambda: (abs(self.desktop.pixels(window).astype(int) - (0x20, 0x40, 0x60)) < 16)
                 .all(axis=2).mean() > 0.3, 20)
        self.desktop.focus(window)
        x, y, _, _ = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + 60), str(y + 60), "click", "1")
        self.desktop.type("hello there")
        self.desktop.key("Return")
        wait_for("what was typed", lambda: self.typed.exists() and self.typed.read_text() == "hello there\n", 20)
        self.broker.send(message(p.CTL_QUIT))
        self.assertEqual(self.session.wait(10), 0)


if __name__ == "__main__":
    p.main()
