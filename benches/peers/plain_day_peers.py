"""Plain days by each peer. Routes are [{"technician": LABEL, "visits": [LABEL, …]}, …]; None where there is no plan.

All minimise the price of driving plus the penalties of what is left out, as far as they have words for it; where one has
not, README.md says so. A leg's price is worked out here once and is told to each as the distance or the cost of the leg.
"""
import datetime
import json

import numpy


class Numbers:
    """A day over nodes: visit k is node k, whoever shares its place, then come the places of starts and ends."""

    def __init__(self, options):
        with open(options.instance) as file:
            day = json.load(file)
        self.visits, self.people = day["visits"], day["technicians"]
        homes = sorted({person[end] for person in self.people for end in ("start", "end")})
        node = {place: len(self.visits) + k for k, place in enumerate(homes)}
        self.starts = [node[person["start"]] for person in self.people]
        self.ends = [node[person["end"]] for person in self.people]
        places = [visit["place"] for visit in self.visits] + homes
        picked = numpy.ix_(places, places)
        self.seconds = numpy.array(day["seconds"], dtype=numpy.int64)[picked]
        meters = numpy.array(day["meters"], dtype=numpy.int64)[picked]
        self.price = day["prices"]["second"] * self.seconds + day["prices"]["meter"] * meters
        # Who may serve a visit, and what each may serve.
        skills = [frozenset(person["skills"]) for person in self.people]
        self.servers = [[t for t, has in enumerate(skills) if has.issuperset(visit["skills"])] for visit in self.visits]
        self.skills = {name: k for k, name in enumerate(sorted(
            {skill for thing in self.people + self.visits for skill in thing["skills"]}))}

    def routes(self, by_person):
        """Routes by labels, of lists of nodes."""
        return [{"technician": self.people[person]["label"], "visits": [self.visits[k]["label"] for k in nodes]}
                for person, nodes in by_person]


def pyvrp(numbers, options):
    from pyvrp import Client, Depot, Location, ProblemData, Route, Solution, VehicleType, solve
    from pyvrp.stop import MaxRuntime

    # One routing profile for each set of visits that somebody may serve: legs of it to other visits outlast the day.
    visits = set(range(len(numbers.visits)))
    serves = [frozenset(k for k in visits if person in numbers.servers[k]) for person in range(len(numbers.people))]
    profiles = {allowed: k for k, allowed in enumerate(dict.fromkeys(serves))}
    too_long = 1 + max(person["shift"][1] for person in numbers.people)
    seconds = [numbers.seconds.copy() for _ in profiles]
    for matrix, allowed in zip(seconds, profiles):
        matrix[:, sorted(visits - allowed)] = too_long
        numpy.fill_diagonal(matrix, 0)
    first = len(numbers.visits)
    depots = [Depot(node) for node in range(first, len(numbers.price))]
    vehicles = [VehicleType(1, start_depot=numbers.starts[t] - first, end_depot=numbers.ends[t] - first,
                            tw_early=person["shift"][0], tw_late=person["shift"][1], profile=profiles[serves[t]])
                for t, person in enumerate(numbers.people)]

    def day(required):
        clients = [Client(k, service_duration=visit["service"], tw_early=visit["window"][0],
                          tw_late=visit["window"][1], required=required,
                          prize=0 if required else visit["penalty"]) for k, visit in enumerate(numbers.visits)]
        return ProblemData([Location(0, 0) for _ in numbers.price], clients, depots, vehicles,
                           [numbers.price] * len(profiles), seconds)

    def stops(route):
        return [stop.idx for stop in route if stop.is_client()]

    # It inserts what is optional less well than what is required, so everything is required for a third of the time.
    whole = solve(day(required=True), MaxRuntime(options.seconds / 3), seed=options.seed, display=False)
    data, start = day(required=False), None
    if whole.is_feasible():
        start = Solution(data, [Route(data, stops(route), route.vehicle_type()) for route in whole.best.routes()])
    found = solve(data, MaxRuntime(options.seconds - options.seconds / 3), seed=options.seed, display=False,
                  initial_solution=start)
    if not found.is_feasible():
        return None
    return numbers.routes((route.vehicle_type(), stops(route)) for route in found.best.routes())


