#!/usr/bin/env python3
"""Judges a plan of a plain day, whoever made it. Shares nothing with any solver. Standard library only.

    check.py DAY PLAN

PLAN is a JSON object with the member "routes": [{"technician": LABEL, "visits": [LABEL, …]}, …]; others are not looked at.
Prints {"feasible": …, "cost": …, "driving": …, "penalties": …, "unserved": [LABEL, …], "violations": [SENTENCE, …]}. Costs
are in the day's units, hundredths of a cent; those of an infeasible plan say nothing.
Exit status 0 when the plan is feasible, 1 when it is not, 2 for unusable files.
"""
import json
import sys


class Unusable(Exception):
    """A file that is no plain day or no plan."""


def verdict(day, routes):
    """The law of plain days, applied to routes."""
    people = by_label(day["technicians"])
    visits = by_label(day["visits"])
    violations, served, out, driving = [], {}, set(), 0
    for route in routes:
        name = route["technician"]
        if not route["visits"]:
            continue
        if name not in people:
            violations.append(f"there is no technician {name}")
            continue
        if name in out:
            violations.append(f"{name} has two routes")
        out.add(name)
        for label in route["visits"]:
            if label in served:
                violations.append(f"{label} is served twice: by {served[label]} and by {name}")
            served[label] = name
        strange = [label for label in route["visits"] if label not in visits]
        violations += [f"there is no visit {label}" for label in strange]
        if not strange:
            driving += drive(day, people[name], [visits[label] for label in route["visits"]], violations)
    unserved = [label for label in visits if label not in served]
    penalties = sum(visits[label]["penalty"] for label in unserved)
    return {"feasible": not violations, "cost": driving + penalties, "driving": driving, "penalties": penalties,
            "unserved": unserved, "violations": violations}


def drive(day, person, stops, violations):
    """The cost of one route. Each stop is begun as early as can be, which is best: waiting costs nothing."""
    name, skills = person["label"], set(person["skills"])
    begin, end = person["shift"]
    cost, place, clock = 0, person["start"], begin
    for stop in stops:
        missing = set(stop["skills"]) - skills
        if missing:
            violations.append(f"{name} lacks for {stop['label']}: {', '.join(sorted(missing))}")
        cost += leg(day, place, stop["place"])
        clock = max(clock + day["seconds"][place][stop["place"]], stop["window"][0])
        if clock > stop["window"][1]:
            violations.append(f"{name} begins {stop['label']} at {clock}, after {stop['window'][1]}")
        place, clock = stop["place"], clock + stop["service"]
    cost += leg(day, place, person["end"])
    clock += day["seconds"][place][person["end"]]
    if clock > end:
        violations.append(f"{name} is back at {clock}, after {end}")
    return cost


def leg(day, start, end):
    return day["prices"]["second"] * day["seconds"][start][end] + day["prices"]["meter"] * day["meters"][start][end]


def by_label(things):
    found = {thing["label"]: thing for thing in things}
    if len(found) != len(things):
        raise Unusable("a label is there twice")
    return found


def main(words):
    if len(words) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(words[0]) as day, open(words[1]) as plan:
            found = verdict(json.load(day), json.load(plan)["routes"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, Unusable) as error:
        print(f"check.py: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found))
    return 0 if found["feasible"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
