# SPDX-License-Identifier: Apache-2.0
"""The port of a virtual machine for a wine: a terminal under the name that virtio-serial has there."""

PORT = "org.casement.channel.0"

# A program: its argument is the name, its standard input and output are the host's end.
BRIDGE = r"""
import os, pty, select, signal, sys, tty
master, slave = pty.openpty()
tty.setraw(slave)
link = sys.argv[1]

def end(*_):  # the terminal's name is another's soon, which an agent must not take for the port
    if os.path.islink(link):
        os.unlink(link)
    sys.exit()

signal.signal(signal.SIGTERM, end)
if os.path.islink(link):
    os.unlink(link)
os.symlink(os.ttyname(slave), link)
while True:
    for fd in select.select([0, master], [], [])[0]:
        data = os.read(fd, 65536)
        if not data:
            end()
        out = master if fd == 0 else 1
        while data:
            data = data[os.write(out, data):]
"""
