#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Guests of this machine with the real supervisor and agent: kinds local and sandbox, what they survive,
what a sandbox keeps from its programs."""
import ctypes
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import struct
import subprocess
import unittest

from gi.repository import Gio, GLib

from broker_house import BUILD, BrokerCase, alive, wait_for

PROBE = pathlib.Path(__file__).with_name("broker_probe.py")
LAUNCH, LAUNCHED, COMMAND = 1, 2, 2
ADD_KEY = {"x86_64": 248, "aarch64": 217}[platform.machine()]


def ask_supervisor(path, *argv):
    """Has the guest's supervisor start a command (guestagent/supervisor/protocol.h)."""
    arguments = b"".join(a.encode() + b"\0" for a in argv[1:])
    size = 20 + 1024 + 1024 + 256 + len(arguments)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(20)
        here = os.open(path.parent, os.O_PATH)
        s.connect(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)
        s.send(struct.pack("=IIIII1024s1024s256s", LAUNCH, size, 7, COMMAND, 0, argv[0].encode(), b"", b"") + arguments)
        while True:
            packet = s.recv(65536)
            kind, _, serial, result = struct.unpack_from("=IIII", packet)
            if kind == LAUNCHED and serial == 7:
                return result


def with_environment(entry):
    """pids of processes that have this in their environment."""
    hits = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if entry.encode() in (folder / "environ").read_bytes().split(b"\0") and alive(int(folder.name)):
                hits.append(int(folder.name))
        except OSError:
            continue
    return hits


def in_namespace_of(pid):
    """pids of processes that share a process's pid namespace."""
    space = os.readlink(f"/proc/{pid}/ns/pid")
    hits = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "ns/pid") == space:
                hits.append(int(folder.name))
        except OSError:
            continue
    return hits


class GuestCase(BrokerCase):
    kind = None

    def start(self, name="demo", **options):
        self.add(name, self.kind, **options)
        self.call("StartGuest", "(s)", name)
        return self.guest(name)

    def home(self, name="demo"):
        return self.base / f"data/casement/guests/{name}/home"

    def run_in(self, *argv, name="demo"):
        self.assertEqual(ask_supervisor(self.base / f"run/casement/guests/{name}/guest/supervisor", *argv), 0)

    def put(self, path, text):
        path.write_text(text)
        if os.geteuid() == 0:
            owner = self.home().stat()
            os.chown(path, owner.st_uid, owner.st_gid)


