#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest that is a real virtual machine: QEMU (tcg), Debian's cloud kernel, virtio-serial.

usage: test_vm.py IMAGE_DIR     (made by tests/vm/make-image)
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, tone, wait_for  # noqa: E402
from Xlib import X  # noqa: E402

XTERM = "casement.vm.debian-xterm"
BOOT_S = 240


class VirtualMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = HostDesktop(os.environ["CASEMENT_BUILD"], size=(1280, 800))
        try:
            cls.d.start()
            cls.boot()
        except BaseException:
            cls.tell()
            cls.d.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.tell()
        cls.d.stop()

    @classmethod
    def tell(cls):
        for name in ("console.txt", "dbus-daemon.log"):
            log = cls.d.base / name
            if log.exists():
                print(f"==> {name}\n{log.read_text(errors='replace')[-5000:]}", file=sys.stderr)

    @classmethod
    def boot(cls):
        base, images = cls.d.base, pathlib.Path(IMAGES)
        programs = base / "programs/bin"
        programs.mkdir(parents=True)
        for program in (cls.d.build / "bin").iterdir():
            if program.name in ("casement-supervisor", "casement-agent", "casement-remoteapp", "chain_target"):
                shutil.copy(program, programs)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", base / "programs", base / "programs.img", "256M"], check=True)
        cls.pipe, cls.qmp = base / "pipe", base / "qmp"
        cls.d.spawn(
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "1536", "-smp", "2", "-nographic",
            "-display", "none", "-monitor", "none", "-serial", f"file:{base}/console.txt", "-kernel", str(images / "vmlinuz"),
            "-initrd", str(images / "initrd"), "-append", "console=ttyS0 quiet panic=1",
            "-drive", f"file={images}/root.img,format=raw,if=virtio,snapshot=on",
            "-drive", f"file={base}/programs.img,format=raw,if=virtio,readonly=on",
            "-device", "virtio-serial", "-chardev", f"socket,id=c,path={cls.pipe},server=on,wait=off",
            "-device", "virtserialport,chardev=c,name=org.casement.channel.0",
            "-qmp", f"unix:{cls.qmp},server=on,wait=off", "-nic", "none")
        wait_for("the machine's sockets", lambda: cls.pipe.exists() and cls.qmp.exists())
        cls.d.casement("guest", "add", "vm", "--kind", "socket", "--set", f"path={cls.pipe}",
                       "--set", f"start_timeout_s={BOOT_S}", "--set", "launch_timeout_s=120", "--set", "unlisted=true")
        cls.d.casement("guest", "start", "vm", timeout=BOOT_S)

    def machine(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(self.qmp))
            stream = s.makefile("rw")
            stream.readline()
            for each in ("qmp_capabilities", command):
                stream.write(json.dumps({"execute": each}) + "\n")
                stream.flush()
                while "return" not in (answer := json.loads(stream.readline())):
                    self.assertNotIn("error", answer)

    def xterm(self):
        known = {w.id for w in self.d.windows_of(XTERM)}
        self.d.casement("run", "vm", "debian-xterm", timeout=180)
        window = wait_for("xterm's window", lambda: [w for w in self.d.windows_of(XTERM) if w.id not in known], 60)[-1]
        wait_for("its pixels", lambda: self.d.painted(window), 60)
        return window

    def type_and_see(self, window, title):
        self.d.focus(window)
        self.d.type(f"xterm -title {title} &")
        self.d.key("Return")
        wait_for("the window that was typed", lambda: [w for w in self.d.clients() if title in self.d.title(w)], 60)

    def test_1_window_and_typing(self):
        window = self.xterm()
        self.d.screenshot(pathlib.Path(os.environ["CASEMENT_BUILD"]) / "vm.png")
        self.type_and_see(window, "TypedByTheHost")

    def test_2_tone(self):
        d = self.d
        d.casement("run", "vm", "--", "sh", "-c",
                   "sox -n -r 48000 -c 2 ~/t.wav synth 8 sine 440 vol 0.5 && exec paplay ~/t.wav", timeout=180)
        wait_for("sound at the host's sink", d.sink_inputs, 60)
        heard = tone(d.record(6))
        print(heard)
        self.assertAlmostEqual(heard["frequency_hz"], 440, delta=1)

    def test_3_reset_in_the_middle_of_a_frame(self):
        d = self.d
        d.casement("run", "vm", "--", "/opt/casement/bin/chain_target", "--stream", "640", "480", timeout=180)
        window = wait_for("the streaming window", lambda: [w for w in d.clients() if "chain_target" in d.title(w)], 60)[-1]
        # It is on the list a moment before it is mapped.
        wait_for("it to be mapped", lambda: window.get_attributes().map_state == X.IsViewable, 60)
        first = d.pixels(window).tobytes()
        wait_for("moving pixels", lambda: d.pixels(window).tobytes() != first, 60)
        self.machine("system_reset")
        wait_for("the dead windows to close", lambda: not [w for w in d.clients() if "chain_target" in d.title(w)], 120)
        wait_for("the guest to be up again", lambda: d.guest("vm")["state"] == "up" and d.guest("vm")["apps"] > 0, BOOT_S, poll=0.5)
        self.type_and_see(self.xterm(), "AfterTheReset")


if __name__ == "__main__":
    IMAGES = sys.argv.pop(1)
    unittest.main(verbosity=2)
