//! One solve: the request read, the recipe run, the answer written. Runs on a worker's thread.

use journeyman_domain::{Plan, Problem};
use journeyman_engine::{
    Answer, Control, EngineError, Progress, SolveOptions, Statistics, StopReason, solve,
};
use tonic::Status;

use super::config::SchedulerConfig;
use super::meters::{phase_took, solve_took};
use super::status::{engine_status, invalid_status};
use crate::boards::digest;
use crate::{
    AcceptedSolve, SearchOptions, accept_solve, json, wire, write_bound, write_difference, write_plan,
};

/// A request on its way through the recipe.
pub(crate) struct Job {
    pub(crate) request: wire::SolveRequest,
    pub(crate) control: Control,
}

impl Job {
    /// The answer to `Solve`.
    pub(crate) fn solve(self, config: &SchedulerConfig) -> Result<wire::SolveResponse, Status> {
        let accepted = accept(&self.request, config)?;
        if accepted.options.validate_only {
            return Ok(wire::SolveResponse::default());
        }
        let answer = self.run(&accepted, config, false, &mut |_| {})?;
        Ok(wire::SolveResponse {
            plan: Some(write_plan(&accepted.problem, &answer.plan, &accepted.warnings)),
            statistics: Some(write_statistics(&answer.statistics)),
        })
    }

    /// The messages of `SolveStream`, to `send`, which says whether anybody still listens.
    pub(crate) fn stream(
        self,
        config: &SchedulerConfig,
        send: &mut dyn FnMut(wire::SolveStreamResponse) -> bool,
    ) -> Result<(), Status> {
        let accepted = accept(&self.request, config)?;
        if accepted.options.validate_only {
            send(wire::SolveStreamResponse { sequence: 1, r#final: true, ..Default::default() });
            return Ok(());
        }
        let mut told = Told { accepted: &accepted, sequence: 0, last: None };
        let control = self.control.clone();
        let answer = self.run(&accepted, config, true, &mut |progress| {
            if !send(told.improvement(progress)) {
                control.cancel();
            }
        })?;
        send(told.last(&answer));
        Ok(())
    }

    fn run(
        &self,
        accepted: &AcceptedSolve,
        config: &SchedulerConfig,
        with_plans: bool,
        observer: &mut dyn FnMut(Progress),
    ) -> Result<Answer, Status> {
        let options = engine_options(&accepted.options);
        let answer = solve(&accepted.problem, &options, &self.control, with_plans, observer);
        let answer = answer.map_err(|error| {
            if let EngineError::CheckFailed(violations) = &error {
                let broken: Vec<String> = violations.iter().map(ToString::to_string).collect();
                self.keep_for_replay(config, &broken);
            }
            engine_status(&error)
        })?;
        let statistics = &answer.statistics;
        solve_took(statistics.elapsed);
        for (phase, took) in &statistics.phases {
            phase_took(phase.name(), *took);
            tracing::info!(phase = phase.name(), seconds = took.as_secs_f64(), "phase");
        }
        if let Some(trouble) = &statistics.mip_trouble {
            tracing::warn!(%trouble, "the pool MIP gave no answer");
        }
        if let Some(trouble) = &statistics.proof_trouble {
            tracing::warn!(%trouble, "the proof ended early");
        }
        Ok(answer)
    }

    /// A failed check is a defect of ours: the day is kept, so that it can be replayed.
    fn keep_for_replay(&self, config: &SchedulerConfig, violations: &[String]) {
        let day = json::to_json(&self.request).unwrap_or_default();
        let Some(dir) = &config.replay_dir else {
            tracing::error!(?violations, day, "a plan failed its check");
            return;
        };
        let name = digest(day.as_bytes())
            .iter()
            .take(8)
            .fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
        let file = dir.join(format!("failed-check-{name}.json"));
        match std::fs::write(&file, day) {
            Ok(()) => tracing::error!(?violations, file = %file.display(), "a plan failed its check"),
            Err(error) => {
                tracing::error!(?violations, %error, "a plan failed its check, and its day was not kept");
            }
        }
    }
}

fn accept(request: &wire::SolveRequest, config: &SchedulerConfig) -> Result<AcceptedSolve, Status> {
    accept_solve(request, &config.limits).map_err(|invalid| {
        tracing::info!(%invalid, "request refused");
        invalid_status(&invalid)
    })
}

fn engine_options(options: &SearchOptions) -> SolveOptions {
    SolveOptions {
        time_limit: Some(options.time_limit),
        iterations_max: options.iterations_max,
        seed: options.seed,
        threads: options.threads,
        gap_limit: (options.gap_limit > 0.0).then_some(options.gap_limit),
    }
}

/// What a stream has sent so far.
struct Told<'a> {
    accepted: &'a AcceptedSolve,
    sequence: i64,
    last: Option<Plan>,
}

impl Told<'_> {
    fn problem(&self) -> &Problem {
        &self.accepted.problem
    }

    /// A better plan, or a better bound on the last one.
    fn improvement(&mut self, progress: Progress) -> wire::SolveStreamResponse {
        let so_far = wire::SolveStatistics {
            elapsed_duration: Some(write_span(progress.elapsed)),
            threads: i32::try_from(self.accepted.options.threads).unwrap_or(i32::MAX),
            seed: self.accepted.options.seed,
            ..Default::default()
        };
        let bound = write_bound(progress.score, &progress.bound);
        let message = self.message(progress.plan.as_ref(), bound, so_far);
        self.last = progress.plan.or(self.last.take());
        message
    }

    fn last(&mut self, answer: &Answer) -> wire::SolveStreamResponse {
        let statistics = write_statistics(&answer.statistics);
        let bound = write_bound(answer.plan.score(), &answer.plan.bound);
        wire::SolveStreamResponse { r#final: true, ..self.message(Some(&answer.plan), bound, statistics) }
    }

    fn message(
        &mut self,
        plan: Option<&Plan>,
        bound: wire::Bound,
        statistics: wire::SolveStatistics,
    ) -> wire::SolveStreamResponse {
        self.sequence += 1;
        let difference = |plan| Some(write_difference(self.problem(), self.last.as_ref()?, plan));
        wire::SolveStreamResponse {
            sequence: self.sequence,
            plan: plan.map(|plan| write_plan(self.problem(), plan, &self.accepted.warnings)),
            difference: plan.and_then(difference),
            bound: Some(bound),
            statistics: Some(statistics),
            r#final: false,
        }
    }
}

/// What a search did, in the contract's words.
pub fn write_statistics(statistics: &Statistics) -> wire::SolveStatistics {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let stop = match statistics.stop {
        StopReason::Time => wire::StopReason::TimeLimit,
        StopReason::Iterations => wire::StopReason::Iterations,
        StopReason::Gap => wire::StopReason::Gap,
        StopReason::Optimal => wire::StopReason::Optimal,
    };
    let phases = statistics.phases.iter().map(|(phase, took)| wire::PhaseTime {
        phase: phase.name().to_owned(),
        duration: Some(write_span(*took)),
    });
    wire::SolveStatistics {
        elapsed_duration: Some(write_span(statistics.elapsed)),
        iterations: i64::try_from(statistics.iterations).unwrap_or(i64::MAX),
        columns: count(statistics.columns),
        threads: i32::try_from(statistics.threads).unwrap_or(i32::MAX),
        seed: statistics.seed,
        stop_reason: stop.into(),
        phases: phases.collect(),
    }
}

fn write_span(span: std::time::Duration) -> wire::Duration {
    wire::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(0),
    }
}
