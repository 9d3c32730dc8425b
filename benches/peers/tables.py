"""The tables of a comparison: a row an answer, then a row a solver. What is lost stands in them as what is won."""
import statistics


class Row:
    """A feasible answer beside the best plan and the bound of its instance."""

    def __init__(self, judged, best, bound):
        self.cost, self.unserved = judged["cost"], judged.get("unserved")
        self.best_gap = 100 * (self.cost / best - 1) if best else 0.0
        self.bound_gap = None if bound is None else 100 * (self.cost - bound) / self.cost if self.cost else 0.0


def print_tables(kind, instances, solvers, answers, every):
    """Prints both tables of one size. `answers`: {(instance, solver): answer}; `every`: by instance all answers there
    are, of other seeds and times too: the best of them is the best known plan where the set has none, the highest bound
    the bound. True when every solver answered with a feasible plan."""
    rows = {solver: {} for solver in solvers}
    print("| instance | solver | cost | best known | gap % |"
          f"{' gap to bound % |' if kind.HAS_BOUND else ''}{' unserved |' if kind.HAS_UNSERVED else ''}"
          " seconds | CPU s | |")
    print(f"|---|---|--:|--:|--:|{'--:|' * (kind.HAS_BOUND + kind.HAS_UNSERVED)}--:|--:|---|")
    for instance in instances:
        verdicts = {solver: verdict(instance, answers[instance.name, solver]) for solver in solvers}
        best, bound = marks(kind, instance, every[instance.name])
        for solver in solvers:
            answer, found = answers[instance.name, solver], verdicts[solver]
            blank = " – |" * (kind.HAS_BOUND + kind.HAS_UNSERVED)
            if found is None:
                told = "–" if best is None else kind.COST_FORMAT.format(best)
                word = answer.get("error") or ("INFEASIBLE" if answer["routes"] else "no plan")
                print(f"| {instance.name} | {solver} | – | {told} | – |{blank} – | – | {word} |")
                continue
            row = rows[solver][instance.name] = Row(found, best, bound)
            more = f" {'–' if row.bound_gap is None else format(row.bound_gap, '.3f')} |" if kind.HAS_BOUND else ""
            more += f" {row.unserved} |" if kind.HAS_UNSERVED else ""
            note = "proved optimal" if answer.get("proved_optimal") else ""
            print(f"| {instance.name} | {solver} | {kind.COST_FORMAT.format(row.cost)} | {kind.COST_FORMAT.format(best)} |"
                  f" {row.best_gap:.3f} |{more} {answer['seconds']:.1f} | {answer['cpu_seconds']:.1f} | {note} |")
    print_summary(kind, solvers, rows)
    return all(len(of) == len(instances) for of in rows.values())


def verdict(instance, answer):
    return instance.judged(answer) if "routes" in answer else None


def marks(kind, instance, answers):
    """The best known cost and the highest bound of an instance, None where there is none."""
    best = instance.best
    if best is None:
        costs = [found["cost"] for found in (instance.judged(answer) for answer in answers) if found]
        best = min(costs, default=None)
    bounds = [instance.bound(answer) for answer in answers if "bound" in answer] if kind.HAS_BOUND else []
    return best, max(bounds, default=None)


def print_summary(kind, solvers, rows):
    print(f"\n| solver | feasible | mean gap % | worst gap % |{' mean gap to bound % |' if kind.HAS_BOUND else ''}"
          f"{' unserved |' if kind.HAS_UNSERVED else ''} Journeyman cheaper | same | Journeyman dearer |")
    print(f"|---|--:|--:|--:|{'--:|' * (kind.HAS_BOUND + kind.HAS_UNSERVED)}--:|--:|--:|")
    ours = rows.get("journeyman", {})
    for solver in solvers:
        own = rows[solver]
        if not own:
            print(f"| {solver} | 0 | – | – |{' – |' * (kind.HAS_BOUND + kind.HAS_UNSERVED)} – | – | – |")
            continue
        gaps = [row.best_gap for row in own.values()]
        bounds = [row.bound_gap for row in own.values() if row.bound_gap is not None]
        more = f" {format(statistics.mean(bounds), '.3f') if bounds else '–'} |" if kind.HAS_BOUND else ""
        more += f" {sum(row.unserved for row in own.values())} |" if kind.HAS_UNSERVED else ""
        against = [ours[name].cost - own[name].cost for name in own if name in ours]
        counts = [sum(by < -kind.SAME for by in against), sum(abs(by) <= kind.SAME for by in against),
                  sum(by > kind.SAME for by in against)]
        told = ["", "", ""] if solver == "journeyman" else counts
        print(f"| {solver} | {len(own)} | {statistics.mean(gaps):.3f} | {max(gaps):.3f} |{more}"
              f" {told[0]} | {told[1]} | {told[2]} |")
    print()
