"""Plans the shipped day over gRPC, then follows a board while a customer calls and a technician falls sick.

    client.py SERVER_PROGRAM DAY_FILE

Exit status 0 when every answer has what the contract says, 1 with the first that has not.
"""
import datetime
import pathlib
import sys
import zoneinfo

import grpc
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from journeyman.v1 import boards_pb2, boards_pb2_grpc, event_pb2, plan_pb2, scheduler_pb2, scheduler_pb2_grpc
from server import serve

BOARD = "st-george"
# Seconds for an answer that should come at once, on a machine that is busy.
PATIENCE_S = 60


def need(held, what):
    """Ends the test where something of the contract is missing."""
    if not held:
        raise SystemExit(f"MISSING: {what}")


def visits(plan):
    """(route, stop) of every visit that the plan serves."""
    return [(route, stop) for route in plan.routes for stop in route.stops if stop.WhichOneof("kind") == "visit"]


def dollars(micros):
    return f"${micros / 1e6:,.2f}"


class Day:
    """A day file, and its clock on the wall."""

    def __init__(self, file):
        self.request = json_format.Parse(pathlib.Path(file).read_text(), scheduler_pb2.SolveRequest())
        self.problem = self.request.problem
        self.zone = zoneinfo.ZoneInfo(self.problem.time_zone)

    def at(self, hour, minute):
        start = self.problem.start_time.ToDatetime(datetime.timezone.utc).astimezone(self.zone)
        time = Timestamp()
        time.FromDatetime(start.replace(hour=hour, minute=minute))
        return time

    def clock(self, time):
        return time.ToDatetime(datetime.timezone.utc).astimezone(self.zone).strftime("%H:%M")

    def told(self, visit):
        window = visit.arrival_window.window
        return f"{self.clock(window.start_time)}-{self.clock(window.end_time)}"


def check_plan(problem, plan):
    """Every visit is served with a window and, where it asks for a license, its proof, or left out with a reason."""
    asked = {visit.id: visit for order in problem.work_orders for visit in order.visits}
    served = [stop.visit.visit_id for _, stop in visits(plan)]
    left = [out.visit_id for out in plan.unassigned]
    need(served, "a served visit")
    need(sorted(served + left) == sorted(asked), "every visit once, on a route or unassigned")
    for route, stop in visits(plan):
        visit, window = stop.visit, stop.visit.arrival_window
        need(route.technician_id, f"the technician of {route.shift_id}")
        need(stop.HasField("start_time"), f"the start of {visit.visit_id}")
        need(window.HasField("window") and window.on_time_permille > 0, f"the window of {visit.visit_id}")
        if asked[visit.visit_id].license_class_min:
            need(visit.HasField("license_proof"), f"the license proof of {visit.visit_id}")
    for out in plan.unassigned:
        need(out.text, f"why {out.visit_id} is left out")
    check_bound(plan)


def check_bound(plan):
    need(plan.HasField("bound"), "the bound of the plan")
    need(plan.bound.cost_micros == plan.cost.total_micros, "the plan's cost in its bound")
    need(0 < plan.bound.bound_micros <= plan.bound.cost_micros, "a bound that is not above the cost")


def tell_bound(bound):
    print(f"cost {dollars(bound.cost_micros)}, no plan costs less than {dollars(bound.bound_micros)},"
          f" gap {100 * bound.gap:.2f} %, {plan_pb2.Optimality.Name(bound.optimality)}")


def solve(scheduler, day):
    """`Scheduler.Solve` of the whole day."""
    day.request.options.time_limit.FromSeconds(5)
    day.request.options.threads = 2
    answer = scheduler.Solve(day.request, timeout=PATIENCE_S)
    check_plan(day.problem, answer.plan)
    need(answer.statistics.stop_reason, "why the search ended")
    print("assignments, each with the window to promise:")
    for route in answer.plan.routes:
        stops = [stop for other, stop in visits(answer.plan) if other is route]
        words = (f"{stop.visit.visit_id} {day.clock(stop.start_time)} ({day.told(stop.visit)})" for stop in stops)
        print(f"  {route.technician_id}: {', '.join(words)}")
    for out in answer.plan.unassigned:
        print(f"  left out: {out.visit_id}: {out.text}")
    print(f"{len(visits(answer.plan))} visits on {len(answer.plan.routes)} routes", end="; ")
    tell_bound(answer.plan.bound)
    return answer.plan


def refuse(scheduler):
    """What is not understood is refused, with every field."""
    try:
        scheduler.Solve(scheduler_pb2.SolveRequest(), timeout=PATIENCE_S)
    except grpc.RpcError as error:
        need(error.code() == grpc.StatusCode.INVALID_ARGUMENT, f"INVALID_ARGUMENT instead of {error.code()}")
        print(f"\na request without a problem: {error.code().name}: {error.details()}")
    else:
        need(False, "the refusal of an empty request")