class Both:
    """What holds for both kinds."""

    def test_start_publishes_and_stop_ends_everything(self):
        guest = self.start()
        self.assertEqual(guest["state"], "up")
        self.assertTrue(alive(guest["pid"]))
        self.assertGreater(guest["apps"], 0)
        self.assertTrue(list((self.base / "data/applications").glob("casement.demo.*.desktop")))
        inside = self.processes(guest["pid"])
        self.assertGreater(len(inside), 2)
        self.call("StopGuest", "(s)", "demo")
        self.assertEqual((self.guest("demo")["state"], self.guest("demo")["pid"]), ("off", 0))
        wait_for(lambda: f"all of {inside} to end", lambda: not any(alive(p) for p in inside))
        # And once more.
        self.call("StartGuest", "(s)", "demo")

    def test_survives_the_broker(self):
        pid = self.start()["pid"]
        self.run_in("sh", "-c", "mkfifo ~/ask; exec 3<>~/ask; while read word <&3; do echo $word > ~/answer; done")
        wait_for("a program in the guest", (self.home() / "ask").exists)
        self.talk("before")
        self.kill_broker()
        wait_for("the new broker to find the guest", lambda: self.guest("demo")["state"] == "up")
        self.assertEqual(self.guest("demo")["pid"], pid)
        self.talk("after")
        self.call("StartGuest", "(s)", "demo")
        self.assertEqual(self.guest("demo")["pid"], pid, "a second guest was started")
        # A second guest beside it is a guest of its own.
        other = self.start("other")
        self.assertNotEqual(other["pid"], pid)

    def test_agent_killed(self):
        pid = self.start()["pid"]
        agent = next(p for p in self.processes(pid) if self.comm(p) == "casement-agent")
        os.kill(agent, signal.SIGKILL)
        wait_for("another agent", lambda: any(self.comm(p) == "casement-agent" and p != agent
                                              for p in self.processes(pid)))
        wait_for("the guest to be up", lambda: self.guest("demo")["state"] == "up")
        self.assertEqual(self.guest("demo")["pid"], pid)
        self.call("Sync", "(s)", "demo")

    def test_supervisor_killed(self):
        told = self.hear_notifications()
        pid = self.start()["pid"]
        inside = self.processes(pid)
        os.kill(pid, signal.SIGKILL)
        wait_for("the end to be noticed", lambda: self.guest("demo")["state"] == "failed")
        self.assertIn("ended unexpectedly", self.guest("demo")["error"])
        wait_for(lambda: f"all of {inside} to end", lambda: not any(alive(p) for p in inside))
        wait_for("the notification", lambda: self.turn() and told)
        self.call("StartGuest", "(s)", "demo")
        self.assertEqual(self.guest("demo")["state"], "up")
        self.turn()
        self.assertEqual(len(told), 1, told)
        self.assertIn("ended unexpectedly", told[0][1])

    def test_supervisor_killed_under_a_new_broker(self):
        told = self.hear_notifications()
        pid = self.start()["pid"]
        self.kill_broker()
        wait_for("the new broker to find the guest", lambda: self.guest("demo")["state"] == "up")
        os.kill(pid, signal.SIGKILL)
        wait_for("the end to be noticed", lambda: self.guest("demo")["state"] == "failed")
        self.assertIn("ended unexpectedly", self.guest("demo")["error"])
        wait_for("the notification", lambda: self.turn() and told)
        self.assertIn("ended unexpectedly", told[0][1])
        log = (self.base / "log").read_text(errors="replace")
        self.assertEqual(log.count("ended unexpectedly"), 1, log)
        self.call("StartGuest", "(s)", "demo")
        self.assertEqual(self.guest("demo")["state"], "up")

    def test_started_again_while_a_retry_waits(self):
        """The pipe may be lost before the end is known, so that another try is to come: that is none of the guest that is
        started after."""
        self.start()
        self.kill_broker()
        wait_for("the new broker to find the guest", lambda: self.guest("demo")["state"] == "up")
        for _ in range(8):
            os.kill(self.guest("demo")["pid"], signal.SIGKILL)
            wait_for("the end to be noticed", lambda: self.guest("demo")["state"] == "failed")
            self.call("StartGuest", "(s)", "demo")
            self.assertEqual(self.guest("demo")["state"], "up")

    def test_own_environment(self):
        self.env["CASEMENT_TEST_SECRET"] = "of the host"
        self.start(environment="COLOUR=blue;")
        self.run_in("sh", "-c", "env > ~/env.part; mv ~/env.part ~/env")
        text = wait_for("the environment", lambda: (self.home() / "env").exists() and (self.home() / "env").read_text())
        self.assertIn("COLOUR=blue\n", text)
        for key in ("CASEMENT_TEST_SECRET", f"DBUS_SESSION_BUS_ADDRESS={self.env['DBUS_SESSION_BUS_ADDRESS']}",
                    f"XDG_RUNTIME_DIR={self.env['XDG_RUNTIME_DIR']}\n", "XDG_CONFIG_HOME="):
            self.assertNotIn(key, text)

    def talk(self, word):
        """Asks the program that listens on the pipe."""
        pipe = os.open(self.home() / "ask", os.O_RDWR | os.O_NONBLOCK)
        os.write(pipe, word.encode() + b"\n")
        answer = self.home() / "answer"
        wait_for("the program's answer", lambda: answer.exists() and answer.read_text() == word + "\n")
        os.close(pipe)

    def comm(self, pid):
        try:
            argv = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return os.path.basename(argv[0].decode())
        except OSError:
            return ""