def ortools(numbers, options):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    team = len(numbers.people)
    manager = pywrapcp.RoutingIndexManager(len(numbers.price), team, numbers.starts, numbers.ends)
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(numbers.price.tolist()))
    service = numpy.zeros(len(numbers.price), dtype=numpy.int64)
    service[:len(numbers.visits)] = [visit["service"] for visit in numbers.visits]
    stay = routing.RegisterTransitMatrix((numbers.seconds + service[:, None]).tolist())
    last = max(person["shift"][1] for person in numbers.people)
    routing.AddDimension(stay, last, last, False, "time")
    times = routing.GetDimensionOrDie("time")
    for k, visit in enumerate(numbers.visits):
        index = manager.NodeToIndex(k)
        routing.AddDisjunction([index], visit["penalty"])
        # What SetAllowedVehiclesForIndex does, which cannot be called from Python in this version; -1 is left out.
        routing.VehicleVar(index).SetValues([-1, *numbers.servers[k]])
        times.CumulVar(index).SetRange(visit["window"][0], min(visit["window"][1], last))
    for t, person in enumerate(numbers.people):
        for end in (routing.Start(t), routing.End(t)):
            times.CumulVar(end).SetRange(*person["shift"])
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(1000 * options.seconds))
    found = routing.SolveWithParameters(search)
    if found is None:
        return None
    routes = []
    for t in range(team):
        index, nodes = found.Value(routing.NextVar(routing.Start(t))), []
        while not routing.IsEnd(index):
            nodes.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        routes.append((t, nodes))
    return numbers.routes(routes)


def pyvroom(numbers, options):
    import vroom

    problem = vroom.Input()
    problem.set_durations_matrix("car", numbers.seconds)
    problem.set_costs_matrix("car", numbers.price)
    ids = numbers.skills
    for t, person in enumerate(numbers.people):
        problem.add_vehicle(vroom.Vehicle(t, start=numbers.starts[t], end=numbers.ends[t],
                                          skills={ids[skill] for skill in person["skills"]},
                                          time_window=vroom.TimeWindow(*person["shift"])))
    # No price of leaving a job out, but a priority from 0 to 100: their sum goes before all cost.
    dearest = max((visit["penalty"] for visit in numbers.visits), default=0) or 1
    for k, visit in enumerate(numbers.visits):
        problem.add_job(vroom.Job(k, location=k, default_service=visit["service"],
                                  skills={ids[skill] for skill in visit["skills"]},
                                  priority=round(100 * visit["penalty"] / dearest),
                                  time_windows=[vroom.TimeWindow(*visit["window"])]))
    found = problem.solve(exploration_level=5, nb_threads=options.threads,
                          timeout=datetime.timedelta(seconds=options.seconds))
    stops = found.routes[found.routes["type"] == "job"]
    return numbers.routes((int(person), [int(k) for k in of["id"]])
                          for person, of in stops.groupby("vehicle_id", sort=True))


def vrp_cli(numbers, options):
    from vrp_cli import solve_pragmatic

    def clock(seconds):
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        return (start + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    jobs = []
    for k, visit in enumerate(numbers.visits):
        place = {"location": {"index": k}, "duration": visit["service"],
                 "times": [[clock(visit["window"][0]), clock(visit["window"][1])]]}
        job = {"id": str(k), "services": [{"places": [place]}], "value": visit["penalty"]}
        if visit["skills"]:
            job["skills"] = {"allOf": visit["skills"]}
        jobs.append(job)
    vehicles = []
    for t, person in enumerate(numbers.people):
        shift = {"start": {"earliest": clock(person["shift"][0]), "location": {"index": numbers.starts[t]}},
                 "end": {"latest": clock(person["shift"][1]), "location": {"index": numbers.ends[t]}}}
        vehicles.append({"typeId": f"type-{t}", "vehicleIds": [str(t)], "profile": {"matrix": "car"},
                         "costs": {"fixed": 0, "distance": 1, "time": 0}, "shifts": [shift], "capacity": [0],
                         "skills": person["skills"]})
    # The value of what is served goes before all cost: it has no sum of the two.
    problem = {"plan": {"jobs": jobs}, "fleet": {"vehicles": vehicles, "profiles": [{"name": "car"}]},
               "objectives": [[{"type": "maximize-value"}], [{"type": "minimize-unassigned"}],
                              [{"type": "minimize-cost"}]]}
    matrix = {"profile": "car", "travelTimes": numbers.seconds.flatten().tolist(),
              "distances": numbers.price.flatten().tolist()}
    config = {"termination": {"maxTime": max(1, round(options.seconds))},
              "environment": {"parallelism": {"numThreadPools": 1, "threadsPerPool": options.threads}}}
    found = json.loads(solve_pragmatic(json.dumps(problem), [json.dumps(matrix)], json.dumps(config)))
    return numbers.routes((int(tour["vehicleId"]), [int(work["jobId"]) for stop in tour["stops"]
                                                    for work in stop["activities"] if work["type"] == "service"])
                          for tour in found["tours"])


PEERS = {"pyvrp": pyvrp, "ortools": ortools, "pyvroom": pyvroom, "vrp-cli": vrp_cli}
