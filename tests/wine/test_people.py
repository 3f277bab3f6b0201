#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the agent tells of its guest's sessions and certificates, and what the host does with it.

Wine has one session, never locked, whose user is who runs it; so this shows the way from the agent, and from its
helper in the session, to the host. What a Windows says of its sessions is in tests/unit/guestagent_people.c.

usage: test_people.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import getpass
import hashlib
import os
import signal
import struct
import subprocess
import sys
import unittest

from chain import LISTENER, Chain, wait_for

STORE = r"HKLM\Software\Microsoft\SystemCertificates\Remote Desktop\Certificates"


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.c = Chain(*sys.argv[1:3])
        cls.d, cls.p = cls.c.d, cls.c.p

    @classmethod
    def tearDownClass(cls):
        cls.p.agent("service", "remove", check=False)
        cls.c.close()

    def tearDown(self):
        for guest in ("win", "vm"):
            self.d.casement("guest", "stop", guest)
        self.p.run("reg", "delete", LISTENER, "/v", "SSLCertificateSHA1Hash", "/f", check=False)

    def people(self, guest):
        return self.d.guest(guest)["people"]

    def check_alone(self, guest):
        people = wait_for("what the session's program knows",
                          lambda: [p for p in self.people(guest) if p["dpi"] and p["keyboard"]], 20)
        self.assertEqual(len(people), 1)
        self.assertEqual((people[0]["user"], people[0]["state"], people[0]["connected"], people[0]["lock"]),
                         (getpass.getuser(), "logged-on", True, "open"))
        self.assertEqual(people[0]["dpi"], 96)
        self.assertEqual(people[0]["keyboard"] & 0xffff, 0x409)

    def test_agent_of_a_user(self):
        self.d.casement("guest", "start", "win")
        self.check_alone("win")
        self.assertIn(f"\t{getpass.getuser()}\t", self.d.casement("status").stdout)

    def test_service_and_its_helper(self):
        self.p.agent("service", "install")
        self.p.agent("service", "start")
        self.d.casement("guest", "start", "vm")
        self.check_alone("vm")
        helper = self.c.agents("--helper")
        self.assertEqual(len(helper), 1)
        # Without its helper less is known, and the rest stays.
        os.kill(helper[0], signal.SIGKILL)
        wait_for("what the helper said to be gone", lambda: self.people("vm") and not self.people("vm")[0]["dpi"], 10)
        self.assertEqual(self.people("vm")[0]["user"], getpass.getuser())
        # Nothing is left of a service that was killed.
        self.p.agent("service", "stop")
        self.p.agent("service", "start")
        helper = wait_for("another helper", lambda: self.c.agents("--helper"), 20)
        os.kill(self.c.agents("service", "run")[0], signal.SIGKILL)
        wait_for("the helper to end", lambda: not self.c.agents("--helper"), 10)
        self.p.agent("service", "remove", check=False)

    def certificates(self):
        return self.d.guest("win")["certificates"]

    def test_certificates_that_are_told(self):
        self.d.casement("guest", "start", "win")
        self.assertEqual(self.certificates(), [])
        # One that the machine made for itself, as the store has it: property 32 is the certificate.
        der = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=CASEMENT-PC",
                              "-keyout", "/dev/null", "-outform", "DER"], capture_output=True, check=True).stdout
        name = hashlib.sha1(der).hexdigest().upper()
        blob = struct.pack("<III", 32, 1, len(der)) + der
        self.p.run("reg", "add", f"{STORE}\\{name}", "/v", "Blob", "/t", "REG_BINARY", "/d", blob.hex(), "/f")
        made = "sha256:" + hashlib.sha256(der).hexdigest()
        wait_for(lambda: f"the certificate of the store; there are {self.certificates()}",
                 lambda: self.certificates() == [made], 10)
        # One that the listener was given.
        given = "0123456789abcdef0123456789abcdef01234567"
        self.c.set_listener("SSLCertificateSHA1Hash", "REG_BINARY", given)
        wait_for("the one of the listener", lambda: self.certificates() == ["sha1:" + given, made], 10)
        self.p.run("reg", "delete", LISTENER, "/v", "SSLCertificateSHA1Hash", "/f")
        self.p.run("reg", "delete", STORE, "/f")
        wait_for("both to be gone", lambda: self.certificates() == [], 10)

    def test_certificate_that_is_known(self):
        double = self.c.remote_desktop()
        self.c.set_listener("SSLCertificateSHA1Hash", "REG_BINARY", double.sha1)
        self.d.casement("guest", "start", "win")
        wait_for("the certificate", lambda: self.certificates() == ["sha1:" + double.sha1], 10)
        self.c.sign_in("win")
        self.d.casement("run", "win", self.c.apps["Notes"])
        self.c.painted("win", "Notes")

    def test_certificate_that_is_another(self):
        double = self.c.remote_desktop()
        other = double.sha1[:-1] + ("0" if double.sha1[-1] != "0" else "1")
        self.c.set_listener("SSLCertificateSHA1Hash", "REG_BINARY", other)
        self.d.casement("guest", "start", "win")
        wait_for("the certificate", lambda: self.certificates() == ["sha1:" + other], 10)
        self.c.sign_in("win")
        done = self.d.casement("run", "win", self.c.apps["Notes"], check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("presented another certificate than its agent says", done.stderr)
        self.assertEqual(double.lines("logon"), [])
        self.assertEqual(self.c.windows("win", "Notes"), [])
        # Mended in the guest, the next launch works.
        self.c.set_listener("SSLCertificateSHA1Hash", "REG_BINARY", double.sha1)
        wait_for("the certificate", lambda: self.certificates() == ["sha1:" + double.sha1], 10)
        self.d.casement("run", "win", self.c.apps["Notes"])
        self.c.painted("win", "Notes")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
