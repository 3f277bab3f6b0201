#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""casement-remoteapp with a RAIL client that is not ours: xfreerdp3 on a host display of its own
opens a program of a real guest (supervisor, X, sound), types into it and hears it, as the guest
hears its microphone; without one, the guest hears silence; and, over TLS, it shows a window that was
there before.

xfreerdp3 3.15.0, as Debian 13's security updates have it, takes a lock when a window opens and never
releases it: the threads that paint and that read answers stand still, whatever the server. It runs
here without that lock (xfreerdp_lock.c).

usage: remoteapp_xfreerdp.py BUILD_DIR [SCREENSHOT_DIR]"""

import array
import math
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import wave

import numpy

BUILD = os.path.abspath(sys.argv[1])
PICTURES = sys.argv[2] if len(sys.argv) > 2 else None
PATIENCE_S = 30
RATE = 48000
HZ = 440
TONE_S = 3
RECORD = f"parec --format=s16le --rate={RATE} --channels=2 --latency-msec=20"


class Failed(Exception):
    pass


def wait_for(what, condition):
    """Polls until condition() is true; its value."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        threading.Event().wait(0.05)
    raise Failed(f"{what} did not happen within {PATIENCE_S} s")


class Rig:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="casement-xf-")
        self.children = []
        self.env = dict(os.environ, HOME=self.dir, XDG_RUNTIME_DIR=self.dir, LC_ALL="C.UTF-8",
                        CASEMENT_LIBEXECDIR=f"{BUILD}/bin")
        for name in ("DISPLAY", "PULSE_SERVER", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"):
            self.env.pop(name, None)

    def start(self, *argv, env=None, log=None, **more):
        out = open(f"{self.dir}/{log or os.path.basename(argv[0])}.log", "ab")
        child = subprocess.Popen(argv, env=env or self.env, stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=out, **more)
        self.children.append(child)
        return child

    def start_x(self, size):
        read, write = os.pipe()
        self.start("Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten",
                   "tcp", "-ac", pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as number:
            return ":" + number.readline().strip()

    def close(self):
        for child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in reversed(self.children):
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def run(env, *argv):
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=20,
                          check=False).stdout.strip()


def find_window(env, title):
    ids = run(env, "xdotool", "search", "--onlyvisible", "--name", f"^{title}$").split()
    return ids[0] if ids else None


def colours(env, window):
    """How many different colours a window shows."""
    text = run(env, "sh", "-c", f"import -silent -window {window} -format %k info:-")
    return int(text) if text.isdigit() else 0


def take_picture(env, name):
    if PICTURES:
        run(env, "import", "-window", "root", f"{PICTURES}/{name}.png")


def hand_over(guest):
    """A stream to casement-remoteapp; the end that is ours."""
    ours, theirs = socket.socketpair()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
        control.connect(f"{guest}/rdp")
        control.sendmsg([b"RDP"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                    array.array("i", [theirs.fileno()]))])
    theirs.close()
    return ours


def write_tone(path):
    with wave.open(path, "wb") as out:
        out.setparams((2, 2, RATE, 0, "NONE", ""))
        for i in range(RATE * TONE_S):
            value = int(12000 * math.sin(2 * math.pi * HZ * i / RATE))
            out.writeframesraw(struct.pack("<hh", value, value))


