#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The installer under wine, silent: what it puts there, and that its uninstaller leaves nothing; and the ISO.

usage: test_installer.py WINE BUILD     (with windows-x86_64 and windows-i686; CASEMENT_SOURCE names the source)
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from prefix import Prefix

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import wait_for  # noqa: E402

WINE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2])
WINDOWS = pathlib.Path(os.environ["CASEMENT_SOURCE"]) / "packaging/windows"
SERVICE = "hklm\\system\\currentcontrolset\\services\\casementagent"
UNINSTALL = "hklm\\software\\microsoft\\windows\\currentversion\\uninstall\\casement"
POLICY = "hklm\\software\\policies\\microsoft\\windows nt\\terminal services"


class Installer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="casement-installer-")
        cls.installer = cls.make(f"{BUILD}/windows-x86_64/bin/casement-agent.exe", "casement-guest-setup-64.exe")
        cls.p = Prefix(WINE, BUILD / "windows-x86_64/bin")
        cls.p.shortcut("Alpha")
        cls.p.agent("setup", "--dry-run")  # wine's own shell makes keys of its own on the way
        cls.folder = cls.p.drive / "Program Files/Casement"

    @classmethod
    def make(cls, agent, name):
        installer = f"{cls.scratch.name}/{name}"
        subprocess.run(["makensis", "-V2", "-DVERSION=1.2.3", "-DTARGET=amd64-unicode", f"-DOUT={installer}",
                        f"-DX86_64={agent}", f"-DI686={BUILD}/windows-i686/bin/casement-agent.exe",
                        str(WINDOWS / "installer.nsi")], check=True, capture_output=True)
        return installer

    @classmethod
    def tearDownClass(cls):
        cls.p.close()
        cls.scratch.cleanup()

    def uninstall(self):
        # It goes on from a copy of itself, which alone can remove it.
        self.p.run("C:\\Program Files\\Casement\\uninstall.exe", "/S")
        wait_for("the uninstaller to be done", lambda: not self.folder.exists(), 60, poll=0.1)
        wait_for("its keys to go", lambda: UNINSTALL not in self.p.registry("HKLM\\Software\\Microsoft"), 30, poll=0.2)

    def test_install_update_uninstall(self):
        before = self.p.registry()
        for _ in range(2):  # the second is an update of what runs
            self.p.run(self.installer, "/S", timeout=120)
            self.assertEqual((self.folder / "casement-agent.exe").read_bytes(),
                             (BUILD / "windows-x86_64/bin/casement-agent.exe").read_bytes())
            now = self.p.registry("HKLM")
            self.assertIn("casement-agent.exe", now[SERVICE]["ImagePath"])
            self.assertEqual(now[UNINSTALL]["DisplayVersion"], '"1.2.3"')
            self.assertEqual(now[POLICY]["fInheritInitialProgram"], "dword:00000001")
            self.assertTrue(any("applications\\alpha-" in key for key in now))
            self.assertIn("RUNNING", self.p.run("sc", "query", "CasementAgent").stdout)
        self.p.run("reg", "add", "HKLM\\SOFTWARE\\Casement\\Agent", "/v", "Ports", "/t", "REG_MULTI_SZ", "/d", "\\\\.\\COM7")
        self.uninstall()
        after = self.p.registry()
        for registry in (before, after):
            # Windows' count of services that were started, and the uninstaller's copy of itself in the user's
            # temporary folder, which Windows removes when it starts next: that is how every NSIS uninstaller ends.
            registry.pop("hklm\\system\\currentcontrolset\\control\\servicecurrent", None)
            registry["hklm\\system\\currentcontrolset\\control\\session manager"].pop("PendingFileRenameOperations", None)
        self.maxDiff = None
        differ = {key: (before.get(key), after.get(key)) for key in {*before, *after} if before.get(key) != after.get(key)}
        self.assertEqual(differ, {})

    def test_without_setup(self):
        self.p.run(self.installer, "/S", "/NOSETUP", timeout=120)
        now = self.p.registry("HKLM")
        self.assertIn(SERVICE, now)
        self.assertNotIn(POLICY, now)
        self.assertNotIn("hklm\\software\\casement\\agent", now)  # nobody was asked, and no port is taken
        self.uninstall()

    def test_with_a_port(self):
        self.p.run(self.installer, "/S", "/NOSETUP", "/PORT=COM7", timeout=120)
        ports = self.p.registry("HKLM\\Software\\Casement")["hklm\\software\\casement\\agent"]["Ports"]
        wanted = "\\\\.\\COM7\0\0".encode("utf-16-le").hex(",")
        self.assertEqual(ports.replace(" ", ""), f"hex(7):{wanted}")
        self.uninstall()
        self.assertNotIn("hklm\\software\\casement", self.p.registry("HKLM\\Software"))
        self.assertEqual(self.p.run(self.installer, "/S", "/NOSETUP", "/PORT=nonsense", timeout=120, check=False).returncode, 2)
        self.uninstall()

    def test_what_cannot_be_put_back_stays_noted(self):
        self.p.run(self.installer, "/S", timeout=120)
        agent, note = "hklm\\software\\casement\\agent", "-HKU\\S-1-5-21-9-9-9-1000\\Software\\Key\\Value"
        self.p.run("reg", "add", agent, "/v", "Ports", "/t", "REG_MULTI_SZ", "/d", "\\\\.\\COM7")
        self.p.run("reg", "add", f"{agent}\\Undo", "/v", note, "/t", "REG_NONE", "/f")
        self.addCleanup(self.p.run, "reg", "delete", "HKLM\\Software\\Casement", "/f")
        self.uninstall()
        now = self.p.registry("HKLM\\Software")
        self.assertEqual({key: [name.replace("\\\\", "\\") for name in values] for key, values in now.items()
                          if key.startswith(agent)}, {agent: [], f"{agent}\\undo": [note]})
        self.assertNotIn(POLICY, now)

    def start(self, *argv, **kwargs):
        process = subprocess.Popen([WINE, *argv], env=self.p.env, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, **kwargs)
        self.addCleanup(process.wait, 60)
        return process

    def test_what_still_runs_is_waited_for(self):
        installed = self.folder / "casement-agent.exe"
        self.p.run(self.installer, "/S", "/NOSETUP", timeout=120)
        newer = pathlib.Path(self.scratch.name) / "newer.exe"
        newer.write_bytes(installed.read_bytes() + b"newer")
        update = self.make(newer, "update.exe")
        # As a helper does that has not yet seen that the service is gone.
        helper = self.start("C:\\Program Files\\Casement\\casement-agent.exe", "--helper", stdin=subprocess.PIPE)
        self.addCleanup(helper.stdin.close)
        running = self.start(update, "/S", "/NOSETUP", stdin=subprocess.DEVNULL)
        wait_for("the service to be stopped",
                 lambda: "RUNNING" not in self.p.run("sc", "query", "CasementAgent", check=False).stdout, 30)
        helper.stdin.close()
        self.assertEqual(running.wait(60), 0)
        self.assertEqual(installed.read_bytes(), newer.read_bytes())
        self.assertIn("RUNNING", self.p.run("sc", "query", "CasementAgent").stdout)
        self.uninstall()

    def test_iso(self):
        subprocess.run([str(WINDOWS / "build-iso"), str(BUILD), self.scratch.name], check=True, capture_output=True)
        out = pathlib.Path(self.scratch.name) / "out"
        subprocess.run(["xorriso", "-osirrox", "on", "-indev", f"{self.scratch.name}/casement-guest-tools.iso",
                        "-extract", "/", str(out)], check=True, capture_output=True)
        files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
        self.assertEqual(files, {"autorun.inf", "README.txt", "LICENSE", "casement-guest-setup.exe",
                                 "x86_64/casement-agent.exe", "i686/casement-agent.exe"})
        self.assertIn(b"open=casement-guest-setup.exe\r\n", (out / "autorun.inf").read_bytes())
        # What ships is for 32 bits, which every Windows runs.
        head = (out / "casement-guest-setup.exe").read_bytes()[:4096]
        at = int.from_bytes(head[0x3c:0x40], "little")
        self.assertEqual(int.from_bytes(head[at + 4:at + 6], "little"), 0x14c)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
