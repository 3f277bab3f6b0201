#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""casement-agent setup under wine: each setting, and that --undo leaves the registry as it was.

usage: test_setup.py WINE BIN     (where the programs for Windows are)
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import wait_for  # noqa: E402
from prefix import Prefix  # noqa: E402

LIST = "hklm\\software\\microsoft\\windows nt\\currentversion\\terminal server\\tsappallowlist"
SERVER = "hklm\\system\\currentcontrolset\\control\\terminal server"
POLICY = "hklm\\software\\policies\\microsoft\\windows nt\\terminal services"
OURS = "hklm\\software\\casement"
EXPLORER = "software\\microsoft\\windows\\currentversion\\explorer\\advanced"
WANTED = {
    (SERVER, "fDenyTSConnections"): 0,
    (LIST, "fDisabledAllowList"): 0,
    (POLICY, "fInheritInitialProgram"): 1,
    (POLICY, "RemoteAppLogoffTimeLimit"): 5 * 24 * 3600 * 1000,  # 0 is "immediately"
    (POLICY, "MaxIdleTime"): 0,
    (POLICY, "KeepAliveEnable"): 1,
    (POLICY, "KeepAliveInterval"): 1,
    (SERVER + "\\winstations", "DWMFRAMEINTERVAL"): 15,
    ("hklm\\system\\currentcontrolset\\control\\keyboard layout", "IgnoreRemoteKeyboardLayout"): 1,
}
NOTEPAD = "C:\\windows\\notepad.exe"


def dword(value):
    return f"dword:{value:08x}"


def text(value):
    return '"' + value.replace("\\", "\\\\") + '"'


