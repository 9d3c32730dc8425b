"""VRPTW instances by each peer: all get the same whole numbers, tenths of a unit cut as in the published lists, and
minimise distance alone. Routes are lists of customer numbers; None where there is no plan.
"""
import datetime
import json
import os
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(os.environ["JOURNEYMAN_DATA"]) / "checkers"))
import vrptw_check


class Numbers:
    """An instance in tenths. Node 0 is the depot."""

    def __init__(self, options):
        read = vrptw_check.read_instance(options.instance, options.customers)
        nodes = read["nodes"]
        self.vehicles, self.capacity = read["vehicles"], int(read["capacity"])
        self.matrix = numpy.array([[vrptw_check.tenths(a, b) for b in nodes] for a in nodes], dtype=numpy.int64)
        self.demand = [int(node[2]) for node in nodes]
        self.ready, self.due, self.service = ([int(10 * node[k]) for node in nodes] for k in (3, 4, 5))
        self.customers = range(1, len(nodes))


def pyvrp(numbers, options):
    from pyvrp import Model
    from pyvrp.stop import MaxRuntime

    model = Model()
    places = [model.add_location(0, 0) for _ in numbers.demand]
    depot = model.add_depot(places[0])
    model.add_vehicle_type(numbers.vehicles, numbers.capacity, depot, depot,
                           tw_early=numbers.ready[0], tw_late=numbers.due[0])
    for k in numbers.customers:
        model.add_client(places[k], delivery=numbers.demand[k], service_duration=numbers.service[k],
                         tw_early=numbers.ready[k], tw_late=numbers.due[k])
    for a, place in enumerate(places):
        for b, other in enumerate(places):
            model.add_edge(place, other, int(numbers.matrix[a, b]), int(numbers.matrix[a, b]))
    found = model.solve(MaxRuntime(options.seconds), seed=options.seed, display=False)
    if not found.is_feasible():
        return None
    return [[stop.idx + 1 for stop in route if stop.is_client()] for route in found.best.routes()]


def ortools(numbers, options):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(numbers.demand), numbers.vehicles, 0)
    routing = pywrapcp.RoutingModel(manager)
    drive = routing.RegisterTransitMatrix(numbers.matrix.tolist())
    stay = (numbers.matrix + numpy.array(numbers.service)[:, None]).tolist()
    routing.SetArcCostEvaluatorOfAllVehicles(drive)
    routing.AddDimension(routing.RegisterTransitMatrix(stay), numbers.due[0], numbers.due[0], False, "time")
    load = routing.RegisterUnaryTransitVector(numbers.demand)
    routing.AddDimension(load, 0, numbers.capacity, True, "load")
    times = routing.GetDimensionOrDie("time")
    for k in numbers.customers:
        times.CumulVar(manager.NodeToIndex(k)).SetRange(numbers.ready[k], numbers.due[k])
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(1000 * options.seconds))
    found = routing.SolveWithParameters(search)
    if found is None:
        return None
    routes = []
    for vehicle in range(numbers.vehicles):
        index, route = found.Value(routing.NextVar(routing.Start(vehicle))), []
        while not routing.IsEnd(index):
            route.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        routes.append(route)
    return routes


def pyvroom(numbers, options):
    import vroom

    problem = vroom.Input()
    problem.set_durations_matrix("car", numbers.matrix)
    hours = vroom.TimeWindow(numbers.ready[0], numbers.due[0])
    for vehicle in range(numbers.vehicles):
        problem.add_vehicle(vroom.Vehicle(vehicle, start=0, end=0, capacity=[numbers.capacity], time_window=hours))
    for k in numbers.customers:
        window = vroom.TimeWindow(numbers.ready[k], numbers.due[k])
        problem.add_job(vroom.Job(k, location=k, default_service=numbers.service[k], delivery=[numbers.demand[k]],
                                  time_windows=[window]))
    found = problem.solve(exploration_level=5, nb_threads=options.threads,
                          timeout=datetime.timedelta(seconds=options.seconds))
    stops = found.routes[found.routes["type"] == "job"]
    return [[int(k) for k in of["id"]] for _, of in stops.groupby("vehicle_id", sort=True)]


def vrp_cli(numbers, options):
    from vrp_cli import solve_pragmatic

    def clock(tenths):
        start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        return (start + datetime.timedelta(seconds=tenths)).strftime("%Y-%m-%dT%H:%M:%SZ")

    jobs = [{"id": str(k), "deliveries": [{"demand": [numbers.demand[k]], "places": [{
        "location": {"index": k}, "duration": numbers.service[k],
        "times": [[clock(numbers.ready[k]), clock(numbers.due[k])]]}]}]} for k in numbers.customers]
    depot = {"index": 0}
    shift = {"start": {"earliest": clock(numbers.ready[0]), "location": depot},
             "end": {"latest": clock(numbers.due[0]), "location": depot}}
    vehicle = {"typeId": "van", "vehicleIds": [f"van-{k}" for k in range(numbers.vehicles)],
               "profile": {"matrix": "car"}, "costs": {"fixed": 0, "distance": 1, "time": 0},
               "shifts": [shift], "capacity": [numbers.capacity]}
    problem = {"plan": {"jobs": jobs}, "fleet": {"vehicles": [vehicle], "profiles": [{"name": "car"}]},
               "objectives": [[{"type": "minimize-unassigned"}], [{"type": "minimize-cost"}]]}
    flat = numbers.matrix.flatten().tolist()
    matrix = {"profile": "car", "travelTimes": flat, "distances": flat}
    config = {"termination": {"maxTime": max(1, round(options.seconds))},
              "environment": {"parallelism": {"numThreadPools": 1, "threadsPerPool": options.threads}}}
    found = json.loads(solve_pragmatic(json.dumps(problem), [json.dumps(matrix)], json.dumps(config)))
    done = [[work for stop in tour["stops"] for work in stop["activities"]] for tour in found["tours"]]
    return [[int(work["jobId"]) for work in tour if work["type"] == "delivery"] for tour in done]


PEERS = {"pyvrp": pyvrp, "ortools": ortools, "pyvroom": pyvroom, "vrp-cli": vrp_cli}
