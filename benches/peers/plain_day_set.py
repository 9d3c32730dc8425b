"""Days of technicians: drawn by Journeyman, judged by check.py, held against the best plan of all and a proved bound."""
import hashlib
import json
import subprocess
import sys

import check

KIND = "plain-day"
SIZES = {"technicians": ["20x100", "50x300", "200x1200"]}
DEFAULT_SIZES = SIZES
# How many days of a size there are, unless --days asks for more or fewer.
DAYS = {"20x100": 3, "50x300": 2, "200x1200": 1}
# In dollars: a hundredth of a cent is the unit, half of it is no difference.
UNITS_PER_DOLLAR = 10_000
SAME = 0.5 / UNITS_PER_DOLLAR
COST_FORMAT = "{:.2f}"
HAS_BOUND, HAS_UNSERVED = True, True


class Instance:
    """One day, in a file beside the results."""

    def __init__(self, options, size, seed):
        self.name = f"{size}-{seed}"
        self.file = options.results.parent / "plain-days" / f"{self.name}.json"
        text = drawn(options.journeyman, size, seed)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(text)
        self.day = json.loads(text)
        # Answers to a day that is drawn otherwise by now are not this day's.
        digest = hashlib.sha256(text).hexdigest()[:12]
        self.key = {"set": options.set, "size": size, "instance": self.name, "day": digest}
        self.words = []
        self.best = None

    def judged(self, answer):
        """{"cost": dollars, "unserved": how many} by check.py; None where the plan is not feasible."""
        found = check.verdict(self.day, answer["routes"])
        if not found["feasible"]:
            print(f"{self.name}: {'; '.join(found['violations'][:3])}", file=sys.stderr)
            return None
        return {"cost": found["cost"] / UNITS_PER_DOLLAR, "unserved": len(found["unserved"])}

    def bound(self, answer):
        """What no plan is cheaper than, in dollars."""
        return answer["bound"] / UNITS_PER_DOLLAR


def drawn(journeyman, size, seed):
    technicians, visits = size.split("x")
    words = [journeyman, "generate", "plain-day", "--technicians", technicians, "--visits", visits, "--seed", str(seed)]
    return subprocess.run(words, check=True, capture_output=True).stdout


def instances(options, size):
    """The days of a size, of seeds 1, 2, …"""
    return [Instance(options, size, seed) for seed in range(1, 1 + (options.days or DAYS[size]))]