class Local(Both, GuestCase):
    kind = "local"

    def processes(self, pid):
        return with_environment(f"CASEMENT_GUEST_DIR={self.base}/run/casement/guests/demo/guest")

    def test_guest_ends_under_a_launch(self):
        told, done = self.hear_notifications(), []
        self.use_silent_session()
        pid = self.start()["pid"]
        self.call_in_background(done, "LaunchCommand", "(sasa{sv})", "demo", ["true"],
                                {"environ": GLib.Variant("a{ss}", {"DISPLAY": ":0"}),
                                 "notify": GLib.Variant("b", True)})
        wait_for("the session", lambda: self.turn() and self.status()["guests"][0]["session_pid"])
        os.kill(pid, signal.SIGKILL)
        wait_for("the launch to fail", lambda: self.turn() and done)
        self.assertIn("ended unexpectedly", done[0][1])
        wait_for("the notification", lambda: self.turn() and told)
        self.call("GetStatus")
        self.turn()
        self.assertEqual(len(told), 1, told)
        log = (self.base / "log").read_text(errors="replace")
        self.assertEqual(log.count("ended unexpectedly"), 1, log)

    def use_silent_session(self):
        """Has the broker start programs for session and view that live and say nothing."""
        programs = self.base / "programs"
        programs.mkdir()
        for program in (BUILD / "bin").glob("casement*"):
            (programs / program.name).symlink_to(program)
        for name in ("casement-session", "casement-view"):
            (programs / name).unlink()
            (programs / name).write_text("#!/bin/sh\nexec sleep 1000\n")
            (programs / name).chmod(0o755)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                           "UpdateActivationEnvironment",
                           GLib.Variant("(a{ss})", ({"CASEMENT_LIBEXECDIR": str(programs)},)), None,
                           Gio.DBusCallFlags.NONE, 5000, None)


    # Its own children, which no signal of a parent's end reaches, one without the guest's environment, one
    # that starts others on and on, and what is left of a session whose leader is gone.
    FAMILY = ("cd; trap '' TERM HUP; env -i sleep 4711 & setsid sh -c 'trap \"\" TERM; sleep 4711 & wait' &"
              "(sleep 4711 & env -i sleep 4711 &) & (while :; do sleep 0.02; done) & touch family; wait")

    def family(self):
        """pids in the guest's home, whatever their environment."""
        home, hits = str(self.home()), []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(folder / "cwd") == home and alive(int(folder.name)):
                    hits.append(int(folder.name))
            except OSError:
                continue
        return hits

    def with_family(self):
        pid = self.start()["pid"]
        self.run_in("sh", "-c", self.FAMILY)
        wait_for("the family", lambda: (self.home() / "family").exists() and len(self.family()) >= 8)
        return pid

    def test_supervisor_killed_leaves_nothing(self):
        os.kill(self.with_family(), signal.SIGKILL)
        wait_for(lambda: f"the end of {self.family()}", lambda: not self.family(), 5)
        self.assertEqual(self.guest("demo")["state"], "failed")

    def test_supervisor_killed_without_broker_leaves_nothing(self):
        pid = self.with_family()
        self.kill_broker()
        os.kill(pid, signal.SIGKILL)
        wait_for("the supervisor's end", lambda: not alive(pid))
        self.assertTrue(self.family(), "nothing was left to be ended")
        self.guests()
        wait_for(lambda: f"the end of {self.family()}", lambda: not self.family(), 5)


def sandbox_refusal():
    """Why this machine has no sandboxes, or None: the kernel's own word, not the broker's."""
    command = ["bwrap", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "true"]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid", "61000", "--regid", "61000", "--clear-groups", "--"] + command
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    return None if done.returncode == 0 else done.stderr.strip() or f"exit {done.returncode}"


REFUSAL = sandbox_refusal()


@unittest.skipIf(REFUSAL, f"no user namespaces here: {REFUSAL}")
class Sandbox(Both, GuestCase):
    kind = "sandbox"

    def processes(self, pid):
        return in_namespace_of(pid)

    def test_keeps_the_host_away(self):
        secret = self.base / "home/secret"
        secret.write_text("of the host")
        abstract = f"cmb-{os.getpid()}"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("\0" + abstract)
        listener.listen()
        port = socket.socket()
        port.bind(("127.0.0.1", 0))
        port.listen()
        key = f"casement-test-{os.getpid()}"
        libc = ctypes.CDLL(None, use_errno=True)
        # In this process's session keyring, which the bus and the broker have inherited.
        self.assertGreaterEqual(libc.syscall(ADD_KEY, b"user", key.encode(), b"secret", 6, -3), 0)
        pid = self.start()["pid"]
        probe, out = self.home() / "probe.py", self.home() / "probe.json"
        self.put(probe, PROBE.read_text())
        host = {"paths": [str(p) for p in (secret, self.base / "bus", self.base / "config", self.base / "run",
                                           self.base / "state", "/root/.bashrc", "/home/root", "/sys/kernel", "/boot")],
                "programs": str(BUILD / "bin"), "abstract": abstract, "port": port.getsockname()[1], "key": key}
        home = self.env["HOME"]
        self.run_in("/usr/bin/python3", f"{home}/probe.py", f"{home}/probe.json", json.dumps(host))
        found = json.loads(wait_for("the probe's report", lambda: out.exists() and out.read_text()))
        listener.close()
        port.close()
        self.assertEqual({p for p, there in found["paths"].items() if there}, set())
        refused = {"shadow": {"ENOENT"}, "core_pattern": {"EACCES", "EROFS", "EPERM"}, "usr": {"EROFS", "EACCES"},
                   "programs": {"EROFS", "EACCES"}, "abstract": {"ECONNREFUSED"}, "loopback": {"ECONNREFUSED"},
                   "key": {"EPERM"}, "keyring": {"EPERM"}, "new_key": {"EPERM"}, "io_uring": {"EPERM"},
                   "bpf": {"EPERM"}, "vsock": {"EAFNOSUPPORT"}, "user_namespace": {"EPERM"},
                   "mount_namespace": {"EPERM"}, "terminal": {"EPERM"}}
        for what, answers in refused.items():
            self.assertIn(found[what], answers, what)
        self.assertEqual((found["home"], found["tmp"]), ("worked", "worked"))
        self.assertEqual(found["first"], "casement-superv")
        self.assertLess(len(found["pids"]), 30)
        self.assertEqual(found["interfaces"], ["lo"])
        self.assertEqual(int(found["capabilities"], 16), 0)
        self.assertEqual((found["no_new_privileges"], found["seccomp"]), ("1", "2"))
        self.assertEqual(found["home_path"], home)
        self.assert_host_side(pid)

    def assert_host_side(self, pid):
        """As the host's kernel sees the guest: never root, and no folder of the host open."""
        for process in in_namespace_of(pid):
            try:
                status = pathlib.Path(f"/proc/{process}/status").read_text()
            except FileNotFoundError:  # it has ended meanwhile
                continue
            uids = {line.split("\t", 1)[1] for line in status.splitlines() if line.startswith("Uid:")}
            self.assertNotIn("0", " ".join(uids).split(), f"process {process} is root")
        for number in os.listdir(f"/proc/{pid}/fd"):
            self.assertFalse(os.path.isdir(f"/proc/{pid}/fd/{number}"), f"fd {number} is a folder")

    def test_shares_folders_when_told(self):
        read, write = self.base / "read", self.base / "write"
        for folder in (read, write):
            folder.mkdir()
            folder.chmod(0o777)
            (folder / "there").write_text("yes")
            (folder / "there").chmod(0o666)
        self.start(share=f"{read};{write}:rw;")
        self.run_in("sh", "-c", f"cat {read}/there {write}/there > ~/got; touch {read}/new; touch {write}/new; "
                    "mv ~/got ~/done")
        done = wait_for("the shared files", lambda: (self.home() / "done").exists() and (self.home() / "done"))
        self.assertEqual(done.read_text(), "yesyes")
        self.assertTrue((write / "new").exists())
        self.assertFalse((read / "new").exists())

    def test_says_which_shared_folder_is_missing(self):
        self.add("demo", self.kind, share=f"{self.base}/gone:rw;")
        message = self.refused("GuestFailed", "StartGuest", "(s)", "demo")
        self.assertIn(f"{self.base}/gone of key 'share' in {self.conf('demo')}: No such file", message)


