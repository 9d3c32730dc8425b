"""VRPTW sets: which instances there are, how they are asked for, and what the checker of the data says of a plan."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "published"))
import run as published

KIND = "vrptw"
SIZES = {"solomon": ["25", "50", "100"], "gehring-homberger": ["200", "400", "1000"]}
DEFAULT_SIZES = {"solomon": ["100"], "gehring-homberger": ["200"]}
# One of each class and horizon of Solomon's.
FEW = ["C109", "C203", "R107", "R205", "RC105", "RC203"]
# Costs are multiples of a tenth of a unit: nearer ones are the same.
SAME = 0.05
COST_FORMAT = "{:.1f}"
HAS_BOUND, HAS_UNSERVED = False, False


class Instance:
    """One file of a set."""

    def __init__(self, options, size, found):
        self.name, self.file, self.best, _, self.checker = found
        self.key = {"set": options.set, "size": int(size), "instance": self.name}
        self.words = ["--customers", size] if options.set == "solomon" else []

    def judged(self, answer):
        """{"cost": …} by the data's checker; None where the plan is not feasible."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"routes": answer["routes"]}, file)
            file.flush()
            words = [self.checker[0], self.checker[1], file.name, *self.checker[2:]]
            done = subprocess.run([sys.executable, *map(str, words)], capture_output=True, text=True)
        return {"cost": json.loads(done.stdout)["trunc1"]["cost"]} if done.returncode == 0 else None


def instances(options, size):
    """Those of a size: all of Gehring & Homberger's, a few of Solomon's unless --all."""
    asked = argparse.Namespace(set=options.set, customers=int(size), size=int(size))
    found = published.instances(pathlib.Path(os.environ["JOURNEYMAN_DATA"]), asked)
    every = options.all or options.instances or options.set != "solomon"
    return [Instance(options, size, one) for one in found if every or one[0] in FEW]
