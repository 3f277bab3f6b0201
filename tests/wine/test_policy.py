#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The host's policy in the settings of a Windows guest, under wine: as the real broker tells it, the service follows it, and
`setup --undo` leaves the registry as it was.

usage: test_policy.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, processes, wait_for  # noqa: E402
from bridge import BRIDGE, PORT  # noqa: E402
from prefix import Prefix  # noqa: E402

POLICY = "hklm\\software\\policies\\microsoft\\windows nt\\terminal services"
SETTING = "fAllowUnlistedRemotePrograms"
UNDO = "hklm\\software\\casement\\agent\\undo"
ALIASES = "hklm\\software\\microsoft\\windows nt\\currentversion\\terminal server\\tsappallowlist\\applications\\"
ON = "dword:00000001"


class Policy(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.p = Prefix(*sys.argv[1:3])
        ports = cls.p.folder / "dosdevices/global"
        ports.mkdir()
        cls.scratch = tempfile.TemporaryDirectory(prefix="casement-bridge-")
        bridge = pathlib.Path(cls.scratch.name) / "bridge.py"
        bridge.write_text(BRIDGE)
        cls.d = HostDesktop(os.environ["CASEMENT_BUILD"])
        cls.d.start()
        argv = ("/usr/bin/python3", str(bridge), str(ports / PORT))
        cls.d.casement("guest", "add", "vm", "--kind", "command", "--set", "argv=" + ";".join(argv))
        cls.p.shortcut("Plain")
        cls.p.agent("setup", "--dry-run")  # wine's shell makes keys of its own when it is first asked for a name
        cls.p.agent("service", "install")
        cls.p.agent("service", "start")
        cls.d.casement("guest", "start", "vm")
        wait_for("the service to be reached", lambda: "Plain" in cls.names(), 60, poll=0.1)
        wait_for("wine's services to have made their keys", lambda: cls.p.registry() == cls.p.registry(), 120)

    @classmethod
    def tearDownClass(cls):
        cls.p.agent("service", "remove", check=False)
        cls.d.stop()
        cls.p.close()
        cls.scratch.cleanup()

    def tearDown(self):
        self.p.agent("setup", "--undo")
        self.p.run("reg", "delete", POLICY, "/f", check=False)
        self.unlisted("false")

    @classmethod
    def names(cls):
        return {app["name"] for app in cls.d.json("apps", "vm")}

    def unlisted(self, value):
        self.d.casement("guest", "set", "vm", f"unlisted={value}")

    def now(self):
        return self.p.registry("HKLM\\SOFTWARE")

    def setting(self):
        return self.now().get(POLICY, {}).get(SETTING)

    def wait_setting(self, value):
        wait_for(lambda: f"{SETTING} to be {value}, not {self.setting()}", lambda: self.setting() == value, 20, poll=0.2)

    def after_a_look(self):
        """Once the service has heard all that was told it, and looked at its settings: it publishes what came later."""
        link = self.p.shortcut("Later")
        wait_for("what was added", lambda: "Later" in self.names(), 30, poll=0.1)
        link.unlink()
        wait_for("it to go", lambda: "Later" not in self.names(), 30, poll=0.1)

    def assert_same(self, before):
        now = self.p.registry()
        keys = {key for key in {*before, *now} if before.get(key) != now.get(key)}
        self.assertEqual({key: (before.get(key), now.get(key)) for key in keys}, {})

    def test_followed_while_set_up(self):
        before = self.p.registry()
        self.unlisted("true")
        self.after_a_look()
        self.assert_same(before)  # it was not set up
        self.p.agent("setup")     # by itself it changes nothing of this; the service then does
        self.wait_setting(ON)
        self.unlisted("false")
        self.wait_setting(None)
        self.assertEqual([name for name in self.now()[UNDO] if SETTING in name], [])
        self.unlisted("true")
        self.wait_setting(ON)
        self.p.agent("setup", "--undo")
        self.assert_same(before)
        self.after_a_look()
        self.assert_same(before)

    def test_what_somebody_else_set(self):
        for kind, value in (("REG_SZ", "odd"), ("REG_DWORD", "0"), ("REG_DWORD", "1")):
            self.p.run("reg", "add", POLICY, "/v", SETTING, "/t", kind, "/d", value, "/f")
            theirs = self.setting()
            before = self.p.registry()
            self.p.agent("setup")
            self.unlisted("true")
            self.wait_setting(ON)
            self.unlisted("false")
            self.wait_setting(theirs)
            self.unlisted("true")
            self.wait_setting(ON)
            self.p.agent("setup", "--undo")
            self.assert_same(before)
            self.unlisted("false")

    def test_service_killed_with_it_on(self):
        before = self.p.registry()
        self.p.agent("setup")
        self.unlisted("true")
        self.wait_setting(ON)
        mark = f"WINEPREFIX={self.p.folder}".encode()
        for pid in processes(lambda pid, line, environ: mark in environ and line[0].endswith(b"casement-agent.exe")
                             and line[1:3] == [b"service", b"run"]):
            os.kill(pid, signal.SIGKILL)
        self.p.agent("setup", "--undo")
        self.assert_same(before)
        self.p.agent("service", "start")
        wait_for("the service to be reached again", lambda: self.d.guest("vm")["state"] == "up" and "Plain" in self.names(),
                 60, poll=0.1)

    def test_one_at_a_time(self):
        """Neither the service nor a setup changes anything while another does; both do it after that."""
        self.p.agent("setup")
        flag = self.p.drive / "held"
        flag.touch()
        self.addCleanup(flag.unlink, missing_ok=True)
        holder = subprocess.Popen([self.p.wine, str(self.p.programs / "hold_lock.exe"), "C:\\held"], env=self.p.env,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with holder.stdout as said:
            self.assertEqual(said.readline().strip(), b"held")
        self.unlisted("true")
        link = self.p.shortcut("Second")
        self.addCleanup(link.unlink, missing_ok=True)
        self.after_a_look()
        second = subprocess.Popen([self.p.wine, str(self.p.programs / "casement-agent.exe"), "setup"], env=self.p.env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        now = self.now()
        self.assertIsNone(now[POLICY].get(SETTING))
        self.assertEqual([key for key in now if key.startswith(ALIASES + "second")], [])
        self.assertIsNone(second.poll())
        flag.unlink()
        self.assertEqual((holder.wait(30), second.wait(60)), (0, 0))
        self.wait_setting(ON)
        self.assertEqual(len([key for key in self.now() if key.startswith(ALIASES + "second")]), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