def check_tone(path):
    samples = numpy.fromfile(path, dtype="<i2")[::2].astype(float)
    loud = numpy.nonzero(numpy.abs(samples) > 1000)[0]
    if len(loud) < RATE * TONE_S * 0.8:
        raise Failed(f"only {len(loud) / RATE:.2f} s of the tone were heard")
    tone = samples[loud[0]:loud[-1]]
    # A sine of this pitch is never quiet for longer than a fraction of a period. Gaps are what the
    # client's player makes of a busy machine: remoteapp_sound checks each sample that leaves here.
    quiet = numpy.diff(numpy.nonzero(numpy.abs(tone) > 1000)[0]).max() / RATE * 1000
    middle = tone[len(tone) // 4:len(tone) * 3 // 4]
    spectrum = numpy.abs(numpy.fft.rfft(middle * numpy.hanning(len(middle))))
    pitch = spectrum.argmax() * RATE / len(middle)
    print(f"tone: {pitch:.1f} Hz, {len(tone) / RATE:.2f} s, longest gap {quiet:.1f} ms, "
          f"peak {numpy.abs(tone).max():.0f}")
    if abs(pitch - HZ) > 1 or quiet > 200 or numpy.abs(tone).max() > 32000:
        raise Failed("the tone is not the one that was played")


def start_client(rig, env, *arguments, **more):
    """No clipboard: with it the client mounts a file system of its own, and looks into that while it
    ends. Killed then, it waits for itself for ever."""
    told = subprocess.run(["xfreerdp3", "--version"], capture_output=True, text=True, check=False).stdout
    if re.search(r"version 3\.15\.0\b", told):
        env = dict(env, LD_PRELOAD=f"{BUILD}/bin/xfreerdp_lock.so")
    rig.start("xfreerdp3", "/u:x", "/p:y", "-clipboard", *arguments, env=env, **more)


def start_host_sound(rig):
    server = f"unix:{rig.dir}/host-pulse"
    rig.start("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
              "--realtime=no", "--high-priority=no", "-L",
              "module-null-sink sink_name=host rate=48000 norewinds=1", "-L",
              f"module-native-protocol-unix socket={rig.dir}/host-pulse auth-anonymous=1",
              log="host-pulse")
    env = dict(rig.env, PULSE_SERVER=server)
    wait_for("the host's sound", lambda: "host" in run(env, "pactl", "list", "short", "sinks"))
    recording = open(f"{rig.dir}/heard.raw", "wb")
    parec = subprocess.Popen(["parec", "-d", "host.monitor", "--rate=48000", "--channels=2",
                              "--format=s16le", "--latency-msec=20"], env=env, stdout=recording)
    rig.children.append(parec)
    return server


def test_guest(rig, host):
    guest = f"{rig.dir}/guest"
    os.mkdir(guest)
    server = start_host_sound(rig)
    write_tone(f"{rig.dir}/tone.wav")
    script = f"{rig.dir}/program"
    with open(script, "w", encoding="utf-8") as out:
        out.write(f"#!/bin/sh\n{RECORD} > {rig.dir}/microphone.raw &\nrecorder=$!\n"
                  "xterm -title probe &\nwindow=$!\n"
                  f"until test -e {rig.dir}/listens; do sleep 0.1; done\npaplay {rig.dir}/tone.wav\n"
                  f"touch {rig.dir}/played\nwait $window\nkill $recorder\n")
    os.chmod(script, 0o755)
    rig.start(f"{BUILD}/bin/casement-supervisor", "--guest-dir", guest, "--agent-socket",
              f"{rig.dir}/agent")
    wait_for("the guest", lambda: os.path.exists(f"{guest}/rdp"))
    stream = hand_over(guest)
    env = dict(rig.env, DISPLAY=host, PULSE_SERVER=server)
    start_client(rig, env, "/v:|", f"/port:{stream.fileno()}", f"/app:program:{script}", "/sec:rdp",
                 "/sound:sys:pulse,latency:400", "/mic:sys:pulse", pass_fds=[stream.fileno()])
    stream.close()
    window = wait_for("the window of xterm", lambda: find_window(env, "probe"))
    wait_for("its text", lambda: colours(env, window) >= 2)
    # What the client plays is before its microphone: its default source is its sink's monitor.
    wait_for("the client to record", lambda: "xfreerdp" in run(env, "pactl", "list", "source-outputs"))
    open(f"{rig.dir}/listens", "w", encoding="utf-8").close()
    # Focus, type, and see it arrive in the guest.
    run(env, "xdotool", "windowfocus", "--sync", window)
    run(env, "xdotool", "mousemove", "--window", window, "60", "60", "click", "1")
    run(env, "xdotool", "type", "--delay", "20", f"touch {rig.dir}/typed")
    run(env, "xdotool", "key", "Return")
    wait_for("what was typed", lambda: os.path.exists(f"{rig.dir}/typed"))
    take_picture(env, "xfreerdp")
    wait_for("the end of the tone", lambda: os.path.exists(f"{rig.dir}/played"))
    heard = f"{rig.dir}/heard.raw"
    size = os.path.getsize(heard)
    wait_for("what follows the tone", lambda: os.path.getsize(heard) > size + RATE * 4)
    check_tone(heard)
    check_tone(f"{rig.dir}/microphone.raw")
    # The program ends, and with it the window.
    run(env, "xdotool", "type", "--delay", "20", "exit")
    run(env, "xdotool", "key", "Return")
    wait_for("the end of the window", lambda: not find_window(env, "probe"))
    wait_for("the client to record no more",
             lambda: "xfreerdp" not in run(env, "pactl", "list", "source-outputs"))
    refuse_microphone(rig, guest, env)


def refuse_microphone(rig, guest, env):
    """A client that has none: the guest's program hears silence, and the client goes on."""
    script = f"{rig.dir}/deaf"
    with open(script, "w", encoding="utf-8") as out:
        out.write(f"#!/bin/sh\n{RECORD} > {rig.dir}/silence.raw &\n"
                  "xterm -title deaf -e sh -c 'read x; echo $x; sleep 1000'\n")
    os.chmod(script, 0o755)
    stream = hand_over(guest)
    start_client(rig, env, "/v:|", f"/port:{stream.fileno()}", f"/app:program:{script}", "/sec:rdp",
                 pass_fds=[stream.fileno()], log="xfreerdp-deaf")
    stream.close()
    window = wait_for("the window of xterm", lambda: find_window(env, "deaf"))
    wait_for("silence", lambda: os.path.getsize(f"{rig.dir}/silence.raw") > 3 * RATE * 4)
    if numpy.fromfile(f"{rig.dir}/silence.raw", dtype="<i2").any():
        raise Failed("there is sound without a microphone")
    if "xfreerdp" in run(env, "pactl", "list", "source-outputs"):
        raise Failed("a client without /mic records")
    before = colours(env, window)
    run(env, "xdotool", "windowfocus", "--sync", window)
    run(env, "xdotool", "type", "--delay", "20", "still here")
    wait_for("what was typed", lambda: colours(env, window) >= before)


def test_tls(rig, host):
    display = rig.start_x("1280x800")
    guest = dict(rig.env, DISPLAY=display)
    rig.start(f"{BUILD}/bin/casement-remoteapp", "--listen", f"{rig.dir}/open", env=guest)
    rig.start("xclock", "-title", "clock", "-geometry", "164x164+100+100", env=guest)
    wait_for("the server", lambda: os.path.exists(f"{rig.dir}/open"))
    env = dict(rig.env, DISPLAY=host)
    # An exec that fails makes xfreerdp3 leave; the windows come before its answer.
    start_client(rig, env, f"/v:{rig.dir}/open", "/app:program:||nothing", "/sec:tls", "/cert:ignore",
                 log="xfreerdp-tls")
    log = f"{rig.dir}/xfreerdp-tls.log"

    def refused():
        with open(log, encoding="utf-8", errors="replace") as text:
            return "RAIL exec error" in text.read()

    wait_for("the answer over TLS", refused)


def main():
    rig = Rig()
    try:
        host = rig.start_x("1600x1000")
        rig.start("openbox", env=dict(rig.env, DISPLAY=host))
        test_guest(rig, host)
        test_tls(rig, host)
    except Failed as why:
        print(f"FAILED: {why}", file=sys.stderr)
        for name in sorted(os.listdir(rig.dir)):
            if name.endswith(".log"):
                with open(f"{rig.dir}/{name}", encoding="utf-8", errors="replace") as text:
                    print(f"--- {name}\n{text.read()[-1500:]}", file=sys.stderr)
        return 1
    finally:
        rig.close()
    return 0


sys.exit(main())
