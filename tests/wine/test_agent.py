#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""casement-agent.exe under wine with the real broker: the Start menu in the host's menu, and its changes.

usage: test_agent.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import numpy as np  # noqa: E402
from harness import HostDesktop, wait_for  # noqa: E402

WINE, AGENT, SHORTCUT = sys.argv[1], f"{sys.argv[2]}/casement-agent.exe", f"{sys.argv[2]}/make_shortcut.exe"
MENU = "ProgramData/Microsoft/Windows/Start Menu/Programs"
SECONDS = 2  # a change of the guest is seen on the host within


def wine_environment(prefix):
    return dict(os.environ, WINEPREFIX=str(prefix), WINEDEBUG="-all", WINEDLLOVERRIDES="mscoree,mshtml=")


def ico(side, bits):
    """An .ico of one picture, and what it shows: (bytes, BGRA array). Left half opaque, right half not."""
    bgra = np.zeros((side, side, 4), np.uint8)
    bgra[:, :side // 2] = (30, 60, 200, 255)
    bgra[:side // 2, :side // 2] = (200, 60, 30, 255)
    mask_row = (side + 31) // 32 * 4
    mask = np.zeros((side, mask_row), np.uint8)
    for x in range(side // 2, side):
        mask[:, x // 8] |= 0x80 >> x % 8
    if bits == 32:
        pixels, palette = bgra[::-1].tobytes(), b""
    elif bits == 24:
        pixels, palette = bgra[::-1, :, :3].tobytes(), b""  # rows of a multiple of four bytes
    else:
        palette = bytes((0, 0, 0, 0, 30, 60, 200, 0, 200, 60, 30, 0)) + bytes(4 * 253)
        index = np.zeros((side, side), np.uint8)
        index[:, :side // 2] = 1
        index[:side // 2, :side // 2] = 2
        pixels = index[::-1].tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, side, side * 2, 1, bits, 0, 0, 0, 0, 256 if bits == 8 else 0, 0)
    image = head + palette + pixels + mask[::-1].tobytes()
    entry = struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, bits, len(image), 22)
    return struct.pack("<HHH", 0, 1, 1) + entry + image, bgra


class Agent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="casement-wine-"))
        subprocess.run([WINE, "wineboot", "-i"], env=wine_environment(cls.prefix), check=True, capture_output=True, timeout=120)
        cls.drive = cls.prefix / "drive_c"
        cls.d = HostDesktop(os.environ["CASEMENT_BUILD"])
        cls.d.start()
        argv = ("env", f"WINEPREFIX={cls.prefix}", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", WINE, AGENT, "--stdio")
        cls.d.casement("guest", "add", "xp", "--kind", "command", "--set", "argv=" + ";".join(argv))

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()
        subprocess.run([str(pathlib.Path(WINE).with_name("wineserver64")), "-k"], env=wine_environment(cls.prefix),
                       check=False, capture_output=True)
        shutil.rmtree(cls.prefix, ignore_errors=True)

    def shortcut(self, place, *more):
        link = self.drive / MENU / f"{place}.lnk"
        link.parent.mkdir(parents=True, exist_ok=True)
        windows = "C:\\" + MENU.replace("/", "\\") + "\\" + place.replace("/", "\\") + ".lnk"
        subprocess.run([WINE, SHORTCUT, windows, *(more or ("C:\\windows\\notepad.exe",))],
                       env=wine_environment(self.prefix), check=True, capture_output=True, timeout=60)
        return link

    def names(self):
        return {app["name"]: app for app in self.d.json("apps", "xp")}

    def entry(self, app):
        return pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"applications/casement.xp.{app['id']}.desktop"

    def wait_names(self, what, condition, timeout=SECONDS):
        wait_for(lambda: f"{what}; there are {sorted(self.names())}", lambda: condition(self.names()), timeout, poll=0.05)

    def host_icon(self, app, side):
        path = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"icons/hicolor/{side}x{side}/apps/casement.xp.{app['id']}.png"
        wait_for(f"the icon {path}", path.exists)
        raw = subprocess.run(["convert", str(path), "-depth", "8", "bgra:-"], check=True, capture_output=True).stdout
        return np.frombuffer(raw, np.uint8).reshape(side, side, 4)

    def test_menu(self):
        pictures = {}
        for name, side, bits in (("Alpha", 48, 32), ("True colour", 32, 24), ("Palette", 16, 8)):
            data, pictures[name] = ico(side, bits)
            (self.drive / f"{name}.ico").write_bytes(data)
            self.shortcut(f"Pictures/{bits} bits/{name}", "C:\\windows\\notepad.exe", "", f"Comment of {name}",
                          f"C:\\{name}.ico", "0")
        self.shortcut("Ünïcode ☃")
        self.shortcut("Uninstall everything", "C:\\windows\\notepad.exe")
        self.shortcut("Gone", "C:\\Program Files\\Thing\\unins000.exe")
        self.shortcut("Read me", "C:\\readme.txt")
        (self.drive / MENU / "Page.url").write_text("[InternetShortcut]\nURL=https://example.org/\n")
        self.d.casement("guest", "start", "xp")
        names = self.names()
        self.assertEqual(set(names), {"Alpha", "True colour", "Palette", "Ünïcode ☃"})
        self.assertEqual(names["Alpha"]["comment"], "Comment of Alpha")
        for name, expected in pictures.items():
            side = expected.shape[0]
            seen = self.host_icon(names[name], side)
            visible = expected[:, :, 3] > 0
            self.assertTrue((seen[:, :, 3] == expected[:, :, 3]).all(), name)
            self.assertTrue((seen[visible] == expected[visible]).all(), name)
        # Changes, while it runs.
        link = self.shortcut("Later/Deeper/Added")
        self.wait_names("what was added", lambda now: "Added" in now)
        entry = self.entry(self.names()["Added"])
        wait_for("its menu entry", entry.exists, SECONDS)
        link.rename(link.with_name("Renamed.lnk"))
        self.wait_names("the other name", lambda now: "Renamed" in now and "Added" not in now)
        wait_for("the former entry to go", lambda: not entry.exists(), SECONDS)
        shutil.rmtree(link.parent.parent)
        self.wait_names("the folder to go", lambda now: "Renamed" not in now)

    def test_what_the_guest_says_of_itself(self):
        self.d.casement("guest", "start", "xp")
        self.assertIn("Windows", self.d.guest("xp")["os"])
        done = self.d.casement("run", "xp", "nothing-here", check=False)
        self.assertEqual(done.returncode, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
