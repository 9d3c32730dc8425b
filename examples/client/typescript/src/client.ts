// Plans the shipped day over gRPC, then follows a board while a customer calls and a technician falls sick.
//
//     client.js SERVER_PROGRAM DAY_FILE
//
// Exit status 0 when every answer has what the contract says, 1 with the first that has not.
import { argv, exit } from "node:process";
import { clone, create } from "@bufbuild/protobuf";
import { Code, ConnectError, type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  type Board, Boards, ClockSource, type WatchBoardResponse,
} from "../generated/journeyman/v1/boards_pb.js";
import type { Plan } from "../generated/journeyman/v1/plan_pb.js";
import { Scheduler, StopReason } from "../generated/journeyman/v1/scheduler_pb.js";
import { TimeWindowSchema } from "../generated/journeyman/v1/time_window_pb.js";
import { VisitSchema } from "../generated/journeyman/v1/work_pb.js";
import { boundWords, checkBound, checkPlan, Day, need, planned, visits } from "./day.js";
import { serve } from "./server.js";

const BOARD = "st-george";
/** For an answer that should come at once, on a machine that is busy. */
const PATIENCE = { timeoutMs: 60_000 };

/** `Scheduler.Solve` of the whole day. */
async function solve(scheduler: Client<typeof Scheduler>, day: Day): Promise<Plan> {
  const options = { timeLimit: { seconds: 5n }, threads: 2 };
  const answer = await scheduler.solve({ problem: day.problem, options }, PATIENCE);
  const plan = need(answer.plan, "the plan");
  checkPlan(day.problem, plan);
  need((answer.statistics?.stopReason ?? StopReason.UNSPECIFIED) !== StopReason.UNSPECIFIED, "why the search ended");
  console.log("assignments, each with the window to promise:");
  for (const route of plan.routes) {
    const stops = visits(plan).filter((planned) => planned.route === route);
    const words = stops.map(({ stop, visit }) => `${visit.visitId} ${day.clock(stop.startTime)} (${day.told(visit)})`);
    console.log(`  ${route.technicianId}: ${words.join(", ")}`);
  }
  for (const out of plan.unassigned) console.log(`  left out: ${out.visitId}: ${out.text}`);
  console.log(`${visits(plan).length} visits on ${plan.routes.length} routes; ${boundWords(checkBound(plan))}`);
  return plan;
}

/** What is not understood is refused, with every field. */
async function refuse(scheduler: Client<typeof Scheduler>): Promise<void> {
  const refused = await scheduler.solve({}, PATIENCE).then(() => undefined, ConnectError.from);
  need(refused?.code === Code.InvalidArgument, "the refusal of an empty request");
  console.log(`\na request without a problem: ${refused?.message}`);
}

/** `Boards.CreateBoard` of the day with its plan, at 09:40. Its clock is told, so that the story has one time. */
async function makeBoard(boards: Client<typeof Boards>, day: Day, plan: Plan): Promise<Board> {
  const answer = await boards.createBoard({
    board: { id: BOARD, clockSource: ClockSource.TOLD },
    problem: planned(day.problem, plan, day.at(9, 40)),
    options: { timeLimit: { seconds: 1n } },
  }, PATIENCE);
  const made = need(answer.board, "the board");
  need(made.id === BOARD && made.etag !== "", "the board that was made");
  console.log(`\nboard ${made.id} made, revision ${made.revision}`);
  return made;
}

