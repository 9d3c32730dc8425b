#!/usr/bin/env python3
"""Check a day of the dynamic technician routing and scheduling problem as it was driven.

    check_executed.py INSTANCE.txt RELEASE.txt DAY.json

DAY is what `journeyman bench trsp-dynamic` prints. Every number is judged again from the instance in double precision:
windows, the way (also where somebody was called back from his way home), time on site, skills, tools, parts, the depot
at most once, home in time, every request served or rejected once, nobody decided for a request before it was released,
and the working time. Shares nothing with the program; reads instances with $JOURNEYMAN_DATA/checkers/trsp_check.py.
Prints a JSON report; exit status 0 feasible, 1 not, 2 unusable input. Standard library only.
"""
import importlib.util
import json
import math
import os
import pathlib
import sys

EPS = 1e-6


def reader():
    path = pathlib.Path(os.environ["JOURNEYMAN_DATA"]) / "checkers" / "trsp_check.py"
    spec = importlib.util.spec_from_file_location("trsp_check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read_instance


def releases(path):
    """{request: release date}; -1 is known at the start."""
    with open(path) as file:
        lines = [line.split() for line in file]
    start = next(k for k, words in enumerate(lines) if words[:1] == ["ID"])
    return {int(words[0]): float(words[1]) for words in lines[start + 1:] if words}


def check_route(instance, released, route):
    """(working time, [violation])."""
    nodes, technician = instance["nodes"], route["technician"]
    home, wrong = nodes[technician], []

    def at(node):
        return (nodes[node]["x"], nodes[node]["y"])

    def ensure(holds, what, position):
        if not holds:
            wrong.append(f"technician {technician}, stop {position}: {what}")

    place, free = at(technician), home["opens"]
    supplied, stock = False, list(home["parts"])
    for position, stop in enumerate(route["stops"]):
        node = 0 if stop["stop"] == "D" else stop["stop"]
        noun, begins = nodes[node], tuple(stop["from"])
        ensure(stop["departure"] >= free + math.dist(place, begins) - EPS, "sets out too early", position)
        ensure(stop["decided"] <= stop["departure"] + EPS, "sets out before it is decided", position)
        ensure(stop["arrival"] >= stop["departure"] + math.dist(begins, at(node)) - EPS, "arrives too early", position)
        ensure(stop["start"] >= max(stop["arrival"], noun["opens"]) - EPS, "starts too early", position)
        ensure(stop["start"] <= noun["closes"] + EPS, "starts too late", position)
        ensure(stop["end"] >= stop["start"] + noun["service"] - EPS, "ends too early", position)
        place, free = at(node), stop["end"]
        if node == 0:
            ensure(not supplied, "visits the depot twice", position)
            supplied = True
            continue
        ensure(stop["decided"] >= released[node], "decides before the release", position)
        ensure(noun["skills"] <= home["skills"], "lacks a skill", position)
        if not supplied:
            ensure(noun["tools"] <= home["tools"], "lacks a tool", position)
            stock = [left - used for left, used in zip(stock, noun["parts"])]
            ensure(min(stock, default=0) >= 0, "lacks a part", position)
    last, begins = len(route["stops"]), tuple(route["last_from"])
    ensure(route["last_departure"] >= free + math.dist(place, begins) - EPS, "leaves too early", last)
    way = math.dist(begins, at(technician))
    ensure(route["return"] >= route["last_departure"] + way - EPS, "is back too early", last)
    ensure(route["return"] <= home["closes"] + EPS, "is back too late", last)
    ensure(abs(route["departure"] - route["stops"][0]["departure"]) < EPS, "leaves home at two times", 0)
    return route["return"] - route["departure"], wrong


def check(instance, released, day):
    wrong, work, handled, technicians = [], 0.0, [], []
    for route in day["routes"]:
        time, broken = check_route(instance, released, route)
        work += time
        wrong += broken
        technicians.append(route["technician"])
        handled += [stop["stop"] for stop in route["stops"] if stop["stop"] != "D"]
    if len(set(technicians)) < len(technicians):
        wrong.append("a technician has more than one route")
    if sorted(handled + day["rejected"]) != list(range(instance["crew"] + 1, len(instance["nodes"]))):
        wrong.append("a request is not served or rejected exactly once")
    if abs(work - day["working_time"]) > 1e-4:
        wrong.append(f"the working time is {work:.6f}")
    return {"feasible": not wrong, "working_time": round(work, 6), "rejected": len(day["rejected"]), "violations": wrong}


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        instance = reader()(arguments[0])
        with open(arguments[2]) as file:
            report = check(instance, releases(arguments[1]), json.load(file))
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        print(f"unusable input: {error!r}", file=sys.stderr)
        return 2
    print(json.dumps(report, indent=1))
    return 0 if report["feasible"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