class Networked(GuestCase):
    """The program for the network is slow: it begins when the guest is in the last of its namespaces."""

    kind = "sandbox"
    slow = """#!/bin/sh
pid=$(echo "$*" | sed -n 's,.*/proc/\\([0-9]*\\)/ns/net.*,\\1,p')
while grep -q ^bwrap "/proc/$pid/comm"; do :; done
exec {program} "$@"
"""

    def spawn(self, *argv):
        if argv[0] == "dbus-daemon":
            self.base.chmod(0o755)
            folder = self.base / "slow"
            folder.mkdir(mode=0o755)
            for name in filter(shutil.which, ("pasta", "slirp4netns")):
                (folder / name).write_text(self.slow.format(program=shutil.which(name)))
                (folder / name).chmod(0o755)
            self.env["PATH"] = f"{folder}:{self.env['PATH']}"
        return super().spawn(*argv)

    def test_network_needs_its_program(self):
        if shutil.which("pasta") or shutil.which("slirp4netns"):
            self.start(network="true")
            pid = self.guest("demo")["pid"]
            interfaces = wait_for("an interface beside lo", lambda: [
                line.split(":")[0].strip() for line in pathlib.Path(f"/proc/{pid}/net/dev").read_text().splitlines()
                if ":" in line and not line.strip().startswith("lo:")])
            self.assertEqual(len(interfaces), 1)
        else:
            self.add("demo", "sandbox", network="true")
            self.assertIn("slirp4netns", self.refused("NotSupported", "StartGuest", "(s)", "demo"))


class Refused(GuestCase):
    """The kernel refuses user namespaces: the whole desktop runs where none may be made."""

    def setUp(self):
        script = "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps -all --inh-caps -all \"$@\""
        # The same user inside: the bus believes nobody who says to be another.
        self.prefix = ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c", script, "sh"]
        super().setUp()

    def spawn(self, *argv):
        return super().spawn(*(self.prefix if argv[0] == "dbus-daemon" else []), *argv)

    @unittest.skipIf(REFUSAL, f"no user namespaces here to refuse others in: {REFUSAL}")
    def test_says_that_local_works(self):
        self.add("boxed", "sandbox")
        message = self.refused("NotSupported", "StartGuest", "(s)", "boxed")
        self.assertIn("kind local works without user namespaces", message)
        self.add("demo", "local")
        self.call("StartGuest", "(s)", "demo")
        self.assertEqual(self.guest("demo")["state"], "up")


if __name__ == "__main__":
    unittest.main(verbosity=2)