/** `Boards.ApplyEvents`: urgent work at a known place, between 11 and 13. */
async function callComesIn(boards: Client<typeof Boards>, day: Day, board: Board): Promise<bigint> {
  const like = need(day.problem.workOrders[0]?.visits[0], "a visit of the day");
  const timeWindows = [create(TimeWindowSchema, { startTime: day.at(11, 0), endTime: day.at(13, 0) })];
  const visit = Object.assign(clone(VisitSchema, like), { id: "V-smoke", mandatory: true, timeWindows });
  const workOrder = { id: "WO-smoke", visits: [visit] };
  const request = {
    requestId: "call-1",
    board: { boardId: BOARD, revision: board.revision },
    events: [{
      id: "E-call", eventTime: day.at(9, 45), kind: { case: "callReceived" as const, value: { workOrder } },
    }],
  };
  const answer = await boards.applyEvents(request, PATIENCE);
  const again = await boards.applyEvents(request, PATIENCE);
  const revision = need(answer.board?.revision, "the board after the call");
  need(again.board?.revision === revision, "the first answer again for a repeated request_id");
  const plan = need(answer.plan, "the plan with the call");
  checkBound(plan);
  const found = visits(plan).filter(({ visit }) => visit.visitId === "V-smoke");
  need(found.length === 1, "V-smoke in the plan");
  const { route, visit: stop } = found[0]!;
  const changes = need(answer.difference, "what changes").changes.length;
  console.log(`09:45 a call: ${route.technicianId} comes, tell the customer ${day.told(stop)};` +
    ` revision ${revision}, ${changes} visits change`);
  return revision;
}

/** `Scheduler.Reassign` on the board: who has most to do goes home at 10:00. */
async function sickOut(scheduler: Client<typeof Scheduler>, day: Day, plan: Plan): Promise<bigint> {
  const ten = day.at(10, 0);
  const technicianId = plan.routes.reduce((most, route) => route.stops.length > most.stops.length ? route : most)
    .technicianId;
  const answer = await scheduler.reassign({
    basis: { basis: { case: "board", value: { boardId: BOARD } } },
    events: [{
      id: "E-sick", eventTime: ten, kind: { case: "sickOut", value: { technicianId, fromTime: ten } },
    }],
  }, PATIENCE);
  const repaired = need(answer.plan, "the repaired plan");
  const bound = checkBound(repaired);
  const changes = need(answer.difference, "what changes").changes.length;
  need(changes > 0, "a change when somebody falls sick");
  const kept = visits(repaired).filter(({ route }) => route.technicianId === technicianId);
  // What has begun stays, and so does what somebody has set out for.
  need(kept.every(({ visit }) => visit.pinned), `others for what ${technicianId} has not set out for`);
  console.log(`10:00 ${technicianId} is sick: revision ${answer.revision}, ${changes} visits change;` +
    ` ${boundWords(bound)}`);
  return answer.revision;
}

/** Reads the watch up to the step of an event. */
async function follow(watch: AsyncIterator<WatchBoardResponse>, eventId: string, revision: bigint): Promise<void> {
  for (;;) {
    const { value: step, done } = await watch.next();
    if (done) return void need(false, `${eventId} on the watch`);
    const ids = step.events.map((event) => event.id);
    console.log(`  watched: revision ${step.revision}, events [${ids.join(", ")}],` +
      ` ${step.plan === undefined ? "same plan" : "new plan"}`);
    if (ids.includes(eventId)) {
      need(step.revision === revision, `revision ${revision} with ${eventId}`);
      need(step.plan, `the plan that answers ${eventId}`);
      return;
    }
  }
}

async function story(url: string, day: Day): Promise<void> {
  const transport = createGrpcTransport({ baseUrl: url });
  const scheduler = createClient(Scheduler, transport);
  const boards = createClient(Boards, transport);
  const plan = await solve(scheduler, day);
  await refuse(scheduler);
  const board = await makeBoard(boards, day, plan);
  const leave = new AbortController();
  const steps = boards.watchBoard({ boardId: BOARD, fromRevision: board.revision }, {
    // Unlike that of a deadline, this timer does not keep the process waiting once the watch is left.
    signal: AbortSignal.any([leave.signal, AbortSignal.timeout(2 * PATIENCE.timeoutMs)]),
  });
  const watch = steps[Symbol.asyncIterator]();
  try {
    await follow(watch, "E-call", await callComesIn(boards, day, board));
    await follow(watch, "E-sick", await sickOut(scheduler, day, plan));
  } finally {
    // The server waits for open streams when it stops.
    leave.abort();
  }
}

const [program, file] = argv.slice(2);
if (program === undefined || file === undefined) {
  console.error("client.js SERVER_PROGRAM DAY_FILE");
  exit(2);
}
try {
  await serve(program, (url) => story(url, new Day(file)));
  console.log("\ntypescript client: all answers complete");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  exit(1);
}
