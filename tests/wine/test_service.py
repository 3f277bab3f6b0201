#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The agent as a service under wine, reached by the real broker over the virtio-serial port's name.

usage: test_service.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, processes, wait_for  # noqa: E402
from bridge import BRIDGE, PORT  # noqa: E402
from prefix import Prefix, users_menu  # noqa: E402

STOPS_WITHIN_S = 2
SERIAL = "HKLM\\HARDWARE\\DEVICEMAP\\SERIALCOMM"


class Service(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.p = Prefix(*sys.argv[1:3])
        cls.ports = cls.p.folder / "dosdevices/global"
        cls.ports.mkdir()
        cls.scratch = tempfile.TemporaryDirectory(prefix="casement-bridge-")
        bridge = pathlib.Path(cls.scratch.name) / "bridge.py"
        bridge.write_text(BRIDGE)
        cls.d = HostDesktop(os.environ["CASEMENT_BUILD"])
        cls.d.start()
        for guest, port in (("vm", cls.ports / PORT), ("serial", cls.ports.parent / "com7")):
            argv = ("/usr/bin/python3", str(bridge), str(port))
            cls.d.casement("guest", "add", guest, "--kind", "command", "--set", "argv=" + ";".join(argv))

    @classmethod
    def tearDownClass(cls):
        cls.p.agent("service", "remove", check=False)
        cls.d.stop()
        cls.p.close()
        cls.scratch.cleanup()

    def names(self, guest="vm"):
        return {app["name"] for app in self.d.json("apps", guest)}

    def state(self):
        done = self.p.run("sc", "query", "CasementAgent", check=False)
        return done.stdout

    def key(self):
        return self.p.registry("HKLM\\System\\CurrentControlSet\\Services").get(
            "hklm\\system\\currentcontrolset\\services\\casementagent")

    def bridge(self):
        me = str(self.ports / PORT).encode()
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (entry / "cmdline").read_bytes().split(b"\0")[-2:-1] == [me]:
                    return int(entry.name)
            except OSError:
                continue
        return 0

    def test_life_of_a_service(self):
        self.p.shortcut("Alpha")
        self.assertEqual(self.p.agent("service", "start", check=False).returncode, 1)
        self.assertEqual(self.p.agent("service", "remove").returncode, 0)  # it is not there, as is wanted
        # Installed, with a path in quotation marks, by hand or with Windows.
        self.p.agent("service", "install")
        self.p.agent("service", "install")
        key = self.key()
        self.assertEqual(key["Start"], "dword:00000002")
        self.assertRegex(key["ImagePath"], r'^"\\".*casement-agent.exe\\" service run"$|^hex')
        self.p.agent("service", "start")
        self.p.agent("service", "start")
        # There is no port yet; it finds the one that comes.
        self.d.casement("guest", "start", "vm")
        wait_for("the service to be reached", lambda: "Alpha" in self.names(), 20, poll=0.1)
        self.assertIn("Windows", self.d.guest("vm")["os"])
        self.p.shortcut("Beta")
        since = time.monotonic()
        wait_for("what was added", lambda: "Beta" in self.names(), 2, poll=0.05)
        print(f"seen after {time.monotonic() - since:.2f} s")
        # The port vanishes, and comes back.
        os.kill(self.bridge(), signal.SIGKILL)
        wait_for("the pipe to be missed", lambda: self.d.guest("vm")["state"] not in ("ready", "running"), 10, poll=0.1)
        self.p.shortcut("Gamma")
        self.d.casement("guest", "start", "vm")
        wait_for("the service to be reached again", lambda: "Gamma" in self.names(), 20, poll=0.1)
        # Set up, it keeps the allow list with the menu.
        self.p.agent("setup")
        self.p.shortcut("Delta")
        wait_for("the new program's alias", lambda: any("applications\\delta-" in key for key in self.p.registry(
            "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion")), 20, poll=0.2)
        # What an undo could not put back keeps nothing of it in force.
        undo, note = "HKLM\\SOFTWARE\\Casement\\Agent\\Undo", "-HKU\\S-1-5-21-9-9-9-1000\\Software\\Key\\Value"
        self.p.run("reg", "add", undo, "/v", note, "/t", "REG_NONE", "/f")
        self.assertEqual(self.p.agent("setup", "--undo", check=False).returncode, 1)
        for name in ("Epsilon", "Zeta"):  # with the second on the host, the first is all done
            self.p.shortcut(name)
            wait_for(f"{name} on the host", lambda wanted=name: wanted in self.names(), 20, poll=0.1)
        self.assertEqual([key for key in self.p.registry("HKLM\\SOFTWARE") if "tsappallowlist" in key], [])
        self.p.run("reg", "delete", undo, "/v", note, "/f")
        self.p.agent("setup", "--undo")
        since = time.monotonic()
        self.p.run("sc", "stop", "CasementAgent")
        wait_for("it to stop", lambda: "1  STOPPED" in self.state(), STOPS_WITHIN_S + 1, poll=0.05)
        print(f"stopped after {time.monotonic() - since:.2f} s")
        self.p.agent("service", "start")
        self.p.agent("service", "stop")
        self.p.agent("service", "remove")
        self.assertIsNone(self.key())

    def agents(self, *argv):
        """Linux' pids of the agent's processes with these arguments."""
        mark = f"WINEPREFIX={self.p.folder}".encode()
        return processes(lambda pid, line, environ: mark in environ and line[0].endswith(b"casement-agent.exe")
                         and line[1:1 + len(argv)] == [a.encode() for a in argv])

    def icon(self, name):
        apps = {app["name"]: app["id"] for app in self.d.json("apps", "vm")}
        folder = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / "icons/hicolor/48x48/apps"
        return name in apps and (folder / f"casement.vm.{apps[name]}.png").exists()

    def test_users_programs_come_by_the_helper(self):
        common = self.p.shortcut("Alpha")
        own = users_menu(self.p.drive)

        def users_shortcut(name):
            shutil.copy(common, own / f"{name}.lnk")
        users_shortcut("Mine")
        self.p.agent("service", "install")
        self.p.agent("service", "start")
        self.addCleanup(lambda: self.p.agent("service", "remove"))
        self.d.casement("guest", "start", "vm")
        self.addCleanup(lambda: self.d.casement("guest", "stop", "vm"))
        wait_for("the user's program", lambda: {"Alpha", "Mine"} <= self.names(), 20, poll=0.1)
        wait_for("its icon", lambda: self.icon("Mine"), 20, poll=0.1)
        service, (helper,) = self.agents("service", "run"), self.agents("--helper")
        users_shortcut("Added")
        since = time.monotonic()
        wait_for("what the user added", lambda: "Added" in self.names(), 2, poll=0.05)
        print(f"seen after {time.monotonic() - since:.2f} s")
        # Without the helper nobody reads: what is there stays, and what is new comes with the next one only.
        os.kill(helper, signal.SIGKILL)
        wait_for("the helper's end", lambda: helper not in self.agents("--helper"), 10)
        users_shortcut("Later")
        self.p.shortcut("For all")
        seen = set()

        def later():
            seen.update(self.agents("--helper"))
            now = self.names()
            self.assertTrue({"Alpha", "Mine", "Added"} <= now, now)
            self.assertTrue(seen or not now & {"Later", "For all"}, now)
            return {"Later", "For all"} <= now
        wait_for("what was new meanwhile", later, 60, poll=0.1)
        wait_for("its icon", lambda: self.icon("Later"), 20, poll=0.1)
        (own / "Mine.lnk").unlink()
        wait_for("what was removed to go", lambda: "Mine" not in self.names(), 2, poll=0.05)
        self.assertEqual(self.agents("service", "run"), service)

    def test_helper_after_one_that_said_nonsense(self):
        """Until the next one is there, what all users have is told, and then what it tells."""
        common = self.p.shortcut("Alpha")
        shutil.copy(common, users_menu(self.p.drive) / "Own.lnk")
        says = self.p.drive / "helper-says"
        says.write_bytes(b"\xff" * 100)
        listed = pathlib.Path(self.scratch.name) / "listed"
        with listed.open("wb") as out:
            lister = subprocess.Popen([self.p.wine, str(self.p.programs / "service_list.exe"), "Own"], env=self.p.env,
                                      stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        self.addCleanup(lister.kill)
        wait_for("what all users have", lambda: "Alpha:" in listed.read_text(), 20, poll=0.1)
        self.assertNotIn("Own:", listed.read_text())
        says.unlink()  # the next one is a real one
        self.assertEqual(lister.wait(timeout=60), 0)
        self.assertEqual(listed.read_text().count("breaks the rules"), 1)
        self.assertIn("Own:", listed.read_text())

    def test_helper_that_says_nothing(self):
        """Of it the service has no list; what all users have is told after a while."""
        self.p.shortcut("Alpha")
        says = self.p.drive / "helper-says"
        says.touch()
        self.addCleanup(says.unlink)
        done = subprocess.run([self.p.wine, str(self.p.programs / "service_list.exe")], env=self.p.env, check=True,
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertIn("Alpha:", done.stdout)
        self.assertIn("icon:", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_connection_without_heirs(self):
        self.assertIn("ended", self.p.run(str(self.p.programs / "left_alone.exe")).stdout)

    def test_machine_without_vsock(self):
        probe = str(self.p.programs / "viosock.exe")
        self.assertIn("absent", self.p.run(probe).stdout)
        device = self.p.folder / "dosdevices/viosock"  # something else under that name
        device.symlink_to("/dev/null")
        self.addCleanup(device.unlink)
        self.assertIn("absent", self.p.run(probe).stdout)

    def stop_vm(self):
        """Its port comes before all others."""
        self.d.casement("guest", "stop", "vm")
        wait_for("its port to go", lambda: not os.path.lexists(self.ports / PORT), 10)

    def test_serial_port_of_the_registry(self):
        self.stop_vm()
        self.p.shortcut("Alpha")
        self.p.agent("service", "install")
        self.p.agent("service", "start")
        self.p.run("reg", "add", "HKLM\\SOFTWARE\\Casement\\Agent", "/v", "Ports", "/t", "REG_MULTI_SZ", "/d",
                   "\\\\.\\COM9\\0vsock:51806\\0\\\\.\\COM7", "/f")  # the first two are not there
        self.d.casement("guest", "start", "serial")
        wait_for("the service to be reached", lambda: "Alpha" in self.names("serial"), 20, poll=0.1)
        self.d.casement("guest", "stop", "serial")
        self.p.agent("service", "remove")
        self.p.run("reg", "delete", "HKLM\\SOFTWARE\\Casement", "/f")

    def named(self):
        return self.p.registry("HKLM\\SOFTWARE").get("hklm\\software\\casement\\agent", {}).get("Ports")

    def terminal(self, name):
        """A serial port of the guest's; what is at its other end."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        link = self.p.folder / "dosdevices" / name
        link.symlink_to(os.ttyname(slave))
        self.addCleanup(link.unlink)
        for fd in (master, slave):
            self.addCleanup(os.close, fd)
        os.set_blocking(master, False)
        return master

    def test_serial_port_is_found(self):
        self.stop_vm()
        self.p.shortcut("Alpha")
        others = self.terminal("com6")
        self.terminal("com8")
        for device, port in (("Serial5", "COM6"), ("Serial6", "COM7"), ("VCP0", "COM8")):  # the last is an USB adapter's
            self.p.run("reg", "add", SERIAL, "/v", f"\\Device\\{device}", "/t", "REG_SZ", "/d", port, "/f")
        os.write(others, b"\xc5casement/hi\r\n and what a modem says\r\nRING\r\n")
        nobody = self.p.agent("port", "--find", "2", check=False)
        self.assertEqual((nobody.returncode, self.named()), (1, None), nobody.stdout)
        self.d.casement("guest", "set", "serial", "start_timeout_s=180")  # until the service is there, too
        start = self.d.spawn(str(pathlib.Path(os.environ["CASEMENT_BUILD"]) / "bin/casement"), "guest", "start", "serial",
                             log="start")
        found = self.p.agent("port", "--find").stdout
        self.assertIn("the host is reached over \\\\.\\COM7", found)
        self.assertIn("listening to \\\\.\\COM6", found)
        self.assertNotIn("COM8", found)
        self.assertRaises(BlockingIOError, os.read, others, 1)  # nothing was sent there
        self.p.agent("service", "install")
        self.p.agent("service", "start")
        self.assertEqual(start.wait(180), 0, (self.d.base / "start.log").read_text())
        self.assertIn("Alpha", self.names("serial"))
        self.d.casement("guest", "stop", "serial")
        self.p.agent("service", "remove")
        self.p.agent("port", "--none")
        self.assertIsNone(self.named())

    def test_ports_that_are_named(self):
        self.stop_vm()
        none = self.p.agent("port", check=False)
        self.assertEqual((none.returncode, "no way to a host" in none.stdout), (4, True), none.stdout)
        self.p.agent("port", "COM2", "vsock:51806", "\\\\.\\Other")
        self.assertEqual(self.p.agent("port").stdout.split(), ["\\\\.\\COM2", "vsock:51806", "\\\\.\\Other"])
        for argv in (("COM",), ("COM257",), ("nonsense",), ("--find", "0"), ("--find", "1", "2"), ("--none", "COM2")):
            self.assertEqual(self.p.agent("port", *argv, check=False).returncode, 2, argv)
        self.p.agent("port", "--none")
        self.p.run("reg", "delete", "HKLM\\SOFTWARE\\Casement", "/f", check=False)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
