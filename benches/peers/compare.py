"""Solves benchmark instances with Journeyman and its peers in turn, and prints one table a set and size.

    run [--set solomon|gehring-homberger|technicians] [--size SIZE,…] [--instances NAME,… | --all] [--days N]
        [--seconds 10] [--threads 1] [--seed 1] [--bound-seconds 60] [--solvers NAME,…] [--table]

Every answer is a line of the results file; what it already has is not solved again. A checker that shares nothing with
any solver judges all answers alike. Exit status 0 when every solver answered every instance with a feasible plan, 1
otherwise, 2 for unusable arguments.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys

import plain_day_set
import tables
import vrptw_set

HERE = pathlib.Path(__file__).resolve().parent
SOLVERS = ["journeyman", "pyvrp", "ortools", "pyvroom", "vrp-cli"]
# What proves the bound of a set that has one: Journeyman on two threads, one of which proves. It is no row of the table.
BOUND = "bound"
BOUND_THREADS = 2
SETS = {"solomon": vrptw_set, "gehring-homberger": vrptw_set, "technicians": plain_day_set}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, default="solomon")
    parser.add_argument("--size", type=lambda text: text.split(","), help="customers, or technicians x visits")
    parser.add_argument("--instances", type=lambda text: text.split(","), help="default: one of each class of Solomon's")
    parser.add_argument("--all", action="store_true", help="every instance of Solomon's set")
    parser.add_argument("--days", type=int, help="of technicians, of each size: seeds 1, 2, …")
    parser.add_argument("--solvers", type=lambda text: text.split(","), default=SOLVERS)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1, help="pyvrp and ortools have one whatever is asked")
    parser.add_argument("--seed", type=int, default=1, help="ortools, pyvroom and vrp-cli take none")
    parser.add_argument("--bound-seconds", type=int, default=60, help="of two threads, to prove a bound on days of technicians")
    parser.add_argument("--table", action="store_true", help="solve nothing, print what there is")
    parser.add_argument("--journeyman", required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.sizes = options.size or SETS[options.set].DEFAULT_SIZES[options.set]
    known(parser, "size", options.sizes, SETS[options.set].SIZES[options.set])
    known(parser, "solver", options.solvers, SOLVERS)
    is_drawn = SETS[options.set] is plain_day_set
    if not is_drawn and "JOURNEYMAN_DATA" not in os.environ:
        parser.error("JOURNEYMAN_DATA is not set: there is nothing to solve")
    if options.days is not None and (not is_drawn or options.days < 1):
        parser.error("--days: a number from 1 on, for --set technicians")
    if options.all and options.set != "solomon":
        parser.error("--all: only Solomon's set has instances that are left out otherwise")
    needs_program = is_drawn or ("journeyman" in options.solvers and not options.table)
    if needs_program and not os.access(options.journeyman, os.X_OK):
        parser.error(f"{options.journeyman} is missing: `make build` builds it, --journeyman names another")
    return parser, options


def known(parser, what, names, there_are):
    strange = set(names) - set(there_are)
    if strange:
        parser.error(f"no {what} {', '.join(sorted(strange))}; there are: {', '.join(there_are)}")


def chosen(parser, options):
    """[(size, [instance])]."""
    of_sizes = [(size, SETS[options.set].instances(options, size)) for size in options.sizes]
    if options.instances:
        known(parser, "instance", options.instances, [one.name for _, found in of_sizes for one in found])
        of_sizes = [(size, [one for one in found if one.name in options.instances]) for size, found in of_sizes]
    return [(size, found) for size, found in of_sizes if found]


def budget(options, solver):
    """Seconds and threads."""
    return (options.bound_seconds, BOUND_THREADS) if solver == BOUND else (options.seconds, options.threads)


def key(options, solver, instance):
    """What an answer is to, as text."""
    seconds, threads = budget(options, solver)
    whole = {**instance.key, "solver": solver, "seconds_asked": seconds, "threads": threads, "seed": options.seed}
    return json.dumps(whole, sort_keys=True)


def command(options, solver, instance):
    kind, file = SETS[options.set].KIND, str(instance.file)
    seconds, threads = budget(options, solver)
    how = ["--threads", str(threads), "--seed", str(options.seed)]
    if solver in ("journeyman", BOUND):
        return [options.journeyman, "bench", kind, file, *instance.words, "--time-limit", f"{seconds}s", *how]
    return [sys.executable, str(HERE / "peer.py"), kind, solver, file, *instance.words, "--seconds", str(seconds), *how]


def solve(options, solver, instance):
    """The answer, or {"error": …}. A solver may need as long again to stop, and minutes to start and to build its model."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command(options, solver, instance), capture_output=True, text=True,
                              timeout=2 * budget(options, solver)[0] + 300)
        if done.returncode != 0:
            return {"error": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}
        # Some write their progress before the answer.
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"error": "did not stop"}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer["cpu_seconds"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    kept = ("routes", "seconds", "cpu_seconds", "version", "bound", "proved_optimal")
    return {name: answer[name] for name in kept if name in answer}


def results(options):
    """{key: answer} of the lines of the file; a later one counts, an error is tried again."""
    if not options.results.exists():
        return {}
    lines = [json.loads(line) for line in options.results.read_text().splitlines()]
    return {json.dumps(line["key"], sort_keys=True): line["answer"] for line in lines}


def run_all(options, instances):
    options.results.parent.mkdir(parents=True, exist_ok=True)
    there = results(options)
    proving = [BOUND] if SETS[options.set].HAS_BOUND and options.bound_seconds > 0 else []
    for instance in instances:
        for solver in [*options.solvers, *proving]:
            what = key(options, solver, instance)
            if "routes" in there.get(what, {}):
                continue
            answer = solve(options, solver, instance)
            with open(options.results, "a") as out:
                print(json.dumps({"key": json.loads(what), "answer": answer}), file=out, flush=True)
            print(f"{instance.name} {solver}: {answer.get('error') or str(round(answer['seconds'], 1)) + ' s'}",
                  file=sys.stderr)


def main():
    parser, options = arguments()
    of_sizes = chosen(parser, options)
    if not options.table:
        run_all(options, [instance for _, found in of_sizes for instance in found])
    there = results(options)
    whole = True
    for size, instances in of_sizes:
        print(f"## {options.set}, {size}: {options.seconds} s, {options.threads} thread(s) asked, seed {options.seed}\n")
        answers = {(instance.name, solver): there.get(key(options, solver, instance), {"error": "not run"})
                   for instance in instances for solver in options.solvers}
        every = {instance.name: [answer for what, answer in there.items()
                                 if instance.key.items() <= json.loads(what).items() and "routes" in answer]
                 for instance in instances}
        whole &= tables.print_tables(SETS[options.set], instances, options.solvers, answers, every)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
