"""What the checker of plain days must say, on days small enough to reckon by hand: python3 -m unittest test_check"""
import contextlib
import copy
import io
import json
import pathlib
import tempfile
import unittest

import check

# Ann goes from place 0 to place 0, Bob from place 1 to place 2. Every leg has seconds and meters of its own.
DAY = {
    "name": "by hand",
    "prices": {"second": 10, "meter": 1},
    "technicians": [
        {"label": "Ann", "start": 0, "end": 0, "shift": [100, 1000], "skills": ["wire", "panel"]},
        {"label": "Bob", "start": 1, "end": 2, "shift": [0, 500], "skills": ["wire"]},
    ],
    "visits": [
        {"label": "a", "place": 1, "window": [300, 310], "service": 50, "skills": [], "penalty": 4000},
        {"label": "b", "place": 2, "window": [0, 900], "service": 100, "skills": ["panel"], "penalty": 70000},
        {"label": "c", "place": 2, "window": [0, 900], "service": 20, "skills": ["wire"], "penalty": 500},
    ],
    "seconds": [[0, 60, 80], [61, 0, 30], [82, 31, 0]],
    "meters": [[0, 600, 800], [601, 0, 300], [802, 301, 0]],
}


def judge(routes, day=DAY):
    return check.verdict(day, [{"technician": name, "visits": visits} for name, visits in routes])


class CostOfAPlan(unittest.TestCase):
    def test_is_driving_and_what_is_left_out(self):
        found = judge([("Ann", ["a", "b"])])
        # 0 to 1, 1 to 2, 2 to 0; c is left out.
        driving = 10 * (60 + 30 + 82) + 600 + 300 + 802
        self.assertEqual(found, {"feasible": True, "cost": driving + 500, "driving": driving, "penalties": 500,
                                 "unserved": ["c"], "violations": []})

    def test_counts_the_way_to_an_end_of_ones_own(self):
        self.assertEqual(judge([("Bob", ["a"])])["driving"], 10 * 30 + 300)
        self.assertEqual(judge([("Bob", ["c"])])["driving"], 10 * 30 + 300)

    def test_of_nobody_at_work_is_all_penalties(self):
        for routes in [[], [("Ann", []), ("Bob", [])]]:
            found = judge(routes)
            self.assertEqual((found["feasible"], found["cost"], found["driving"]), (True, 74500, 0))

    def test_does_not_count_waiting_or_work(self):
        idle = copy.deepcopy(DAY)
        idle["visits"][0]["service"] = 0
        self.assertEqual(judge([("Ann", ["a"])])["cost"], judge([("Ann", ["a"])], idle)["cost"])


class AnInfeasiblePlan(unittest.TestCase):
    def refused(self, routes, *violations, day=DAY):
        found = judge(routes, day)
        self.assertEqual((found["feasible"], found["violations"]), (False, list(violations)))

    def test_lacks_a_skill(self):
        self.refused([("Bob", ["b"])], "Bob lacks for b: panel")

    def test_begins_late_by_a_second(self):
        late = copy.deepcopy(DAY)
        late["technicians"][0]["shift"][0] = 250
        self.assertTrue(judge([("Ann", ["a"])], late)["feasible"])
        late["technicians"][0]["shift"][0] = 251
        self.refused([("Ann", ["a"])], "Ann begins a at 311, after 310", day=late)

    def test_waits_for_a_window_and_is_late_for_the_next(self):
        late = copy.deepcopy(DAY)
        # a is begun at 300 and done at 350; c is reached at 380.
        late["visits"][2]["window"][1] = 380
        self.assertTrue(judge([("Ann", ["a", "c"])], late)["feasible"])
        late["visits"][2]["window"][1] = 379
        self.refused([("Ann", ["a", "c"])], "Ann begins c at 380, after 379", day=late)

    def test_is_back_late_by_a_second(self):
        late = copy.deepcopy(DAY)
        # a is begun at 300, done at 350, and the end is 30 s away.
        late["technicians"][1]["shift"][1] = 380
        self.assertTrue(judge([("Bob", ["a"])], late)["feasible"])
        late["technicians"][1]["shift"][1] = 379
        self.refused([("Bob", ["a"])], "Bob is back at 380, after 379", day=late)

    def test_serves_twice(self):
        self.refused([("Ann", ["c", "c"])], "c is served twice: by Ann and by Ann")
        self.refused([("Ann", ["c"]), ("Bob", ["c"])], "c is served twice: by Ann and by Bob")

    def test_sends_somebody_out_twice(self):
        self.refused([("Ann", ["b"]), ("Ann", ["c"])], "Ann has two routes")

    def test_names_nobody_or_nothing_of_the_day(self):
        self.refused([("Cy", ["a"])], "there is no technician Cy")
        self.refused([("Ann", ["z"])], "there is no visit z")


class TheProgram(unittest.TestCase):
    def run_on(self, day, plan):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / name for name in ("day.json", "plan.json")]
            for file, content in zip(files, (day, plan)):
                file.write_text(content)
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = check.main([str(file) for file in files])
            return status, out.getvalue(), err.getvalue()

    def test_says_by_its_status_what_it_found(self):
        for visits, status in [(["a"], 0), (["a", "a"], 1)]:
            plan = {"cost": 0, "routes": [{"technician": "Ann", "visits": visits}]}
            found, out, _ = self.run_on(json.dumps(DAY), json.dumps(plan))
            self.assertEqual(found, status)
            self.assertEqual(json.loads(out)["feasible"], status == 0)

    def test_refuses_what_is_no_day_or_no_plan(self):
        twice = {**DAY, "visits": [DAY["visits"][0]] * 2}
        nowhere = {**DAY, "seconds": [[0]]}
        plan = {"routes": [{"technician": "Ann", "visits": ["a"]}]}
        for day, answer in [("{", "{}"), (json.dumps(DAY), "{}"), (json.dumps(DAY), "[]"),
                            (json.dumps(twice), json.dumps(plan)), (json.dumps(nowhere), json.dumps(plan))]:
            status, out, err = self.run_on(day, answer)
            self.assertEqual((status, out), (2, ""))
            self.assertTrue(err.startswith("check.py: "), err)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(check.main([]), 2)


if __name__ == "__main__":
    unittest.main()
