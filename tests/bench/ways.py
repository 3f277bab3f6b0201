# SPDX-License-Identifier: Apache-2.0
"""The ways to have a program on a host's screen that are measured side by side: none at all, this product, and what a user
would take instead. Each starts what it needs under the desktop's own folder, on loopback or Unix sockets."""
import os
import pathlib
import shutil
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import Failure, processes, wait_for  # noqa: E402

TARGET = "bench_target"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def free_display():
    number = 200
    while pathlib.Path(f"/tmp/.X11-unix/X{number}").exists() or pathlib.Path(f"/tmp/.X{number}-lock").exists():
        number += 1
    return number


class Way:
    """One way. Programs are opened by open(), and show their barcodes somewhere on the desktop's screen."""
    name = ""
    needs = ()       # programs
    windows = True   # each program's window is one of the host's; else a remote desktop with programs in it
    options = ()     # for the target

    def __init__(self, desktop):
        self.d = desktop
        self.targets = []

    @classmethod
    def missing(cls):
        """What this machine lacks for it, or nothing."""
        return " ".join(p for p in cls.needs if not shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin:/sbin"))

    @property
    def target(self):
        return str(self.d.build / "bin" / TARGET)

    def start(self):
        pass

    def spawn(self, *argv, env=None, **kwargs):
        """A process with some of its environment changed."""
        former = self.d.env
        self.d.env = {**former, **(env or {})}
        try:
            return self.d.spawn(*argv, **kwargs)
        finally:
            self.d.env = former

    def open(self, *arguments):
        self.targets.append(self.spawn(self.target, *self.options, *arguments))

    def activate(self):
        """Gives the keyboard to the program opened last."""
        if self.windows:
            self.d.focus(self.window())

    def window(self):
        return wait_for("the target's window", lambda: [w for w in self.d.clients() if self.is_target(w)], 20)[-1]

    def is_target(self, window):
        return "bench_target" in (self.d.text_property(window, "WM_NAME") or "")

    def close(self):
        """Ends all programs that were opened."""
        for process in self.targets:
            if process.poll() is None:
                process.terminate()
            process.wait(10)
        self.targets.clear()
        self.gone()

    def gone(self):
        if self.windows:
            wait_for("the target's windows to go", lambda: not [w for w in self.d.clients() if self.is_target(w)], 30)


class Native(Way):
    name = "native"


class Casement(Way):
    """A sandbox guest, as `casement guest add` makes it."""
    name = "casement"
    guest_options = ()

    def start(self):
        self.d.add_guest("bench", *self.guest_options)
        home = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / "casement/guests/bench/home"
        shutil.copy(self.target, home / TARGET)
        os.chmod(home / TARGET, 0o755)

    def open(self, *arguments):
        self.d.run_in("bench", "sh", "-c", f"exec ~/{TARGET} {' '.join(arguments)}")

    def close(self):
        for pid in self.d.guest_pids(TARGET, "bench"):
            self.d.signal(pid, 15)
        wait_for("the guest's programs to end", lambda: not self.d.guest_pids(TARGET, "bench"))
        self.gone()


class CasementStream(Casement):
    """The same with pixels over a stream of their own, where they could be in memory."""
    name = "casement stream"
    guest_options = ("--set", "pixels=stream")


class CasementPipe(Casement):
    """A guest behind a pipe: its agent's stdin and stdout, which nothing but bytes passes."""
    name = "casement pipe"
    guest_options = ("--set", "video=false")  # what is measured is lossless
    through = ""  # a filter in a shell's words, for a pipe that takes less

    def start(self):
        at = self.d.folder("pipe-guest")
        agent = f"{self.d.build}/bin/casement-agent --stdio --guest-dir {at}"
        script = self.d.base / "pipe"
        script.write_text(f"#!/bin/sh\nexec {agent}\n" if not self.through else f"#!/bin/sh\n{agent} | {self.through}\n")
        script.chmod(0o755)
        self.d.casement("guest", "add", "bench", "--kind", "command", "--set", f"argv={script}", "--set", "unlisted=true",
                        *self.guest_options)
        self.d.casement("guest", "start", "bench")

    def open(self, *arguments):
        self.d.run_in("bench", self.target, *arguments)

    def close(self):
        for pid in self.programs():
            self.d.signal(pid, 15)
        wait_for("the guest's programs to end", lambda: not self.programs())
        self.gone()

    def programs(self):
        base = str(self.d.base).encode()
        return processes(lambda pid, argv, environ: argv[0] == self.target.encode() and any(base in e for e in environ))


class CasementPipe250(CasementPipe):
    """The same at 250 MB/s."""
    name = "casement pipe 250"

    @property
    def through(self):
        return f"{sys.executable} {pathlib.Path(__file__).resolve().parent / 'slow_pipe.py'} 250"


class CasementRdp(CasementPipe):
    """The same as any RDP peer."""
    name = "casement rdp"
    guest_options = ("--set", "pixels=rdp")


class Ssh(Way):
    """X forwarding over ssh, to this machine."""
    name = "ssh -Y"
    needs = ("ssh", "sshd", "ssh-keygen", "xauth")

    def start(self):
        at, self.port = self.d.folder("ssh"), free_port()
        for key in ("host", "user"):
            self.d.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(at / key))
        shutil.copy(at / "user.pub", at / "authorized")
        (at / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {at}/host\nAuthorizedKeysFile {at}/authorized\n"
            f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n"
            f"X11Forwarding yes\nX11UseLocalhost yes\nXAuthLocation {shutil.which('xauth')}\n")
        if os.getuid() == 0:
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.spawn(shutil.which("sshd", path="/usr/sbin:/sbin:" + os.environ["PATH"]), "-D", "-e", "-f",
                   str(at / "sshd_config"))
        wait_for("sshd", lambda: listens(self.port))

    def open(self, *arguments):
        at = self.d.base / "ssh"
        self.targets.append(self.spawn(
            "ssh", "-Y", "-F", "none", "-p", str(self.port), "-i", str(at / "user"), "-o", "StrictHostKeyChecking=no",
            "-o", f"UserKnownHostsFile={at}/known", "-o", "IdentitiesOnly=yes", "127.0.0.1", self.target, *arguments))


