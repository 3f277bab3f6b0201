#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Speed and size of the whole chain as ratios to the same program on the host display, in one run.

usage: chain.py BUILD_DIR     prints TSV: name, value, unit, ratio, limit, pass or FAIL
"""
import json
import os
import pathlib
import shutil
import signal
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from Xlib import X  # noqa: E402
from harness import Failure, HostDesktop, children_of, wait_for  # noqa: E402

PRESSES, LAUNCHES, IDLE_S, STREAM_S = 400, 9, 10, 5
BEST_OF = 3
STREAM_SIZE, REFRESH = (1280, 720), 60  # Xvfb says no other
XTERM = "casement.demo.debian-xterm"


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


class Bench:
    def __init__(self, desktop):
        self.d, self.failed = desktop, False

    def line(self, name, value, unit, ratio=None, limit=None):
        """limit bounds the ratio where there is one, else the value."""
        judged = value if ratio is None else ratio
        verdict = "" if limit is None else "pass" if judged <= limit else "FAIL"
        self.failed |= verdict == "FAIL"
        print(f"{name}\t{value:.3f}\t{unit}\t{'' if ratio is None else f'{ratio:.2f}'}\t"
              f"{'' if limit is None else limit}\t{verdict}", flush=True)

    def memory(self, pid, *fields):
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        found = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return sum(int(found[f].split()[0]) for f in fields) / 1024

    def target(self, *argv):
        """Starts the watched program in the guest; its window."""
        known = {w.id for w in self.d.clients()}
        self.d.run_in("demo", "sh", "-c", "exec ~/chain_target " + " ".join(argv))
        return wait_for("the target's window", lambda: [w for w in self.d.clients() if w.id not in known])[-1]

    def native_target(self, *argv):
        self.d.spawn(str(self.d.build / "bin/chain_target"), *argv)
        return self.d.window_of("ChainTarget")

    def presses(self, window):
        d = self.d
        d.focus(window)
        wait_for("pixels", lambda: d.painted(window))
        x, y, _, _ = d.geometry(window)
        out = d.run("chain_probe", str(x + 20), str(y + 20), str(PRESSES), timeout=300).stdout
        values = [int(v) for v in out.split()]
        if -1 in values:
            raise Failure(f"press {len(values)} of {PRESSES} was never seen")
        return values

    def latency(self):
        native_window = self.native_target()
        native = self.presses(native_window)
        native_window.kill_client()
        window = self.d.windows_of("casement.demo")[-1] if self.d.windows_of("casement.demo") else self.target()
        ours = self.presses(window)
        for name, q, limit in (("key_to_pixel_p50", .5, 5), ("key_to_pixel_p99", .99, 10)):
            n, o = quantile(native, q) / 1000, quantile(ours, q) / 1000
            self.line(f"native_{name}", n, "ms")
            self.line(name, o, "ms", o / n, limit)
        return window

    def until_window(self, start):
        """ms from start() until the window manager lists a further window."""
        d = self.d
        known = {w.id for w in d.clients()}
        d.root.change_attributes(event_mask=X.PropertyChangeMask)
        d.display.sync()
        since = time.monotonic()
        start()
        window = wait_for("a window", lambda: [w for w in d.clients() if w.id not in known], poll=0.001)[0]
        took = (time.monotonic() - since) * 1000
        return took, window

    def launches(self):
        d, native, ours = self.d, [], []
        for _ in range(LAUNCHES):
            took, window = self.until_window(lambda: d.spawn("xterm"))
            native.append(took)
            d.display.create_resource_object("window", window.id).kill_client()
            wait_for("it to close", lambda: window.id not in {w.id for w in d.clients()})
            took, window = self.until_window(lambda: d.spawn("casement", "run", "demo", "debian-xterm"))
            ours.append(took)
            self.close(window)
        n, o = statistics.median(native), statistics.median(ours)
        self.line("native_launch", n, "ms")
        self.line("warm_launch_more_than_native", o - n, "ms", limit=100)

    def close(self, window):
        from Xlib.protocol import event
        d = self.d
        protocols, delete = (d.display.intern_atom(n) for n in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
        window.send_event(event.ClientMessage(window=window, client_type=protocols, data=(32, [delete, 0, 0, 0, 0])))
        d.display.flush()
        wait_for("the window to close", lambda: window.id not in {w.id for w in d.clients()})

    def install(self, guest):
        home = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"casement/guests/{guest}/home"
        shutil.copy(self.d.build / "bin/chain_target", home / "chain_target")
        os.chmod(home / "chain_target", 0o755)

    def first_window(self):
        """From `casement run` on a guest that is up to the first window: session and view start with it."""
        d, took = self.d, []
        d.add_guest("brief", "--set", "idle_timeout_s=1")
        self.install("brief")
        for _ in range(LAUNCHES):
            ms, _ = self.until_window(
                lambda: d.spawn("casement", "run", "brief", "--", "sh", "-c", "exec ~/chain_target"))
            took.append(ms)
            for pid in d.guest_pids("chain_target", "brief"):
                d.signal(pid, signal.SIGKILL)
            wait_for("the session's end", lambda: d.guest("brief")["session"] == "none", 30)
        self.line("first_session_of_a_new_guest_to_window", took[0], "ms")
        self.line("session_start_to_first_window", statistics.median(took[1:]), "ms", limit=250)
        d.casement("guest", "stop", "brief")

    def throughput(self):
        """Raw pixels from a program to the host's screen, against what the session alone takes from a socket, or what the screen
        paints, if that is less."""
        d, alone = self.d, 0
        for _ in range(BEST_OF):
            out = d.run("env", f"CASEMENT_BUILD={d.build}", "session_throughput", check=False, timeout=120).stdout
            alone = max(alone, json.loads(out[out.index("{"):out.rindex("}") + 1])["raw_mb_per_s"])
        window = self.target("--stream", *(str(side) for side in STREAM_SIZE))
        paints = STREAM_SIZE[0] * STREAM_SIZE[1] * 4 / 1e6 * REFRESH

        def figures():  # as the view told them last, and when
            return d.guest()["view"]["pixels_received"], time.monotonic()

        def next_report():
            last = figures()[0]
            return wait_for("the view's figures", lambda: (lambda f: f if f[0] != last else None)(figures()), 5, poll=0.002)
        best = 0
        for _ in range(BEST_OF):
            pixels, since = next_report()
            time.sleep(STREAM_S)
            now, until = next_report()
            best = max(best, (now - pixels) * 4 / 1e6 / (until - since))
        window.kill_client()
        self.line("session_raw_pixels", alone, "MB/s")
        self.at_least("chain_raw_pixels_to_session", best, "MB/s", best / min(alone, paints), 0.6)

    def at_least(self, name, value, unit, ratio, least):
        verdict = "pass" if ratio >= least else "FAIL"
        self.failed |= verdict == "FAIL"
        print(f"{name}\t{value:.3f}\t{unit}\t{ratio:.2f}\t>= {least}\t{verdict}", flush=True)

    def sizes(self):
        guest = self.d.guest()
        self.line("session_rss", self.memory(guest["session_pid"], "RssAnon", "RssFile"), "MiB", limit=90)
        view = self.memory(guest["view_pid"], "RssAnon", "RssFile")
        self.line("view_rss_without_pixels", view, "MiB", limit=20)
        self.line("broker_rss", self.memory(self.d.status()["pid"], "VmRSS"), "MiB", limit=15)

    def wakeups(self, pid):
        total = 0
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for row in (task / "status").read_text().splitlines():
                if row.startswith("voluntary_ctxt_switches"):
                    total += int(row.split()[1])
        return total

    def chain(self):
        """Processes by name."""
        guest = self.d.guest()
        names = ("casement-supervisor", "casement-agent", "casement-remoteapp")
        chain = {"casementd": self.d.status()["pid"], "casement-session": guest["session_pid"],
                 "casement-view": guest["view_pid"]}
        for pid in [guest["pid"], *children_of(guest["pid"])]:
            name = os.path.basename(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode())
            if name in names:
                chain[name] = pid
        return chain

    def quiet(self, what):
        chain = self.chain()
        settle = {name: -1 for name in chain}

        def settled():  # a quiet second before the count begins
            last = dict(settle)
            settle.update({name: self.wakeups(pid) for name, pid in chain.items()})
            return all(settle[n] - last[n] < 5 for n in chain)
        wait_for("the chain to settle", settled, 20, poll=1)
        before = {name: self.wakeups(pid) for name, pid in chain.items()}
        time.sleep(float(IDLE_S))
        for name, pid in chain.items():
            self.line(f"{what}_wakeups_{name}", (self.wakeups(pid) - before[name]) / IDLE_S, "1/s", limit=2)

    def idle(self):
        self.d.run("gtk-launch", XTERM)
        window = self.d.window_of(XTERM)
        wait_for("pixels", lambda: self.d.painted(window))
        self.quiet("idle")

    def covered(self):
        """A program that always paints, and nobody sees it."""
        window = self.target("--stream", "640", "480")
        other = self.d.root.create_window(0, 0, *self.d.size, 0, X.CopyFromParent, override_redirect=True)
        other.map()
        self.d.display.sync()
        self.quiet("covered")
        other.destroy()
        window.kill_client()

    def run(self):
        self.d.add_guest("demo")
        self.install("demo")
        for part in (self.first_window, self.latency, self.launches, self.sizes, self.idle, self.covered, self.throughput):
            try:
                part()
            except (Failure, OSError) as problem:
                self.failed = True
                print(f"{part.__name__}\t\t\t\t\tFAIL: {problem}", flush=True)
        return 1 if self.failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with HostDesktop(sys.argv[1]) as desktop:
        sys.exit(Bench(desktop).run())
