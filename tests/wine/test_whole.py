#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Windows guest from its installation to its end, as the host's menu has it: installer, service, virtio-serial's
port, the real broker; programs that come, change and go; the uninstaller.

usage: test_whole.py WINE BUILD     (with windows-x86_64 and windows-i686; CASEMENT_SOURCE names the source)
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, wait_for  # noqa: E402
from bridge import BRIDGE, PORT  # noqa: E402
from prefix import Prefix  # noqa: E402

WINE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2])
WINDOWS = pathlib.Path(os.environ["CASEMENT_SOURCE"]) / "packaging/windows"
SOON_S = 2
NOTEPAD = "C:\\windows\\notepad.exe"


class Whole(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="casement-whole-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.p = Prefix(WINE, BUILD / "windows-x86_64/bin")
        self.addCleanup(self.p.close)
        ports = self.p.folder / "dosdevices/global"
        ports.mkdir()
        bridge = self.scratch / "bridge.py"
        bridge.write_text(BRIDGE)
        self.d = HostDesktop(os.environ["CASEMENT_BUILD"])
        self.d.start()
        self.addCleanup(self.d.stop)
        argv = ("/usr/bin/python3", str(bridge), str(ports / PORT))
        self.d.casement("guest", "add", "vm", "--kind", "command", "--set", "argv=" + ";".join(argv))

    def installer(self):
        out = self.scratch / "setup.exe"
        subprocess.run(["makensis", "-V2", "-DVERSION=1.2.3", "-DTARGET=amd64-unicode", f"-DOUT={out}",
                        f"-DX86_64={BUILD}/windows-x86_64/bin/casement-agent.exe",
                        f"-DI686={BUILD}/windows-i686/bin/casement-agent.exe", str(WINDOWS / "installer.nsi")],
                       check=True, capture_output=True)
        return str(out)

    def menu(self):
        """The host's menu entries of the guest: {name: (what starts it, whether its icon is there)}."""
        data = pathlib.Path(self.d.env["XDG_DATA_HOME"])
        entries = {}
        for file in (data / "applications").glob("*.desktop"):
            lines = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
            if lines.get("X-Casement-Guest") == "vm":
                icons = list((data / "icons").rglob(f"{lines.get('Icon', 'none')}.png"))
                entries[lines["Name"]] = (lines["Exec"], bool(icons))
        return entries

    def soon(self, what, names):
        begin = time.monotonic()
        wait_for(what, lambda: set(self.menu()) == names, 20)
        return time.monotonic() - begin

    def test_install_publish_change_remove(self):
        self.p.shortcut("Alpha")
        self.assertEqual(self.menu(), {})
        self.p.run(self.installer(), "/S", timeout=120)
        self.d.casement("guest", "start", "vm")
        wait_for("the menu as installed", lambda: set(self.menu()) == {"Alpha"}, 20)
        wait_for("its icon", lambda: self.menu()["Alpha"][1])
        self.assertIn("run vm alpha-", self.menu()["Alpha"][0])
        link = self.p.shortcut("Tools/Beta", NOTEPAD, "/p")
        self.assertLess(self.soon("a program that comes", {"Alpha", "Beta"}), SOON_S)
        link.rename(link.with_name("Gamma.lnk"))
        self.assertLess(self.soon("another name", {"Alpha", "Gamma"}), SOON_S)
        link.with_name("Gamma.lnk").unlink()
        self.assertLess(self.soon("a program that goes", {"Alpha"}), SOON_S)
        # Off, the guest's programs stay in the menu: one of them starts it again.
        self.p.run("C:\\Program Files\\Casement\\uninstall.exe", "/S")
        wait_for("the uninstaller", lambda: not (self.p.drive / "Program Files/Casement").exists(), 60)
        self.assertEqual(set(self.menu()), {"Alpha"})
        self.d.casement("guest", "remove", "vm")
        wait_for("an empty menu", lambda: not self.menu())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
