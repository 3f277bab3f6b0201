# SPDX-License-Identifier: Apache-2.0
"""The whole way to a Windows' window, of which only Remote Desktop is a double: casement-agent.exe under wine, over
standard input or as the service behind a port, the real broker, session and view, and a real keyring."""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, processes, wait_for  # noqa: E402
from bridge import BRIDGE, PORT  # noqa: E402
from double import BUILD, PASSWORD, USER, Double  # noqa: E402
from prefix import Prefix  # noqa: E402

LISTENER = r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp"


class Chain:
    """Guest `win` has the agent on its standard input, guest `vm` the service behind a port."""

    def __init__(self, wine, programs, names=("Notes", "Ledger")):
        self.double = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="casement-chain-"))
        self.p = Prefix(wine, programs)
        self.d = HostDesktop(BUILD)
        try:
            self.set_up(wine, programs, names)
        except BaseException:
            self.close()
            raise

    def set_up(self, wine, programs, names):
        for name in names:
            self.p.shortcut(name)
        first = Double(self.folder, 0)
        self.port = first.port
        first.stop()
        self.set_listener("PortNumber", "REG_DWORD", str(self.port))
        self.d.start()
        # An unlocked keyring, as a log-in makes it.
        self.d.run("gnome-keyring-daemon", "--daemonize", "--components=secrets", "--unlock", input="login\n")
        self.add("win", "env", f"WINEPREFIX={self.p.folder}", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=",
                 wine, f"{programs}/casement-agent.exe", "--stdio")
        bridge = self.folder / "bridge.py"
        bridge.write_text(BRIDGE)
        ports = self.p.folder / "dosdevices/global"
        ports.mkdir()
        self.link = ports / PORT
        self.add("vm", "/usr/bin/python3", str(bridge), str(self.link))
        self.d.casement("guest", "start", "win")
        self.apps = {app["name"]: app["id"] for app in self.d.json("apps", "win")}
        self.d.casement("guest", "stop", "win")
        self.options = [f"--app={id}={name} of the guest" for name, id in self.apps.items()]

    def add(self, guest, *argv):
        self.d.casement("guest", "add", guest, "--kind", "command", "--set", "argv=" + ";".join(argv))

    def close(self):
        if self.double:
            self.double.stop()
        self.d.stop()
        self.p.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the guest

    def set_listener(self, name, kind, value):
        self.p.run("reg", "add", LISTENER, "/v", name, "/t", kind, "/d", value, "/f")

    def remote_desktop(self, *options):
        """The guest's Remote Desktop is on from now on."""
        if self.double:
            self.double.stop()
        self.double = Double(self.folder, self.port, *self.options, *options)
        return self.double

    def agents(self, *argv):
        """Linux' pids of the agent's processes with these arguments."""
        want = [a.encode() for a in argv]
        mark = f"WINEPREFIX={self.p.folder}".encode()
        return processes(lambda pid, line, environ: mark in environ and line[0].endswith(b"casement-agent.exe")
                         and line[1:1 + len(want)] == want)

    def bridges(self):
        me = str(self.link).encode()
        return processes(lambda pid, line, environ: me in line)

    # ---- the host

    def sign_in(self, guest, password=PASSWORD):
        self.d.casement("guest", "login", guest, "--user", USER, input=password + "\n")

    def launch(self, guest, name, log="launch"):
        return self.d.spawn(str(BUILD / "bin/casement"), "run", guest, self.apps[name], log=log)

    def windows(self, guest, name):
        return self.d.windows_of(f"casement.{guest}.{self.apps[name]}")

    def painted(self, guest, name, timeout=20):
        """The program's window, once something is painted in it."""
        def find():
            shown = [w for w in self.windows(guest, name) if self.d.painted(w)]
            return shown and shown[-1]
        return wait_for(f"a painted window of {name}", find, timeout, poll=0.05)