def make_board(boards, day, plan):
    """`Boards.CreateBoard` of the day with its plan, at 09:40. Its clock is told, so that the story has one time."""
    problem = type(day.problem)()
    problem.CopyFrom(day.problem)
    problem.baseline_plan.CopyFrom(plan)
    problem.freeze_time.CopyFrom(day.at(9, 40))
    board = boards_pb2.Board(id=BOARD, clock_source=boards_pb2.CLOCK_SOURCE_TOLD)
    options = scheduler_pb2.SolveOptions(time_limit=Duration(seconds=1))
    request = boards_pb2.CreateBoardRequest(board=board, problem=problem, options=options)
    made = boards.CreateBoard(request, timeout=PATIENCE_S).board
    need(made.id == BOARD and made.etag, "the board that was made")
    print(f"\nboard {made.id} made, revision {made.revision}")
    return made


def call_comes_in(boards, day, board):
    """`Boards.ApplyEvents`: urgent work at a known place, between 11 and 13."""
    visit = type(day.problem.work_orders[0].visits[0])()
    visit.CopyFrom(day.problem.work_orders[0].visits[0])
    visit.id = "V-smoke"
    visit.mandatory = True
    del visit.time_windows[:]
    visit.time_windows.add(start_time=day.at(11, 0), end_time=day.at(13, 0))
    event = event_pb2.Event(id="E-call", event_time=day.at(9, 45))
    event.call_received.work_order.id = "WO-smoke"
    event.call_received.work_order.visits.append(visit)
    at = scheduler_pb2.BoardRevision(board_id=BOARD, revision=board.revision)
    request = boards_pb2.ApplyEventsRequest(request_id="call-1", board=at, events=[event])
    answer = boards.ApplyEvents(request, timeout=PATIENCE_S)
    again = boards.ApplyEvents(request, timeout=PATIENCE_S)
    need(again.board.revision == answer.board.revision, "the first answer again for a repeated request_id")
    check_bound(answer.plan)
    found = [(route, stop) for route, stop in visits(answer.plan) if stop.visit.visit_id == "V-smoke"]
    need(len(found) == 1, "V-smoke in the plan")
    route, stop = found[0]
    print(f"09:45 a call: {route.technician_id} comes, tell the customer {day.told(stop.visit)};"
          f" revision {answer.board.revision}, {len(answer.difference.changes)} visits change")
    return answer.board.revision


def sick_out(scheduler, day, plan):
    """`Scheduler.Reassign` on the board: who has most to do goes home at 10:00."""
    busiest = max(plan.routes, key=lambda route: len(route.stops)).technician_id
    event = event_pb2.Event(id="E-sick", event_time=day.at(10, 0))
    event.sick_out.technician_id = busiest
    event.sick_out.from_time.CopyFrom(day.at(10, 0))
    basis = scheduler_pb2.PlanBasis(board=scheduler_pb2.BoardRevision(board_id=BOARD))
    answer = scheduler.Reassign(scheduler_pb2.ReassignRequest(basis=basis, events=[event]), timeout=PATIENCE_S)
    check_bound(answer.plan)
    need(answer.difference.changes, "a change when somebody falls sick")
    kept = [stop.visit for route, stop in visits(answer.plan) if route.technician_id == busiest]
    # What has begun stays, and so does what somebody has set out for.
    need(all(visit.pinned for visit in kept), f"others for what {busiest} has not set out for")
    print(f"10:00 {busiest} is sick: revision {answer.revision}, {len(answer.difference.changes)} visits change;",
          end=" ")
    tell_bound(answer.plan.bound)
    return answer.revision


def follow(watch, event_id, revision):
    """Reads the watch up to the step of an event."""
    try:
        for step in watch:
            print(f"  watched: revision {step.revision},"
                  f" events {[event.id for event in step.events]},"
                  f" {'new plan' if step.HasField('plan') else 'same plan'}")
            if event_id in [event.id for event in step.events]:
                need(step.revision == revision, f"revision {revision} with {event_id}")
                need(step.HasField("plan"), f"the plan that answers {event_id}")
                return
    except grpc.RpcError as error:
        need(False, f"{event_id} on the watch: {error.code().name}: {error.details()}")
    need(False, f"{event_id} on the watch")


def main(program, file):
    day = Day(file)
    with serve(program) as address, grpc.insecure_channel(address) as channel:
        scheduler = scheduler_pb2_grpc.SchedulerStub(channel)
        boards = boards_pb2_grpc.BoardsStub(channel)
        plan = solve(scheduler, day)
        refuse(scheduler)
        board = make_board(boards, day, plan)
        request = boards_pb2.WatchBoardRequest(board_id=BOARD, from_revision=board.revision)
        watch = boards.WatchBoard(request, timeout=2 * PATIENCE_S)
        follow(watch, "E-call", call_comes_in(boards, day, board))
        follow(watch, "E-sick", sick_out(scheduler, day, plan))
        watch.cancel()
    print("\npython client: all answers complete")


if __name__ == "__main__":
    main(*sys.argv[1:])