class Xpra(Way):
    """xpra over a Unix socket, as it is without further options but for sound and the like, which are off."""
    name = "xpra"
    needs = ("xpra", "Xvfb")
    mmap = "no"
    QUIET = ("--pulseaudio=no", "--notifications=no", "--printing=no", "--mdns=no", "--webcam=no", "--dbus-launch=",
             "--html=off", "--speaker=off", "--microphone=off", "--system-tray=no", "--file-transfer=no", "--bell=no")

    def start(self):
        at = self.d.folder("xpra")
        self.display = f":{free_display()}"
        self.spawn("xpra", "start", self.display, "--daemon=no", f"--socket-dir={at}", f"--socket-dirs={at}",
                   f"--mmap={self.mmap}", "--xvfb=Xvfb +extension Composite -screen 0 3840x2880x24 -nolisten tcp -noreset",
                   "--exit-with-children=no", *self.QUIET)
        self.socket = wait_for("xpra's socket", lambda: [p for p in at.iterdir() if p.is_socket()], 30)[0]
        self.spawn("xpra", "attach", f"socket://{self.socket}", f"--mmap={self.mmap}", *self.QUIET, log="xpra-attach")
        wait_for("xpra to attach", lambda: "Attached to" in (self.d.base / "xpra-attach.log").read_text(), 30)

    def open(self, *arguments):
        self.targets.append(self.spawn(self.target, *arguments, env={"DISPLAY": self.display}))


class XpraMmap(Xpra):
    name = "xpra mmap"
    mmap = "yes"


