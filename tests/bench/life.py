#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What Casement holds and uses in the long run: memory beside the pixels of its windows, memory and descriptors after
thousands of windows that came and went, the processor time of guests that do nothing, and a guest's start from nothing.

usage: life.py BUILD_DIR [--windows COUNT] [--guests COUNT] [PART]…     prints TSV: name, value, unit, limit, pass or FAIL
PART is of memory, windows, idle, cold; all by themselves.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import Failure, HostDesktop, children_of, wait_for  # noqa: E402

SCREEN = (1920, 1080)
WARM_WINDOWS = 500           # before growth is counted
QUIET_S, IDLE_S = 10, 30
COLD_STARTS = 5
GROWTH_MIB, GROWTH_FILES = 2, 4
MIB = 1 << 20
CHAIN = ("casementd", "casement-session", "casement-view", "casement-agent", "casement-remoteapp", "casement-supervisor")


class Bench:
    def __init__(self, build, windows, guests):
        self.build, self.windows_count, self.guests_count = pathlib.Path(build), windows, guests
        self.failed = False
        self.d = None

    def line(self, name, value, unit, limit=None):
        verdict = "" if limit is None else "pass" if value <= limit else "FAIL"
        self.failed |= verdict == "FAIL"
        print(f"{name}\t{value:.2f}\t{unit}\t{'' if limit is None else limit}\t{verdict}", flush=True)

    # ---- processes

    @staticmethod
    def memory(pid, *fields):
        """MiB; RssShmem are the pixels, as far as a process maps them."""
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        found = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return sum(int(found[f].split()[0]) for f in fields) / 1024

    @staticmethod
    def cpu_s(pids):
        """Processor time that these processes used, in seconds."""
        total = 0
        for pid in pids:
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                try:
                    total += int(task.read_text().split()[0])
                except (OSError, IndexError):
                    continue
        return total / 1e9

    @staticmethod
    def files(pid):
        return len(os.listdir(f"/proc/{pid}/fd"))

    def chain(self, guest):
        """Our processes that serve a guest, by name; and the guest's own X server."""
        found = {name: self.d.pids(name, guest) for name in CHAIN}
        found["the guest's X server"] = self.d.guest_pids("Xorg", guest) or self.d.guest_pids("Xvfb", guest)
        return {name: pids[0] for name, pids in found.items() if pids}

    def install(self, guest, *programs):
        home = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"casement/guests/{guest}/home"
        for program in programs:
            shutil.copy(self.d.build / "bin" / program, home / program)
            os.chmod(home / program, 0o755)
        return home

    # ---- parts

    def pixels_mib(self):
        sizes = [self.d.geometry(w)[2:] for w in self.d.clients()]
        return sum(width * height * 4 for width, height in sizes) / MIB

    def memory_of(self, path):
        """With a video over all of the screen."""
        d, guest = self.d, f"memory-{path}"
        d.add_guest(guest, "--set", f"pixels={path}")
        self.install(guest, "bench_target")
        d.run_in(guest, "sh", "-c", f"exec ~/bench_target --at 0 0 video {SCREEN[0]} {SCREEN[1]} 60")
        wait_for("two hundred frames", lambda: (d.guest(guest)["view"] or {}).get("frames", 0) > 200, 60)
        chain = self.chain(guest)
        self.line(f"session_rss_{path}", self.memory(chain["casement-session"], "RssAnon", "RssFile"), "MiB", 90)
        view = self.memory(chain["casement-view"], "RssAnon", "RssFile", "RssShmem")
        self.line(f"view_rss_{path}", view, "MiB", round(15e6 / MIB + 1.1 * self.pixels_mib(), 1))
        for holder in self.d.window_pids(guest)[1:]:
            self.line(f"holder_rss_{path}", self.memory(holder, "RssAnon"), "MiB")
        d.casement("guest", "stop", guest)

    def memory_part(self):
        for path in ("auto", "rdp"):
            self.memory_of(path)

    def held(self, chain):
        return {name: (self.memory(pid, "RssAnon", "RssFile", "RssShmem"), self.files(pid)) for name, pid in chain.items()}

    def windows_part(self):
        """Each opens on the host before the next is asked for."""
        d = self.d
        d.add_guest("cycle")
        home = self.install("cycle", "cycle_windows")
        os.mkfifo(home / "asked")
        d.run_in("cycle", "sh", "-c", "exec ~/cycle_windows < ~/asked")
        with open(home / "asked", "wb", buffering=0) as asked:
            self.open_windows(asked, WARM_WINDOWS)
            chain = self.chain("cycle")
            hosts = {"the host's X server": next(p.pid for p in d.started if p.args[0] == "Xvfb")}
            before = self.held({**chain, **hosts})
            since = time.monotonic()
            self.open_windows(asked, self.windows_count)
            self.line("windows_a_second", self.windows_count / (time.monotonic() - since), "1/s")
            if self.chain("cycle") != chain:
                raise Failure(f"processes of the chain ended meanwhile: {chain}, now {self.chain('cycle')}")
            after = self.held({**chain, **hosts})
        for name, (mib, files) in after.items():
            ours = name in chain
            plain = name.replace(" ", "_").replace("'", "")
            self.line(f"growth_{plain}", mib - before[name][0], f"MiB after {self.windows_count} windows",
                      GROWTH_MIB if ours else None)
            self.line(f"growth_{plain}_descriptors", files - before[name][1], "", GROWTH_FILES if ours else None)
        d.casement("guest", "stop", "cycle")

    def open_windows(self, asked, count):
        known = {w.id for w in self.d.clients()}
        for n in range(count):
            asked.write(b".")

            def opened():
                now = {w.id for w in self.d.clients()}
                fresh = now - known
                known.clear()
                known.update(now)
                return fresh
            wait_for(f"window {n + 1} of {count}", opened, 20, poll=0.002)

    def idle_part(self):
        """Each with one window that does nothing."""
        d = self.d
        names = [f"idle-{n}" for n in range(self.guests_count)]
        for n, name in enumerate(names):
            d.add_guest(name)
            self.install(name, "chain_target")
            d.run_in(name, "sh", "-c", "exec ~/chain_target 100 80")
            wait_for("its window", lambda: len(d.clients()) > n, 30)
        guests = {g["name"]: g for g in d.status()["guests"]}
        roots = [d.status()["pid"], *(guests[n][key] for n in names for key in ("pid", "session_pid", "view_pid"))]
        pids = sorted({pid for root in roots for pid in [root, *children_of(root)]})
        last = self.cpu_s(pids)

        def settled():
            nonlocal last
            before, last = last, self.cpu_s(pids)
            return last - before < 0.02 * QUIET_S
        wait_for("the guests to settle", settled, 60, poll=QUIET_S)
        before, since = self.cpu_s(pids), time.monotonic()
        time.sleep(IDLE_S)
        used = (self.cpu_s(pids) - before) / (time.monotonic() - since) * 100
        self.line(f"idle_{len(names)}_guests_with_a_window", used, "% of a core", 1)
        self.line("processes_of_them", len(pids), "")
        for name in names:
            d.casement("guest", "stop", name)

    def cold_part(self):
        """From `casement run` of a guest that does not run to its program's pixels."""
        d, took = self.d, []
        d.add_guest("cold")
        self.install("cold", "chain_target")
        for _ in range(COLD_STARTS):
            d.casement("guest", "stop", "cold")
            wait_for("its windows to go", lambda: not d.clients())
            since = time.monotonic()
            d.spawn("casement", "run", "cold", "--", "sh", "-c", "exec ~/chain_target")
            wait_for("pixels", lambda: d.clients() and d.painted(d.clients()[0]), 30, poll=0.005)
            took.append(time.monotonic() - since)
        self.line("cold_guest_to_pixels", statistics.median(took) * 1000, "ms", 1500)
        d.casement("guest", "stop", "cold")

    def run(self, parts):
        for part in parts:
            try:
                with HostDesktop(self.build, size=SCREEN) as self.d:
                    getattr(self, f"{part}_part")()
            except (Failure, OSError, KeyError) as problem:
                self.failed = True
                print(f"{part}\t\t\t\tFAIL: {problem}", flush=True)
        return 1 if self.failed else 0


PARTS = ("memory", "windows", "idle", "cold")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", help="build folder")
    parser.add_argument("--windows", type=int, default=10000, help="that come and go; default: 10000")
    parser.add_argument("--guests", type=int, default=20, help="that idle; default: 20")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    chosen = parser.parse_intermixed_args()
    for part in chosen.parts:
        if part not in PARTS:
            parser.error(f"there is no part '{part}'; there are {', '.join(PARTS)}")
    return Bench(chosen.build, chosen.windows, chosen.guests).run(chosen.parts or PARTS)


if __name__ == "__main__":
    sys.exit(main())
