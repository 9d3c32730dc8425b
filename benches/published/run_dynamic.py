#!/usr/bin/env python3
"""Drive the dynamic TRSP instances, check every day independently, and print a table by percentage.

    run_dynamic.py [--percent 10 50 90] [--per-event 200ms] [--opening 5s] [--seed 1] [--jobs 1]
                   [--journeyman PROGRAM] [INSTANCE ...]

The gap is that of the executed working time to the best known static one, which knows everything. Means over cases
without rejection can be compared; a rejected request makes a day cheaper. Beside them what the authors of the instances
recorded for the same cases (pALNS of 2012-05-03). The data are read in place from $JOURNEYMAN_DATA. Standard library
only. Exit status 0 when every day is feasible, 1 otherwise, 2 for unusable arguments.
"""
import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

PUBLISHED = "pALNS 2012-05-03"
CHECKER = pathlib.Path(__file__).with_name("check_executed.py")


def drive(options, folder, name, percent):
    """(name, percent, working time, rejected, feasible)."""
    instance = folder / "crew25" / f"{name}.txt"
    release = folder / "dyn" / f"{name}_rd_{percent}.txt"
    command = [options.journeyman, "bench", "trsp-dynamic", instance, "--release", release,
               "--per-event", options.per_event, "--opening", options.opening, "--seed", options.seed]
    answer = subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout
    with tempfile.NamedTemporaryFile("wb", suffix=".json") as file:
        file.write(answer)
        file.flush()
        verdict = subprocess.run([sys.executable, CHECKER, instance, release, file.name], capture_output=True)
    day = json.loads(answer)
    return name, percent, day["working_time"], len(day["rejected"]), verdict.returncode == 0


def summary(percent, rows):
    """A row of the table from [(gap, rejected)]."""
    served = [gap for gap, rejected in rows if rejected == 0]
    mean = f"{statistics.mean(served):.2f}" if served else "–"
    return f"{percent} % | {mean} | {len(served)} of {len(rows)} | {sum(rejected for _, rejected in rows)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="*", help="such as R101; all 29 without")
    parser.add_argument("--percent", type=int, nargs="+", default=[10, 50, 90], choices=[10, 30, 50, 70, 90])
    parser.add_argument("--per-event", default="200ms")
    parser.add_argument("--opening", default="5s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="days at once; each uses one thread")
    parser.add_argument("--journeyman", default="target/release/journeyman")
    options = parser.parse_args()
    if "JOURNEYMAN_DATA" not in os.environ:
        print("run_dynamic.py: JOURNEYMAN_DATA is not set: there is nothing to solve", file=sys.stderr)
        return 2
    folder = pathlib.Path(os.environ["JOURNEYMAN_DATA"]) / "pillac_trsp"
    with open(folder / "bks_table.csv", newline="") as file:
        best = {row["instance"]: float(row["best_working_time"]) for row in csv.DictReader(file)}
    names = [name for name in best if not options.instances or name.split(".")[0] in options.instances]
    cases = [(name, percent) for percent in options.percent for name in names]
    all_feasible, ours = True, {percent: [] for percent in options.percent}
    print("| case | dynamic | working time | gap % | rejected | checked |\n|---|--:|--:|--:|--:|---|")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, percent, work, rejected, ok in pool.map(lambda case: drive(options, folder, *case), cases):
            all_feasible &= ok
            gap = 100 * (work / best[name] - 1)
            ours[percent].append((gap, rejected))
            print(f"| {name} | {percent} % | {work:.1f} | {gap:.2f} | {rejected} |"
                  f" {'feasible' if ok else 'INFEASIBLE'} |", flush=True)
    with open(folder / "dynamic_results.csv", newline="") as file:
        recorded = [row for row in csv.DictReader(file) if row["run"] == PUBLISHED and row["instance"] in names]
    print(f"\n| dynamic | gap %, no rejection | cases | rejected | {PUBLISHED}: gap % | cases | rejected |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for percent in options.percent:
        theirs = [(100 * (float(row["executed_working_time"]) / best[row["instance"]] - 1), int(row["rejected"]))
                  for row in recorded if int(row["percent_dynamic"]) == percent]
        other = summary(percent, theirs).split(" | ", 1)[1] if theirs else "– | – | –"
        print(f"| {summary(percent, ours[percent])} | {other} |")
    print(f"\n{len(cases)} days, {'all feasible' if all_feasible else 'NOT ALL FEASIBLE'}")
    return 0 if all_feasible else 1


if __name__ == "__main__":
    sys.exit(main())
