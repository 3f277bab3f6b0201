# SPDX-License-Identifier: Apache-2.0
"""tests/termservice behind casement-session and casement-view; the broker is the test."""
import socket
import struct
import subprocess
import threading

import view_fixture as p
from view_fixture import Failure, message, wait_for

CTL_CREDENTIALS, CTL_READY, CTL_NOTICE = 13, 40, 44
CTL_SIGN_IN, CTL_RDP_SECURITY, CTL_HOST_FRAMES = 8, 16, 64


class RailServer:
    def __init__(self, desktop, *options, flags=p.TO_GUEST | CTL_SIGN_IN, nice=0):
        self.d, self.lines, self.notices = desktop, [], []
        path, secret = desktop.folder("rail-server") / "rdp", desktop.base / "secret"
        secret.write_text("the password\n")
        path.unlink(missing_ok=True)
        with open(desktop.base / "termservice.log", "ab") as log:
            self.server = subprocess.Popen(
                ["nice", "-n", str(nice), "termservice", "--listen", path, "--user", "alice", "--password-file", secret, *options],
                env=desktop.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
        desktop.started.append(self.server)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        wait_for("the server", lambda: self.said("path "))
        self.view = p.View(desktop)
        self.connect(path, flags)

    def connect(self, path, flags):
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.connect(str(path))
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = (theirs.fileno(), self.view.session.sock.fileno(), stream.fileno())
        self.session = self.d.spawn("casement-session", *(f"--{n}-fd={fd}" for n, fd in zip(("control", "view", "rdp"), fds)),
                                    pass_fds=fds)
        for end in (theirs, self.view.session.sock, stream):
            end.close()
        self.broker = p.End(control)
        self.broker.send(message(p.CTL_SETUP, struct.pack("=II64s513s64s3x3I", flags, 512, b"demo", b"Demo", b"", 0, 0, 0)))
        self.broker.send(message(CTL_CREDENTIALS, b"".join(t.ljust(768, b"\0") for t in (b"alice", b"", b"the password"))))
        self.broker.expect(CTL_READY, timeout=30)
        wait_for("RemoteApp", lambda: self.said("synchronized"))

    def read(self):
        for line in self.server.stdout:
            self.lines.append(line.decode(errors="replace").rstrip())

    def said(self, beginning):
        return [line for line in list(self.lines) if line.startswith(beginning)]

    def tell(self, line):
        before = len(self.said(f"done {line}"))
        self.server.stdin.write(line.encode() + b"\n")
        self.server.stdin.flush()
        wait_for(f"the server to do: {line}", lambda: len(self.said(f"done {line}")) > before, 60)

    def poll(self):
        """The broker reads, as it would."""
        self.broker.poll()
        self.notices += [body[8:].split(b"\0")[0].decode() for k, body, _ in self.broker.seen if k == CTL_NOTICE]
        self.broker.seen.clear()
        self.view.broker.drop_all()
        if self.session.poll() is not None:
            raise Failure(f"the session ended with {self.session.returncode}; notices: {self.notices}")

    def close(self):
        """Also says what a sanitizer found in the view."""
        for process in (self.session, self.server):
            process.terminate()
            process.wait(10)
        self.reader.join(10)
        for end in (self.server.stdin, self.server.stdout, self.broker.sock):
            end.close()
        return self.view.close()