class Setup(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.p = Prefix(*sys.argv[1:3])
        link = cls.p.shortcut("First")
        # Wine's shell and its desktop make keys of their own when they are first asked for something.
        for options in ((), ("--undo",)):
            cls.p.agent("setup", *options)
        link.unlink()
        wait_for("wine's services to have made their keys", lambda: cls.p.registry() == cls.p.registry(), 120)

    @classmethod
    def tearDownClass(cls):
        cls.p.close()

    def setUp(self):
        self.links = [self.p.shortcut("Plain"), self.p.shortcut("With/Arguments", NOTEPAD, '"C:\\a b.txt" /p')]
        self.before = self.p.registry()

    def tearDown(self):
        self.p.agent("setup", "--undo")
        for link in self.links:
            link.unlink(missing_ok=True)

    def check_settings(self, now):
        for (key, name), value in WANTED.items():
            self.assertEqual(now.get(key, {}).get(name), dword(value), f"{key}\\{name}")
        users = [values for key, values in now.items() if key.startswith("hku\\s-1-5-21") and key.endswith(EXPLORER)]
        self.assertTrue(any(values.get("EnableSnapBar") == dword(0) for values in users), users)

    def aliases(self, now):
        start = f"{LIST}\\applications\\"
        return {values["Name"]: values for key, values in now.items() if key.startswith(start)}

    def assert_as_before(self):
        now = self.p.registry()
        keys = {key for key in {*self.before, *now} if self.before.get(key) != now.get(key)}
        self.assertEqual({key: (self.before.get(key), now.get(key)) for key in keys}, {})

    def test_all_was_absent(self):
        done = self.p.agent("setup")
        self.assertIn("this guest is ready", done.stdout)
        now = self.p.registry()
        self.check_settings(now)
        self.assertNotIn("fAllowUnlistedRemotePrograms", now[POLICY])
        aliases = self.aliases(now)
        self.assertEqual(set(aliases), {text("Plain"), text("Arguments")})
        plain, more = aliases[text("Plain")], aliases[text("Arguments")]
        self.assertEqual((plain["Path"], plain["VPath"], plain["IconPath"]), (text(NOTEPAD),) * 3)
        self.assertEqual((plain["CommandLineSetting"], plain["ShowInTSWA"]), (dword(1), dword(0)))
        self.assertEqual((more["CommandLineSetting"], more["RequiredCommandLine"]),
                         (dword(2), '"\\"C:\\\\a b.txt\\" /p"'))
        self.p.agent("setup")  # twice: what was kept stays
        self.assertEqual(self.p.registry()[f"{OURS}\\agent\\undo"], now[f"{OURS}\\agent\\undo"])
        self.p.agent("setup", "--undo")
        self.assert_as_before()

    def test_killed_while_it_lets_somebody_in(self):
        """Who was a member before stays one."""
        killed = f"{sys.argv[2]}/setup_killed.exe"
        for who, taken_out in (("member", 0), ("stranger", 1)):
            self.p.run(killed, who, check=False)
            undone = self.p.run(killed, who, "--undo").stdout
            self.assertEqual(undone.count("take out S-1-5-21-"), taken_out, (who, undone))
            self.assert_as_before()

    def test_killed_while_it_follows_the_policy(self):
        """Before whichever write to the registry: an undo is exact, and so is what is done the next time."""
        name = "fAllowUnlistedRemotePrograms"
        self.p.run("reg", "add", POLICY, "/v", name, "/t", "REG_SZ", "/d", "odd", "/f")
        self.addCleanup(self.p.run, "reg", "delete", POLICY, "/f")
        self.before = self.p.registry()
        for value, wanted, otherwise in (("on", dword(1), "off"), ("off", text("odd"), "on")):
            for writes in range(10):
                self.p.agent("setup")
                self.follow(otherwise, 10)
                killed = self.follow(value, writes)
                self.p.agent("setup", "--undo")
                self.assert_as_before()
                self.p.agent("setup")
                self.follow(otherwise, 10)
                self.follow(value, writes)
                self.follow(value, 10)
                self.assertEqual(self.p.registry("HKLM\\SOFTWARE")[POLICY][name], wanted)
                self.p.agent("setup", "--undo")
                self.assert_as_before()
                if not killed:
                    break
            self.assertEqual(writes, 2)  # the note and the value, either way

    def follow(self, value, writes):
        done = self.p.run(str(self.p.programs / "policy_killed.exe"), value, str(writes), check=False)
        self.assertIn(done.returncode, (0, 9), done.stdout)
        return done.returncode == 9

    def test_former_values_of_every_kind(self):
        for (key, name), kind, value in (((SERVER, "fDenyTSConnections"), "REG_DWORD", "1"),
                                         ((POLICY, "MaxIdleTime"), "REG_DWORD", "900000"),
                                         ((POLICY, "KeepAliveEnable"), "REG_SZ", "not a number"),
                                         ((LIST, "fDisabledAllowList"), "REG_BINARY", "0102ff"),
                                         ((SERVER + "\\winstations", "DWMFRAMEINTERVAL"), "REG_DWORD", "15"),
                                         ((LIST + "\\applications\\theirs", "Name"), "REG_SZ", "Theirs")):
            self.p.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")
        try:
            self.before = self.p.registry()
            self.p.agent("setup")
            now = self.p.registry()
            self.check_settings(now)
            self.assertIn(text("Theirs"), self.aliases(now))
            self.p.run("reg", "add", POLICY, "/v", "MaxIdleTime", "/t", "REG_DWORD", "/d", "5", "/f")
            self.p.agent("setup")  # the first former value counts
            self.p.agent("setup", "--undo")
            self.assert_as_before()
        finally:
            for key in (SERVER, LIST, POLICY):
                self.p.run("reg", "delete", key, "/f", check=False)

    def test_undo_again_after_one_that_could_not(self):
        self.p.agent("setup")
        alias = next(key for key in self.p.registry("HKLM") if key.startswith(f"{LIST}\\applications\\plain-"))
        self.p.run("reg", "add", f"{alias}\\theirs", "/f")  # Windows removes no key with others in it
        self.assertEqual(self.p.agent("setup", "--undo", check=False).returncode, 1)
        self.p.run("reg", "delete", f"{alias}\\theirs", "/f")
        self.assertIn("all is as it was", self.p.agent("setup", "--undo").stdout)
        self.assert_as_before()

    def test_what_others_put_into_our_keys_stays(self):
        self.p.agent("setup")
        self.p.run("reg", "add", POLICY, "/v", "Theirs", "/t", "REG_SZ", "/d", "x", "/f")
        self.p.agent("setup", "--undo")
        now = self.p.registry("HKLM")
        self.assertEqual(now[POLICY], {"Theirs": '"x"'})
        self.assertNotIn(LIST, now)
        self.assertNotIn(OURS, now)
        self.p.run("reg", "delete", POLICY, "/f")

    def test_a_program_that_goes_and_one_that_comes(self):
        self.p.agent("setup")
        self.links.pop(0).unlink()
        self.links.append(self.p.shortcut("New"))
        self.p.agent("setup")
        self.assertEqual(set(self.aliases(self.p.registry("HKLM"))), {text("Arguments"), text("New")})

    def kept(self, now):
        return now.get(f"{OURS}\\agent\\undo", {})

    def test_for_whom(self):
        mine = self.p.agent("setup").stdout
        self.assertRegex(mine, r"for the account \S+, logged on here \(another: --user NAME\)")
        self.assertTrue(any(name.startswith(">S-1-5-21-") for name in self.kept(self.p.registry("HKLM"))), mine)

    def test_a_user_who_is_not_logged_on_has_no_settings_yet(self):
        done = self.p.agent("setup", "--user", "LOCAL SERVICE")
        self.assertIn("for the account LOCAL SERVICE\n", done.stdout.replace("\r", ""))
        self.assertIn("skip the settings of the account S-1-5-19, which is not logged on", done.stdout)
        now = self.p.registry()
        self.assertEqual([key for key in now if key.startswith("hku\\s-1-5-19")], [])
        self.assertIn(">S-1-5-19", self.kept(now))
        self.p.agent("setup", "--undo")
        self.assert_as_before()

    def test_dry_run_and_undo_without_setup_change_nothing(self):
        said = self.p.agent("setup", "--dry-run").stdout
        self.assertIn("would set HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\fDenyTSConnections", said)
        self.assertIn("Applications\\plain-", said)
        self.assertIn("nothing to put back", self.p.agent("setup", "--undo").stdout)
        self.assert_as_before()

    def test_no_administrator(self):
        agent = str(self.p.programs / "casement-agent.exe")
        for argv in (("setup",), ("setup", "--undo")):
            done = self.p.run(str(self.p.programs / "without_rights.exe"), agent, *argv, check=False)
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn("run it as administrator", done.stdout)
        self.assert_as_before()

    def test_a_policy_that_says_no_is_told(self):
        self.assertNotIn("policy", self.p.agent("setup", "--dry-run").stdout)
        self.p.run("reg", "add", POLICY, "/v", "fDenyTSConnections", "/t", "REG_DWORD", "/d", "1", "/f")
        self.assertIn("a policy turns Remote Desktop off", self.p.agent("setup", "--dry-run").stdout)
        self.p.run("reg", "delete", POLICY, "/f")

    def test_usage(self):
        for argv in (("--nonsense",), ("--unlisted",), ("--undo", "--user", "x"), ("--user",)):
            self.assertEqual(self.p.agent("setup", *argv, check=False).returncode, 2)
        self.assertEqual(self.p.agent("setup", "--user", "nobody-here", check=False).returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
