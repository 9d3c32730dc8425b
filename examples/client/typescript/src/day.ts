// A day file, its clock on the wall, and what every plan of it must have.
import { readFileSync } from "node:fs";
import { clone, fromJsonString } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type Bound, Optimality, type Plan, type Route, type Stop, type VisitStop,
} from "../generated/journeyman/v1/plan_pb.js";
import { type Problem, ProblemSchema } from "../generated/journeyman/v1/problem_pb.js";
import { SolveRequestSchema } from "../generated/journeyman/v1/scheduler_pb.js";

/** Ends the test where something of the contract is missing. */
export function need<T>(held: T, what: string): NonNullable<T> {
  if (held === undefined || held === null || held === false) throw new Error(`MISSING: ${what}`);
  return held as NonNullable<T>;
}

export interface Planned {
  route: Route;
  stop: Stop;
  visit: VisitStop;
}

/** Every visit that the plan serves. */
export function visits(plan: Plan): Planned[] {
  return plan.routes.flatMap((route) =>
    route.stops.flatMap((stop) => (stop.kind.case === "visit" ? [{ route, stop, visit: stop.kind.value }] : [])),
  );
}

export class Day {
  readonly problem: Problem;
  readonly #clock: Intl.DateTimeFormat;

  constructor(file: string) {
    const request = fromJsonString(SolveRequestSchema, readFileSync(file, "utf8"));
    this.problem = need(request.problem, "the problem of the day file");
    this.#clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: this.problem.timeZone, hour: "2-digit", minute: "2-digit",
    });
  }

  /** A time of the day, which begins at midnight and has no change of the clock. */
  at(hour: number, minute: number): Timestamp {
    const midnight = timestampDate(need(this.problem.startTime, "the start of the day"));
    return timestampFromDate(new Date(midnight.getTime() + (60 * hour + minute) * 60_000));
  }

  clock(time: Timestamp | undefined): string {
    return this.#clock.format(timestampDate(need(time, "a time")));
  }

  told(visit: VisitStop): string {
    const window = need(visit.arrivalWindow?.window, `the window of ${visit.visitId}`);
    return `${this.clock(window.startTime)}-${this.clock(window.endTime)}`;
  }
}

/** Every visit is served with a window and, where it asks for a license, its proof, or left out with a reason. */
export function checkPlan(problem: Problem, plan: Plan): void {
  const asked = new Map(problem.workOrders.flatMap((order) => order.visits).map((visit) => [visit.id, visit]));
  const served = visits(plan).map(({ visit }) => visit.visitId);
  const left = plan.unassigned.map((out) => out.visitId);
  need(served.length > 0, "a served visit");
  const told = [...served, ...left].sort();
  need(told.join() === [...asked.keys()].sort().join(), "every visit once, on a route or unassigned");
  for (const { route, stop, visit } of visits(plan)) {
    need(route.technicianId !== "", `the technician of ${route.shiftId}`);
    need(stop.startTime, `the start of ${visit.visitId}`);
    const window = need(visit.arrivalWindow, `the window of ${visit.visitId}`);
    need(window.window !== undefined && window.onTimePermille > 0, `the window of ${visit.visitId}`);
    if (asked.get(visit.visitId)?.licenseClassMin) need(visit.licenseProof, `the license proof of ${visit.visitId}`);
  }
  for (const out of plan.unassigned) need(out.text !== "", `why ${out.visitId} is left out`);
  checkBound(plan);
}

export function checkBound(plan: Plan): Bound {
  const bound = need(plan.bound, "the bound of the plan");
  need(bound.costMicros === plan.cost?.totalMicros, "the plan's cost in its bound");
  need(0n < bound.boundMicros && bound.boundMicros <= bound.costMicros, "a bound that is not above the cost");
  return bound;
}

function dollars(micros: bigint): string {
  return (Number(micros) / 1e6).toLocaleString("en-US", { style: "currency", currency: "USD" });
}

export function boundWords(bound: Bound): string {
  const gap = (100 * (bound.gap ?? 0)).toFixed(2);
  return `cost ${dollars(bound.costMicros)}, no plan costs less than ${dollars(bound.boundMicros)},` +
    ` gap ${gap} %, ${Optimality[bound.optimality]}`;
}

/** The day with its plan, of which nothing before `now` may change. */
export function planned(problem: Problem, plan: Plan, now: Timestamp): Problem {
  return Object.assign(clone(ProblemSchema, problem), { baselinePlan: plan, freezeTime: now });
}
