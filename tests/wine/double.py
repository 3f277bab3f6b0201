# SPDX-License-Identifier: Apache-2.0
"""tests/termservice as a test in Python has it."""
import os
import pathlib
import re
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import wait_for  # noqa: E402

BUILD = pathlib.Path(os.environ["CASEMENT_BUILD"])
USER, PASSWORD = "alice", "the password"


class Double:
    """A Windows' Remote Desktop on a port of this machine."""

    def __init__(self, folder, port, *options):
        self.out = folder / f"double-{len(list(folder.iterdir()))}"
        self.password = folder / "password"
        self.password.write_text(PASSWORD + "\n")
        with open(self.out, "wb") as out:
            self.process = subprocess.Popen(
                [BUILD / "bin/termservice", "--port", str(port), "--user", USER, "--password-file", self.password,
                 *options], stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
        wait_for("the double", lambda: "certificate " in self.said())
        self.port = int(self.said().split("port ", 1)[1].split()[0])
        self.sha1, self.sha256 = re.search(r"certificate sha1=(\w+) sha256=(\w+)", self.said()).groups()

    def said(self):
        return self.out.read_text()

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def window(self, title):
        """The id of the window that got this title."""
        line = wait_for(f"the window {title}", lambda: [line for line in self.lines("window ")
                                                        if line.endswith(f"title={title}")])[0]
        return line.split()[1].removeprefix("id=")

    def lines(self, beginning):
        return [line for line in self.said().splitlines() if line.startswith(beginning)]

    def holds(self):
        """It has fallen silent (--hold)."""
        return pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"

    def resume(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.resume()
            self.process.stdin.close()
            self.process.wait(timeout=20)