class RemoteDesktop(Way):
    """A whole desktop in a window of xfreerdp3, which has the host's whole screen."""
    windows = False
    options = ("--focus",)

    def connect(self, port, *options):
        width, height = self.d.size
        self.spawn("xfreerdp3", f"/v:127.0.0.1:{port}", f"/size:{width}x{height}", "/cert:ignore", "/network:lan", "/f",
                   "/gfx", "-grab-keyboard", *options)
        wait_for("xfreerdp's window", self.viewers, 30)

    def viewers(self):
        return [w for w in self.d.clients() if "xfreerdp" in self.d.wm_class(w)]

    def activate(self):
        self.d.focus(self.viewers()[-1])

    def open(self, *arguments):
        self.targets.append(self.spawn(self.target, *self.options, *arguments, env={"DISPLAY": self.display}))


class Xrdp(RemoteDesktop):
    """xrdp with the Xorg driver it is installed with, and no session manager in between."""
    name = "xrdp"
    needs = ("xrdp", "Xorg", "xfreerdp3", "openssl")
    CONFIG = "/etc/X11/xrdp/xorg.conf"

    @classmethod
    def missing(cls):
        return super().missing() or ("" if pathlib.Path(cls.CONFIG).exists() else "xorgxrdp")

    def start(self):
        at, port = self.d.folder("xrdp"), free_port()
        number = free_display()
        self.display = f":{number}"
        width, height = self.d.size
        self.spawn("Xorg", self.display, "-config", self.CONFIG, "-noreset", "-nolisten", "tcp", "-novtswitch", "-sharevts",
                   "-logfile", str(at / "Xorg.log"), env={
                       "XRDP_SOCKET_PATH": str(at), "XRDP_START_WIDTH": str(width), "XRDP_START_HEIGHT": str(height)})
        wait_for("xrdp's X server", (at / f"xrdp_display_{number}").exists, 20)
        self.d.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(at / "key.pem"), "-out",
                   str(at / "cert.pem"), "-days", "2", "-subj", "/CN=bench")
        (at / "xrdp.ini").write_text(
            f"[Globals]\nini_version=1\nfork=true\nport=tcp://127.0.0.1:{port}\nsecurity_layer=tls\ncertificate={at}/cert.pem\n"
            f"key_file={at}/key.pem\nssl_protocols=TLSv1.2, TLSv1.3\nautorun=bench\nmax_bpp=32\nuse_fastpath=both\n"
            f"bitmap_cache=true\nbitmap_compression=true\nnew_cursors=true\n"
            f"[Logging]\nLogFile={at}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n"
            f"[Channels]\nrdpdr=false\nrdpsnd=false\ndrdynvc=true\ncliprdr=false\nrail=false\n"
            f"[bench]\nname=bench\nlib=libxup.so\nusername=na\npassword=na\nip=127.0.0.1\nport={at}/xrdp_display_{number}\ncode=20\n")
        self.spawn("xrdp", "--nodaemon", "--config", str(at / "xrdp.ini"))
        wait_for("xrdp", lambda: listens(port), 20)
        self.connect(port, "/u:na", "/p:na", "/sec:tls")


class Shadow(RemoteDesktop):
    """freerdp-shadow of an X server of its own."""
    name = "freerdp-shadow"
    needs = ("freerdp-shadow-cli3", "xfreerdp3", "Xvfb")

    def start(self):
        port = free_port()
        self.display = self.d.start_xvfb()
        self.spawn("freerdp-shadow-cli3", f"/port:{port}", "/bind-address:127.0.0.1", "-auth",
                   env={"DISPLAY": self.display})
        wait_for("freerdp-shadow", lambda: listens(port), 20)
        self.connect(port, "/u:na", "/p:na", "/sec:tls")


ALL = (Native, Casement, CasementStream, CasementPipe, CasementPipe250, CasementRdp, Ssh, XpraMmap, Xpra, Xrdp, Shadow)
