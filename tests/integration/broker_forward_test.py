#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`casement forward` with the real broker and a real guest of this machine: who gets through, who does
not, for how long, and what becomes of Casement's own session."""
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import unittest

from gi.repository import Gio, GLib

from broker_house import BUILD, BrokerCase, alive, wait_for

NOBODY = 65534
# X.224 connection request for standard RDP security ([MS-RDPBCGR] 2.2.1.1).
HELLO = bytes.fromhex("030000130ee000000000000100080000000000")
CONNECT = ("import socket, sys\n"
           "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)\n"
           "try:\n"
           "    s.sendall(bytes.fromhex(sys.argv[2]))\n"
           "    print(len(s.recv(100)))\n"
           "except OSError:\n"
           "    print(0)\n")


def xfreerdp_environment(env):
    """See remoteapp_xfreerdp.py: this version stands still without help."""
    told = subprocess.run(["xfreerdp3", "--version"], capture_output=True, text=True, check=False).stdout
    return dict(env, LD_PRELOAD=f"{BUILD}/bin/xfreerdp_lock.so") if re.search(r"version 3\.15\.0\b", told) else env


class Forward(BrokerCase):
    def setUp(self):
        super().setUp()
        self.add("demo", "local")

    def forward(self, *arguments):
        """The launcher's process, with what it said; it runs on."""
        process = subprocess.Popen([BUILD / "bin/casement", "forward", "demo", "--json", *arguments], env=self.env,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        self.assertTrue(select.select([process.stdout], [], [], 30)[0], "the launcher says nothing")
        return process, json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")

    @staticmethod
    def port(address):
        return int(address.rpartition(":")[2])

    def answers(self, address, host="127.0.0.1"):
        """Whether an RDP server is at the address."""
        try:
            with socket.create_connection((host, self.port(address)), 10) as s:
                s.sendall(HELLO)
                return s.recv(100)[:1] == b"\x03"
        except OSError:
            return False

    def listens(self, address):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port(address))) == 0

    def logged(self, words):
        return words in (self.base / "log").read_text(errors="replace")

    def start_x(self):
        read, write = os.pipe()
        process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp",
                                    "-noreset",
                                    "-ac"], pass_fds=[write], stdin=subprocess.DEVNULL, stdout=self.log,
                                   stderr=self.log)
        self.started.append(process)
        os.close(write)
        with os.fdopen(read) as number:
            return ":" + number.readline().strip()

    def window(self, display, title):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"], capture_output=True,
                               env=dict(self.env, DISPLAY=display), timeout=20, check=False)
        return bool(found.stdout.strip())

    def run_program(self, display, *argv):
        self.call("LaunchCommand", "(sasa{sv})", "demo", argv,
                  {"environ": GLib.Variant("a{ss}", {"DISPLAY": display})})

    def run_after_the_other(self, display, *argv):
        """The broker hears of a client's end a moment after the client."""
        def run():
            try:
                self.run_program(display, *argv)
            except GLib.Error as error:
                self.assertEqual(Gio.DBusError.get_remote_error(error), "org.casement.Error.Busy")
                return False
            return True
        wait_for("the other client's end", run)

    # ---- whom it serves

    def test_another_client_is_served(self):
        """xfreerdp3, by the .rdp file alone, runs a program of the guest; then Ctrl-C."""
        display = self.start_x()
        launcher, told = self.forward()
        path = self.base / "run/casement/demo.rdp"
        self.assertEqual(told["rdp_file"], str(path))
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        lines = path.read_bytes().decode().split("\r\n")
        self.assertIn(f"full address:s:{told['address']}", lines)
        self.assertIn("prompt for credentials:i:1", lines)
        self.assertNotIn("password", path.read_text())
        env = dict(self.env, DISPLAY=display)
        client = subprocess.Popen(["xfreerdp3", path, "/u:x", "/p:y", "-clipboard", "/sec:rdp",
                                   "/app:program:xclock,cmd:-title forwarded"], env=xfreerdp_environment(env),
                                  stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.started.append(client)
        wait_for("the window at the other client", lambda: self.window(display, "forwarded"), 40)
        message = self.refused("Busy", "LaunchCommand", "(sasa{sv})", "demo", ["true"],
                               {"environ": GLib.Variant("a{ss}", {"DISPLAY": display})})
        self.assertIn(told["address"], message)
        launcher.send_signal(signal.SIGINT)
        self.assertEqual(launcher.wait(10), 0)
        wait_for("the client to be cut off", lambda: client.poll() is not None)
        wait_for("the end of the listener", lambda: not self.listens(told["address"]))
        self.assertFalse(path.exists())
        self.run_after_the_other(display, "true")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user too")
    def test_other_users_are_refused(self):
        address, _ = self.call("Forward", "(ssb)", "demo", "", False)
        self.assertTrue(address.startswith("127.0.0.1:"))
        self.assertTrue(self.answers(address))
        stranger = subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                                   sys.executable, "-c", CONNECT, str(self.port(address)), HELLO.hex()],
                                  capture_output=True, text=True, cwd="/", timeout=30, check=True)
        self.assertEqual(stranger.stdout.strip(), "0")
        wait_for("the reason in the log", lambda: self.logged(f"it is from a process of uid {NOBODY}, not of uid 0"))
        self.assertTrue(self.answers(address))

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as s:
                s.bind(("::1", 0))
        except OSError:
            self.skipTest("no ::1 on this machine")
        address, _ = self.call("Forward", "(ssb)", "demo", "[::1]:0", False)
        self.assertTrue(address.startswith("[::1]:"))
        self.assertTrue(self.answers(address, "::1"))
        # An IPv6 socket at an IPv4 listener is in another table of the kernel's.
        address, _ = self.call("Forward", "(ssb)", "demo", "127.0.0.1:0", False)
        self.assertTrue(self.answers(address, "::ffff:127.0.0.1"))

    # ---- how long

    def test_ends_with_its_caller(self):
        launcher, told = self.forward("--rdp-file", str(self.base / "mine.rdp"))
        self.assertTrue(self.answers(told["address"]))
        launcher.kill()
        wait_for("the end of the listener", lambda: not self.listens(told["address"]))
        self.assertTrue((self.base / "mine.rdp").exists())

    def test_says_that_the_broker_ended(self):
        launcher, _ = self.forward()
        self.kill_broker()
        self.assertEqual(launcher.wait(10), 7)

    # ---- what is wrong, in words

    def test_addresses(self):
        for listen, words in (("0.0.0.0:0", "not of this machine alone"), ("192.0.2.1:3389", "not of this machine"),
                              ("[::]:0", "not of this machine"), ("localhost:3389", "is no address"),
                              ("127.0.0.1", "is no address"), ("127.0.0.1:70000", "is no address"),
                              ("::1:3389", "is no address"), ("", None)):
            if words:
                self.assertIn(words, self.refused("InvalidArgument", "Forward", "(ssb)", "demo", listen, False))
        self.assertEqual(self.guest("demo")["state"], "off", "a guest was started for a wrong address")
        self.refused("NoSuchGuest", "Forward", "(ssb)", "none", "", False)
        taken, _ = self.call("Forward", "(ssb)", "demo", "", False)
        self.assertIn("in use", self.refused("InvalidArgument", "Forward", "(ssb)", "demo", taken, False))
        done = subprocess.run([BUILD / "bin/casement", "forward", "demo", "--listen", "0.0.0.0:3389"], env=self.env,
                              capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Only loopback addresses", done.stderr)

    # ---- one client at a time

    def test_own_session_makes_way(self):
        display = self.start_x()
        self.run_program(display, "xclock", "-title", "ours")
        wait_for("our window", lambda: self.window(display, "ours"), 40)
        self.assertIn("--take", self.refused("Busy", "Forward", "(ssb)", "demo", "", False))
        self.assertTrue(self.window(display, "ours"))
        program = next(int(p) for p in os.listdir("/proc") if p.isdigit() and self.is_clock(p))
        address, _ = self.call("Forward", "(ssb)", "demo", "", True)
        wait_for("our session to end", lambda: self.guest("demo")["session"] == "none")
        self.assertFalse(self.window(display, "ours"))
        self.assertTrue(alive(program), "the program ended with the session")
        self.assertTrue(self.answers(address))
        # Ours again, and then theirs.
        self.run_after_the_other(display, "true")
        wait_for("our window again", lambda: self.window(display, "ours"), 40)
        self.assertTrue(self.answers(address))
        wait_for("our session to end", lambda: self.guest("demo")["session"] == "none")

    def is_clock(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f, open(f"/proc/{pid}/environ", "rb") as e:
                return b"xclock\0-title\0ours" in f.read() and str(self.base).encode() in e.read()
        except OSError:
            return False

    def test_refused_while_ours_is_used(self):
        """Without --take, our session may come first, and the other client is turned away."""
        display, told = self.start_x(), self.hear_notifications()
        address, _ = self.call("Forward", "(ssb)", "demo", "", False)
        self.run_program(display, "xclock", "-title", "ours")
        wait_for("our window", lambda: self.window(display, "ours"), 40)
        self.assertFalse(self.answers(address))
        wait_for("the reason, for the user", lambda: self.turn() and any("--take" in text for _, text in told))
        self.assertTrue(self.window(display, "ours"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
