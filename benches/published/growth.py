#!/usr/bin/env python3
"""How cost grows with the day: reference days of 25 to 1,200 visits, the time to a proved gap, the gap at the end, memory.

    growth.py [--time-limit 60s] [--threads 2] [--seeds 1] [--gap 0.02] [--visits 25,50,100] [--journeyman PROGRAM]

A line a day. "never" is a gap that was not proved within the limit; "open" is a day on which the bound leaves fewer
mandatory visits unserved than the plan, so that money says nothing. Memory is the most that the process had resident.
Standard library only. Exit status 0, or 2 for unusable arguments.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

# Visits and technicians of a day: those of the targets, and the same crew density in between.
SIZES = {25: 5, 50: 10, 100: 20, 200: 36, 300: 50, 600: 100, 1200: 200}
KIBIBYTES_PER_MEBIBYTE = 1024


def generate(options, visits, seed, file):
    command = [options.journeyman, "generate", "day", "--technicians", str(SIZES[visits]),
               "--visits", str(visits), "--seed", str(seed)]
    subprocess.run(command, check=True, stdout=file, stderr=subprocess.DEVNULL)
    file.flush()


def solve(options, day, seed):
    """The report of a run, and the MiB that it had resident at most."""
    command = [options.journeyman, "bench", "day", day, "--time-limit", options.time_limit,
               "--threads", str(options.threads), "--seed", str(seed), "--gap", str(options.gap)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
        report = run.stdout.read()
        # Of this child alone; getrusage would give the most of all children so far.
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode != 0:
        raise subprocess.CalledProcessError(run.returncode, command)
    # Linux counts in KiB, macOS in bytes.
    kibibytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return json.loads(report), kibibytes / KIBIBYTES_PER_MEBIBYTE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time-limit", default="60s")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1, help="days of each size, with the seeds 1 to this")
    parser.add_argument("--gap", type=float, default=0.02)
    parser.add_argument("--visits", default=",".join(map(str, SIZES)))
    parser.add_argument("--journeyman", default="target/release/journeyman")
    options = parser.parse_args()
    try:
        sizes = [int(visits) for visits in options.visits.split(",")]
    except ValueError:
        sizes = []
    if not sizes or any(visits not in SIZES for visits in sizes):
        parser.error(f"--visits: known are {', '.join(map(str, SIZES))}")
    print(f"| day | seed | seconds to {100 * options.gap:g} % | gap at the end % | cost | bound |"
          " proved optimal | seconds | MiB |")
    print("|---|--:|--:|--:|--:|--:|---|--:|--:|")
    for visits in sizes:
        for seed in range(1, options.seeds + 1):
            with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
                generate(options, visits, seed, file)
                report, mebibytes = solve(options, file.name, seed)
            # The verb prints a gap of 1 while the tier of mandatory visits is open.
            gap = "open" if report["gap"] == 1 else f"{100 * report['gap']:.2f}"
            reached = report["seconds_to_gap"]
            print(f"| {SIZES[visits]} × {visits} | {seed} | {'never' if reached is None else f'{reached:.2f}'} | {gap} |"
                  f" {report['cost']:,.2f} | {report['bound']:,.2f} | {'yes' if report['proved_optimal'] else 'no'} |"
                  f" {report['seconds']:.1f} | {mebibytes:.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
