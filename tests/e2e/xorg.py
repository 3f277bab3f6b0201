# SPDX-License-Identifier: Apache-2.0
"""A host with a real Xorg, a touchpad and a touch screen, which tests move by Xorg's inputtest driver."""
import os
import pathlib
import socket
import struct

from harness import Failure, HostDesktop, wait_for

CONFIG = """
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoEnableDevices" "false"
    Option "AutoAddGPU" "false"
EndSection
Section "Device"
    Identifier "dummy"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 1-100000
    VertRefresh 1-100000
EndSection
Section "Screen"
    Identifier "screen"
    Device "dummy"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual {width} {height}
    EndSubSection
EndSection
Section "InputDevice"
    Identifier "touchpad"
    Driver "inputtest"
    Option "DeviceType" "PointerAbsolute"
    Option "PointerButtonCount" "{buttons}"
    Option "SocketPath" "{socket}"
EndSection
Section "InputDevice"
    Identifier "keyboard"
    Driver "inputtest"
    Option "DeviceType" "Keyboard"
    Option "SocketPath" "{socket}-keyboard"
EndSection
Section "InputDevice"
    Identifier "touch screen"
    Driver "inputtest"
    Option "DeviceType" "Touch"
    Option "SocketPath" "{socket}-touch"
EndSection
Section "ServerLayout"
    Identifier "host"
    Screen "screen"
    InputDevice "touchpad" "CorePointer"
    InputDevice "keyboard" "CoreKeyboard"
    InputDevice "touch screen"
EndSection
"""
AXES = 64
STEPS = 65536  # of the touch screen, each way
BUTTONS = 31
CLIENT_VERSION, WAIT_FOR_SYNC, MOTION, _, BUTTON, _, TOUCH = range(7)  # xf86-input-inputtest-protocol.h
TOUCH_BEGIN, TOUCH_UPDATE, TOUCH_END = 18, 19, 20  # XI_TouchBegin, …


class XorgDesktop(HostDesktop):
    def start_xvfb(self):
        socket_path, config = self.base / "touchpad", self.base / "xorg.conf"
        config.write_text(CONFIG.format(width=self.size[0], height=self.size[1], socket=socket_path, buttons=BUTTONS))
        server = next(p for p in ("/usr/lib/xorg/Xorg", "/usr/libexec/Xorg") if pathlib.Path(p).exists())
        r, w = os.pipe()
        self.spawn(server, "-displayfd", str(w), "-nolisten", "tcp", "-noreset", "-novtswitch", "-sharevts", "-keeptty",
                   "-config", str(config), "-configdir", str(self.folder("xorg.conf.d")),
                   "-logfile", str(self.base / "xorg-server.log"), "-dpi", "96", pass_fds=(w,))
        os.close(w)
        with os.fdopen(r) as numbers:
            number = numbers.readline()
        if not number:
            raise Failure(f"Xorg did not start: {(self.base / 'Xorg.log').read_text()}")
        self.touchpad = self.connect(socket_path)
        self.touch_screen = self.connect(self.base / "touchpad-touch")
        return f":{int(number)}"

    @staticmethod
    def connect(path):
        device = socket.socket(socket.AF_UNIX)
        wait_for(f"the device {path.name}", path.exists)
        device.connect(str(path))
        device.sendall(struct.pack("=IIHH", 12, CLIENT_VERSION, 1, 0))
        device.recv(12)
        return device

    @staticmethod
    def settle(device):
        device.sendall(struct.pack("=II", 8, WAIT_FOR_SYNC))
        device.recv(8)

    def scroll(self, dx, dy):
        """In the device's units, of which a notch has 120; done when the server has told of it."""
        mask = (4 if dx else 0) | (8 if dy else 0)
        values = [0.0] * AXES
        values[2:4] = dx, dy
        self.touchpad.sendall(struct.pack(f"=IIII I8B4x{AXES}d{AXES}d", 1056, MOTION, 0, 0, 0, mask, *[0] * 7,
                                          *values, *[0.0] * AXES))
        self.settle(self.touchpad)

    def button(self, number, down):
        self.touchpad.sendall(struct.pack("=IIIII 1044x", 1064, BUTTON, 0, number, down))
        self.settle(self.touchpad)

    def touch(self, finger, kind, x, y):
        """Likewise; into the middle of a pixel of the screen."""
        values = [0.0] * AXES
        values[:2] = ((at + 0.5) * STEPS / side for at, side in zip((x, y), self.size))
        self.touch_screen.sendall(struct.pack(f"=IIII I8B4x{AXES}d{AXES}d", 1056, TOUCH, finger, kind, 0, 3, *[0] * 7,
                                              *values, *[0.0] * AXES))
        self.settle(self.touch_screen)
