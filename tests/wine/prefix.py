# SPDX-License-Identifier: Apache-2.0
"""A wine prefix of a test's own, as a Windows without anything in it, and what is asked of its registry."""
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

MENU = "ProgramData/Microsoft/Windows/Start Menu/Programs"
USERS_MENU = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"


def short(key):
    return key.replace("hkey_local_machine", "hklm", 1).replace("hkey_users", "hku", 1)


def server_of(wine):
    return next(str(path) for name in ("wineserver64", "wineserver")
                if (path := pathlib.Path(wine).with_name(name)).exists())


def begin(wine, env):
    """Makes the prefix; CASEMENT_WINE_VERSION names which Windows it says it is, as winecfg knows them."""
    quiet = {"env": env, "check": True, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
             "stderr": subprocess.DEVNULL, "timeout": 120}
    subprocess.run([wine, "wineboot", "-i"], **quiet)
    if version := os.environ.get("CASEMENT_WINE_VERSION"):
        subprocess.run([wine, "winecfg", "-v", version], **quiet)


def users_menu(drive):
    """The Start menu of the prefix's only user."""
    folder = next(path for path in (drive / "users").iterdir() if path.name != "Public") / USERS_MENU
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def word(kind, payload=b""):
    """What a helper says to the service (guestagent/win32/helper_words.h)."""
    return struct.pack("<IB", len(payload) + 1, kind) + payload


class Prefix:
    def __init__(self, wine, programs):
        self.wine, self.programs = wine, pathlib.Path(programs)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="casement-wine-"))
        self.drive = self.folder / "drive_c"
        # winemenubuilder would put each shortcut into the menu of whoever runs the test, and note it in the registry.
        self.env = dict(os.environ, WINEPREFIX=str(self.folder), WINEDEBUG="-all",
                        WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe=")
        begin(wine, self.env)
        # One server for all programs: each would start its own, with all services of Windows.
        subprocess.run([self.server(), "-w"], env=self.env, check=True, timeout=60)
        subprocess.run([self.server(), "-p600"], env=self.env, check=True, start_new_session=True,
                       stderr=subprocess.DEVNULL)

    def server(self):
        return server_of(self.wine)

    def close(self):
        subprocess.run([self.server(), "-k"], env=self.env, check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *argv, check=True, timeout=60):
        # Into a file: Windows' own services, which the first program starts, would keep a pipe open.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run([self.wine, *argv], env=self.env, timeout=timeout, check=False,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            out.seek(0)
            done.stdout = out.read().decode(errors="replace")
        if check and done.returncode != 0:
            raise AssertionError(f"{argv} ended with {done.returncode}: {done.stdout}")
        return done

    def agent(self, *argv, **kwargs):
        return self.run(str(self.programs / "casement-agent.exe"), *argv, **kwargs)

    def shortcut(self, place, *more):
        link = self.drive / MENU / f"{place}.lnk"
        link.parent.mkdir(parents=True, exist_ok=True)
        windows = "C:\\" + MENU.replace("/", "\\") + "\\" + place.replace("/", "\\") + ".lnk"
        self.run(str(self.programs / "make_shortcut.exe"), windows, *(more or ("C:\\windows\\notepad.exe",)))
        return link

    def registry(self, *roots):
        """The registry as text: {key in lower case, as Windows compares them: {name: value}}."""
        keys = {}
        for root in roots or ("HKLM", "HKU"):
            self.run("reg", "export", root, "C:\\export.reg", "/y")
            file = self.drive / "export.reg"
            text = file.read_bytes().decode("utf-16").replace("\\\r\n", "")
            file.unlink()
            values = {}
            for line in text.splitlines():
                if line.startswith("["):
                    values = keys.setdefault(short(line[1:-1].lower()), {})
                elif "=" in line:
                    name, value = line.rsplit('"=', 1) if line.startswith('"') and '"=' in line else line.split("=", 1)
                    values[name.strip('"')] = value
        return keys
