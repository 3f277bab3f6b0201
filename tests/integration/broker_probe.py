# SPDX-License-Identifier: Apache-2.0
"""Runs inside a guest: tries what a sandbox must refuse, and writes what came of it as JSON.

usage: broker_probe.py OUT HOST_JSON    (what the host has: paths, ports, an abstract socket's name)
"""
import ctypes
import errno
import fcntl
import json
import os
import platform
import socket
import sys
import termios

LIBC = ctypes.CDLL(None, use_errno=True)
CALLS = {"x86_64": {"add_key": 248, "request_key": 249, "keyctl": 250},
         "aarch64": {"add_key": 217, "request_key": 218, "keyctl": 219}}[platform.machine()]
CALLS.update(io_uring_setup=425, bpf={"x86_64": 321, "aarch64": 280}[platform.machine()])
CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
SESSION_KEYRING = -3


def syscall(name, *arguments):
    ctypes.set_errno(0)
    result = LIBC.syscall(CALLS[name], *arguments)
    return "worked" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def attempt(action):
    try:
        action()
        return "worked"
    except OSError as problem:
        return errno.errorcode.get(problem.errno, str(problem))


def connect(family, address):
    def action():
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(2)
            s.connect(address)
    return attempt(action)


def write(path):
    def action():
        with open(path, "wb"):
            pass
    return attempt(action)


def unshare(flags):
    ctypes.set_errno(0)
    return "worked" if LIBC.unshare(flags) == 0 else errno.errorcode[ctypes.get_errno()]


def type_into_terminal():
    master, slave = os.openpty()
    try:
        fcntl.ioctl(slave, termios.TIOCSTI, b"x")
    finally:
        os.close(master)
        os.close(slave)


def status():
    with open("/proc/self/status", encoding="ascii") as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def main(out, host):
    me = status()
    found = {
        "paths": {path: os.path.exists(path) for path in host["paths"]},
        "shadow": attempt(lambda: open("/etc/shadow", "rb").close()),
        "core_pattern": write("/proc/sys/kernel/core_pattern"),
        "usr": write("/usr/casement-probe"),
        "programs": write(os.path.join(host["programs"], "casement-probe")),
        "home": write(os.path.expanduser("~/probe.touched")),
        "tmp": write("/tmp/probe.touched"),
        "abstract": connect(socket.AF_UNIX, "\0" + host["abstract"]),
        "loopback": connect(socket.AF_INET, ("127.0.0.1", host["port"])),
        "key": syscall("request_key", b"user", host["key"].encode(), None, 0),
        "keyring": syscall("keyctl", 0, SESSION_KEYRING, 0),
        "new_key": syscall("add_key", b"user", b"casement-probe", b"x", 1, SESSION_KEYRING),
        "io_uring": syscall("io_uring_setup", 1, 0),
        "bpf": syscall("bpf", 0, 0, 0),
        "vsock": attempt(lambda: socket.socket(40, socket.SOCK_STREAM).close()),
        "user_namespace": unshare(CLONE_NEWUSER),
        "mount_namespace": unshare(CLONE_NEWNS),
        "terminal": attempt(type_into_terminal),
        "pids": sorted(int(p) for p in os.listdir("/proc") if p.isdigit()),
        "first": open("/proc/1/comm", encoding="ascii").read().strip(),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "capabilities": me["CapEff"], "no_new_privileges": me["NoNewPrivs"], "seccomp": me["Seccomp"],
        "user": os.environ["USER"], "home_path": os.environ["HOME"], "uid": os.getuid(),
        "environment": sorted(os.environ),
    }
    part = out + ".part"
    with open(part, "w", encoding="utf-8") as f:
        json.dump(found, f)
    os.rename(part, out)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
