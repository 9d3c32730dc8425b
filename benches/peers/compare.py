"""Solves benchmark instances with Journeyman and its peers in turn, and prints one table.

    run [--set solomon|gehring-homberger] [--instances NAME,… | --all] [--seconds 10] [--threads 1] [--seed 1]
        [--solvers NAME,…] [--customers 25|50|100] [--size 200|400|1000] [--table]

Every answer is a line of the results file; what it already has is not solved again. The checker of the data judges all
answers alike. Exit status 0 when every solver answered every instance with a feasible plan, 1 otherwise, 2 for unusable
arguments.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "published"))
import run as published

SOLVERS = ["journeyman", "pyvrp", "ortools", "pyvroom", "vrp-cli"]
# One of each class and horizon.
FEW = ["C109", "C203", "R107", "R205", "RC105", "RC203"]
# Costs of both are multiples of a tenth.
SAME = 0.05


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=["solomon", "gehring-homberger"], default="solomon")
    parser.add_argument("--instances", type=lambda text: text.split(","), help="default: one of each class of Solomon's")
    parser.add_argument("--all", action="store_true", help="every instance of the set")
    parser.add_argument("--solvers", type=lambda text: text.split(","), default=SOLVERS)
    parser.add_argument("--customers", type=int, default=100, choices=[25, 50, 100], help="of Solomon's")
    parser.add_argument("--size", type=int, default=200, choices=[200, 400, 1000], help="of Gehring & Homberger's")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1, help="pyvrp and ortools have one whatever is asked")
    parser.add_argument("--seed", type=int, default=1, help="ortools, pyvroom and vrp-cli take none")
    parser.add_argument("--table", action="store_true", help="solve nothing, print what there is")
    parser.add_argument("--journeyman", required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    options = parser.parse_args()
    strange = set(options.solvers) - set(SOLVERS)
    if strange:
        parser.error(f"no solver {', '.join(sorted(strange))}; there are: {', '.join(SOLVERS)}")
    if "JOURNEYMAN_DATA" not in os.environ:
        parser.error("JOURNEYMAN_DATA is not set: there is nothing to solve")
    if "journeyman" in options.solvers and not options.table and not os.access(options.journeyman, os.X_OK):
        parser.error(f"{options.journeyman} is missing: `make build` builds it, --journeyman names another")
    return parser, options


def chosen(parser, options):
    """[(name, file, best known, command of the checker)]."""
    found = published.instances(pathlib.Path(os.environ["JOURNEYMAN_DATA"]), options)
    every = options.all or (options.set != "solomon" and not options.instances)
    names = options.instances or FEW
    strange = set(options.instances or []) - {name for name, *_ in found}
    if strange:
        parser.error(f"no instance {', '.join(sorted(strange))}")
    return [(name, file, best, checker) for name, file, best, _, checker in found if every or name in names]


def key(options, solver, name):
    size = options.customers if options.set == "solomon" else options.size
    return {"set": options.set, "size": size, "instance": name, "solver": solver,
            "seconds_asked": options.seconds, "threads": options.threads, "seed": options.seed}


def command(options, solver, file):
    cut = ["--customers", str(options.customers)] if options.set == "solomon" else []
    if solver == "journeyman":
        return [options.journeyman, "bench", "vrptw", str(file), *cut, "--time-limit", f"{options.seconds}s",
                "--threads", str(options.threads), "--seed", str(options.seed)]
    return [sys.executable, str(HERE / "peer.py"), solver, str(file), *cut, "--seconds", str(options.seconds),
            "--threads", str(options.threads), "--seed", str(options.seed)]


def solve(options, solver, file):
    """The answer, or {"error": …}. A solver may need as long again to stop, and a minute to start."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(command(options, solver, file), capture_output=True, text=True,
                              timeout=2 * options.seconds + 60)
        if done.returncode != 0:
            return {"error": (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]}
        # Some write their progress before the answer.
        text = done.stdout if solver == "journeyman" else done.stdout.strip().splitlines()[-1]
        answer = json.loads(text)
    except subprocess.TimeoutExpired:
        return {"error": "did not stop"}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer["cpu_seconds"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    kept = ("routes", "seconds", "cpu_seconds", "version", "proved_optimal")
    return {name: answer[name] for name in kept if name in answer}


def results(options):
    """{key: answer} of the lines of the file; a later one counts, an error is tried again."""
    if not options.results.exists():
        return {}
    lines = [json.loads(line) for line in options.results.read_text().splitlines()]
    return {json.dumps(line["key"], sort_keys=True): line["answer"] for line in lines}


def run_all(options, instances):
    options.results.parent.mkdir(parents=True, exist_ok=True)
    known = results(options)
    for name, file, _, _ in instances:
        for solver in options.solvers:
            what = key(options, solver, name)
            if "routes" in known.get(json.dumps(what, sort_keys=True), {}):
                continue
            answer = solve(options, solver, file)
            with open(options.results, "a") as out:
                print(json.dumps({"key": what, "answer": answer}), file=out, flush=True)
            print(f"{name} {solver}: {answer.get('error') or str(round(answer['seconds'], 1)) + ' s'}",
                  file=sys.stderr)


def judged(checker, answer):
    """The cost by the data's checker; None where the plan is not feasible or there is none."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"routes": answer.get("routes", [])}, file)
        file.flush()
        words = [sys.executable, str(checker[0]), str(checker[1]), file.name, *map(str, checker[2:])]
        done = subprocess.run(words, capture_output=True, text=True)
        return json.loads(done.stdout)["trunc1"]["cost"] if done.returncode == 0 else None


def table(options, instances):
    """Prints a row an answer, then a row a solver. True when every answer is there and feasible."""
    known = results(options)
    gaps = {solver: {} for solver in options.solvers}
    print(f"{options.seconds} s, {options.threads} thread(s) asked, seed {options.seed}, {options.set}\n")
    print("| instance | solver | cost | best known | gap % | seconds | CPU s | |")
    print("|---|---|--:|--:|--:|--:|--:|---|")
    for name, _, best, checker in instances:
        for solver in options.solvers:
            answer = known.get(json.dumps(key(options, solver, name), sort_keys=True), {"error": "not run"})
            cost = judged(checker, answer)
            if cost is None:
                word = answer.get("error") or ("INFEASIBLE" if answer["routes"] else "no plan")
                print(f"| {name} | {solver} | – | {best} | – | – | – | {word} |")
                continue
            gaps[solver][name] = (100 * (cost / best - 1), cost)
            note = "proved optimal" if answer.get("proved_optimal") else ""
            print(f"| {name} | {solver} | {cost:.1f} | {best} | {gaps[solver][name][0]:.3f} |"
                  f" {answer['seconds']:.1f} | {answer['cpu_seconds']:.1f} | {note} |")
    summary(options, gaps)
    return all(len(of) == len(instances) for of in gaps.values())


def summary(options, gaps):
    print("\n| solver | feasible | mean gap % | worst gap % | Journeyman cheaper | same | Journeyman dearer |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    ours = gaps.get("journeyman", {})
    for solver in options.solvers:
        own = gaps[solver]
        if not own:
            print(f"| {solver} | 0 | – | – | – | – | – |")
            continue
        only = [gap for gap, _ in own.values()]
        against = [ours[name][1] - own[name][1] for name in own if name in ours]
        counts = [sum(by < -SAME for by in against), sum(abs(by) <= SAME for by in against),
                  sum(by > SAME for by in against)]
        words = ["", "", ""] if solver == "journeyman" else counts
        print(f"| {solver} | {len(own)} | {statistics.mean(only):.3f} | {max(only):.3f} |"
              f" {words[0]} | {words[1]} | {words[2]} |")


def main():
    parser, options = arguments()
    instances = chosen(parser, options)
    if not options.table:
        run_all(options, instances)
    return 0 if table(options, instances) else 1


if __name__ == "__main__":
    sys.exit(main())
