#!/usr/bin/env python3
"""Solve a published benchmark set, check every answer independently, and print the table.

    run.py trsp    [--time-limit 10s] [--threads 2] [--seed 1] [--journeyman PROGRAM]
    run.py solomon [--customers 25|50|100] [--time-limit 5s] [--threads 1] ...
    run.py gehring-homberger [--size 200|400|1000] [--time-limit 60s] [--threads 2] ...

The data and its checkers are read in place from $JOURNEYMAN_DATA. Standard library only.
Exit status 0 when every answer is feasible, 1 otherwise, 2 for unusable arguments.
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile


def table(path, key, value):
    """{instance: best known value} of a bks_table.csv."""
    with open(path, newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)} if value is None else {
            row[key]: float(row[value]) for row in csv.DictReader(file)}


def instances(data, options):
    """[(name, file, best known, arguments of the verb, command of the checker)]."""
    checkers = data / "checkers"
    found = []
    if options.set == "trsp":
        folder = data / "pillac_trsp"
        best = table(folder / "bks_table.csv", "instance", "best_working_time")
        for file in sorted((folder / "crew25").glob("*.txt")):
            found.append((file.stem, file, best[file.stem], ["trsp", file],
                          [checkers / "trsp_check.py", file]))
        return found
    if options.set == "solomon":
        folder, size = data / "solomon", options.customers
        files = sorted((folder / "instances").glob("*.txt"))
    else:
        folder, size = data / "gehring_homberger", options.size
        files = sorted((folder / f"n{size}").glob("*.txt"))
    with open(folder / "bks_table.csv", newline="") as file:
        best = {(row["instance"], int(row["n"])): float(row["best_trunc1"]) for row in csv.DictReader(file)}
    for file in files:
        cut = ["--customers", str(size)] if options.set == "solomon" else []
        found.append((file.stem, file, best[(file.stem, size)], ["vrptw", file, *cut],
                      [checkers / "vrptw_check.py", file, *cut]))
    return found


def solve(options, verb):
    command = [options.journeyman, "bench", *verb, "--time-limit", options.time_limit,
               "--threads", str(options.threads), "--seed", str(options.seed)]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout)


def feasible(checker, answer):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(answer, file)
        file.flush()
        command = [sys.executable, str(checker[0]), str(checker[1]), file.name, *map(str, checker[2:])]
        return subprocess.run(command, capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=["trsp", "solomon", "gehring-homberger"])
    parser.add_argument("--customers", type=int, default=100, choices=[25, 50, 100])
    parser.add_argument("--size", type=int, default=200, choices=[200, 400, 1000])
    parser.add_argument("--time-limit", default="10s")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--journeyman", default="target/release/journeyman")
    options = parser.parse_args()
    if "JOURNEYMAN_DATA" not in os.environ:
        print("run.py: JOURNEYMAN_DATA is not set: there is nothing to solve", file=sys.stderr)
        return 2
    rows, all_feasible = [], True
    print("| instance | cost | best known | gap % | bound | proved gap % | seconds | checked |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for name, _, best, verb, checker in instances(pathlib.Path(os.environ["JOURNEYMAN_DATA"]), options):
        answer = solve(options, verb)
        ok = feasible(checker, answer)
        all_feasible &= ok
        gap = 100 * (answer["cost"] / best - 1)
        rows.append((gap, 100 * answer["gap"], answer["proved_optimal"]))
        print(f"| {name} | {answer['cost']:.4f} | {best} | {gap:.3f} | {answer['bound']:.1f} |"
              f" {100 * answer['gap']:.2f} | {answer['seconds']:.2f} | {'feasible' if ok else 'INFEASIBLE'} |",
              flush=True)
    gaps = [row[0] for row in rows]
    print(f"\n{len(rows)} instances, {'all feasible' if all_feasible else 'NOT ALL FEASIBLE'}; gap to best known:"
          f" mean {statistics.mean(gaps):.3f} %, median {statistics.median(gaps):.3f} %, worst {max(gaps):.3f} %;"
          f" better than best known: {sum(gap < -1e-6 for gap in gaps)};"
          f" proved optimal: {sum(row[2] for row in rows)};"
          f" proved gap: mean {statistics.mean(row[1] for row in rows):.2f} %")
    return 0 if all_feasible else 1


if __name__ == "__main__":
    sys.exit(main())
