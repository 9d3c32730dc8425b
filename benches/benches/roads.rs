//! Road networks: built, loaded, snapped to and asked for legs; a day on streets beside the same day with a matrix.
//!
//! Words after `--`: extracts, each measured; `day EXTRACT`; `country SIDE` for a synthetic lattice of SIDE × SIDE vertices.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a caller waits for")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use journeyman_domain::{GeoPoint, MatrixSpec, Problem, RoadSource as _, RoadSpec, Roads, TravelSpec};
use journeyman_engine::{Control, Phase, SolveOptions, solve};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::streets::put_on_streets;
use journeyman_sim::town::Town;
use journeyman_travel::{RoadBuilder, RoadClass, RoadNetwork, Travel};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    while let Some(word) = words.next() {
        match word.as_str() {
            "country" => country(words.next().ok_or("a side is needed")?.parse()?)?,
            "day" => day(words.next().ok_or("an extract is needed")?.as_ref())?,
            extract => measure_extract(extract.as_ref())?,
        }
    }
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let result = work();
    (result, begin.elapsed())
}

fn tell(what: &str, time: Duration) {
    println!("  {what:<44}{:>12.1} ms", time.as_secs_f64() * 1e3);
}

/// The median of an odd number of runs.
fn median(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs).map(|_| timed(&mut work).1).collect();
    times.sort_unstable();
    times[runs / 2]
}

fn measure_extract(extract: &Path) -> Result<(), Box<dyn Error>> {
    println!("{}", extract.file_name().unwrap_or_default().to_string_lossy());
    let (built, time) = timed(|| RoadNetwork::build(extract, &[]));
    let (network, report) = built?;
    println!("  {report:?}");
    tell("build", time);
    measure(network)
}

fn measure(network: RoadNetwork) -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("journeyman-roads-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let file = folder.join("measured.roads");
    tell("save", timed(|| network.save(&file)).1);
    println!("  {:<44}{:>12.1} MB", "file", fs::metadata(&file)?.len() as f64 / 1e6);
    drop(network);
    let (loaded, time) = timed(|| RoadNetwork::load(&file));
    let network = loaded?;
    fs::remove_dir_all(&folder)?;
    tell("load", time);
    println!(
        "  {} states, {} arcs, hierarchy: {}",
        network.state_count(),
        network.arc_count(),
        network.has_hierarchy()
    );

    let mut rng = Pcg64::seed_from_u64(1);
    let places: Vec<GeoPoint> =
        (0..1_000).map(|_| network.point_at(rng.random_range(0..network.centimeters()))).collect();
    tell("index of pieces, at the first snap", timed(|| network.snap(places[0])).1);
    let beside = |rng: &mut Pcg64| {
        let (latitude, longitude) = network.point_at(rng.random_range(0..network.centimeters())).e7();
        let mut by = || rng.random_range(-20_000..=20_000);
        GeoPoint::from_e7(latitude + by(), longitude + by()).expect("not at the edge of the world")
    };
    // Drawing a point walks along all roads, so large networks draw fewer.
    let count = if network.vertex_count() < 100_000 { 100_000 } else { 1_000 };
    let points: Vec<GeoPoint> = (0..count).map(|_| beside(&mut rng)).collect();
    let snapped = || points.iter().filter(|&&point| network.snap(point).is_ok()).count();
    let (near, time) = timed(snapped);
    tell(&format!("snap of {count} points, {near} near a road"), time);

    let matrix = |network: &RoadNetwork| network.legs(0, &places, &places).map(|legs| legs.len());
    tell("1,000 x 1,000 legs, places seen first", timed(|| matrix(&network)).1);
    tell("1,000 x 1,000 legs, median of 5", median(5, || drop(matrix(&network))));
    let mut callers = points.iter();
    let row_and_column = |network: &RoadNetwork, caller: GeoPoint| {
        let out = network.legs(0, &[caller], &places).map(|legs| legs.len());
        out.and_then(|_| network.legs(0, &places, &[caller]).map(|legs| legs.len()))
    };
    let mut one = || drop(row_and_column(&network, *callers.next().expect("enough points")));
    tell("row and column of a new place, median of 99", median(99, &mut one));
    let pairs: Vec<(GeoPoint, GeoPoint)> =
        places.iter().copied().zip(points.iter().copied()).take(20).collect();
    let (_, time) = timed(|| pairs.iter().filter(|(from, to)| network.path(0, *from, *to).is_ok()).count());
    tell("a path with its corners, mean of 20", time / 20);
    let plain = network.without_hierarchy();
    tell("row and column by Dijkstra", timed(|| row_and_column(&plain, points[0])).1);
    if plain.state_count() < 100_000 {
        tell("1,000 x 1,000 legs by Dijkstra", timed(|| matrix(&plain)).1);
    }
    tell_memory();
    Ok(())
}

/// The most memory so far, where the system tells.
fn tell_memory() {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for line in status.lines().filter(|line| line.starts_with("VmHWM")) {
        println!("  {}", line.replace('\t', " "));
    }
}

/// A crooked lattice: every tenth street is quicker, every fortieth quicker still, every hundred-sixtieth a motorway; of
/// the others one in seven is missing and one in twelve is driven one way only.
fn country(side: usize) -> Result<(), Box<dyn Error>> {
    println!("country of {side} x {side} vertices");
    let mut rng = Pcg64::seed_from_u64(1);
    let mut builder = RoadBuilder::new();
    for (north, east) in (0..side).flat_map(|north| (0..side).map(move |east| (north, east))) {
        let mut at = |start: i32, step: i32, steps: usize| -> Result<i32, Box<dyn Error>> {
            Ok(start + step * i32::try_from(steps)? + rng.random_range(-2_000..2_000))
        };
        let point = GeoPoint::from_e7(at(400_000_000, 9_000, north)?, at(-830_000_000, 11_700, east)?);
        builder.add_vertex(point.ok_or("the country is too large")?);
    }
    for (north, east) in (0..side).flat_map(|north| (0..side).map(move |east| (north, east))) {
        let vertex = north * side + east;
        for (exists, head, street) in
            [(east + 1 < side, vertex + 1, north), (north + 1 < side, vertex + side, east)]
        {
            let (class, speed) = street_class(street);
            let quiet = class == RoadClass::Residential;
            if !exists || quiet && rng.random_range(0..100) < 15 {
                continue;
            }
            let speed = speed + rng.random_range(0..5_000);
            let one_way = quiet && rng.random_range(0..100) < 8;
            builder.add_road(class, (vertex, head), [speed, if one_way { 0 } else { speed }]);
        }
    }
    let (built, time) = timed(|| builder.finish());
    let (network, report) = built?;
    println!("  {report:?}");
    tell("preparation", time);
    tell_memory();
    measure(network)
}

fn street_class(street: usize) -> (RoadClass, u32) {
    match street {
        _ if street % 160 == 80 => (RoadClass::Motorway, 110_000),
        _ if street % 40 == 20 => (RoadClass::Primary, 70_000),
        _ if street % 10 == 5 => (RoadClass::Secondary, 50_000),
        _ => (RoadClass::Residential, 25_000),
    }
}

/// The reference day of 20 × 100 on the streets of an extract, searched for so many iterations with the road network
/// behind its travel, and with the same legs given as a matrix; in turns. Time: of all parts but the proof, whose end the
/// clock decides.
fn day(extract: &Path) -> Result<(), Box<dyn Error>> {
    const RUNS: usize = 15;
    let (network, _) = RoadNetwork::build(extract, &[])?;
    let mut on_roads = reference_day(20, 100, 1, Town::StGeorge)?.problem;
    let moved = put_on_streets(&mut on_roads, &network, 1);
    println!("day of 20 x 100, {moved} places on {}", network.identity());
    on_roads.travel = TravelSpec::Roads(RoadSpec { roads: Roads::new(network), steps: Vec::new() });
    let (travel, time) = timed(|| Travel::build(&on_roads));
    tell("travel of the day, places seen first", time);
    let given = Problem { travel: TravelSpec::Matrix(matrix_of(&on_roads, &travel?)), ..on_roads.clone() };
    let options =
        SolveOptions { time_limit: None, iterations_max: Some(40_000), seed: 1, threads: 1, gap_limit: None };
    let run = |problem: &Problem| solve(problem, &options, &Control::default(), false, &mut |_| {});
    let (mut by_roads, mut by_matrix) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        for (problem, times) in [(&on_roads, &mut by_roads), (&given, &mut by_matrix)] {
            let answer = run(problem)?;
            let phases = answer.statistics.phases.iter().filter(|phase| phase.0 != Phase::Prove);
            times.push((phases.map(|phase| phase.1).sum::<Duration>(), answer.plan.cost.total()));
        }
    }
    let in_turns = by_roads.iter().zip(&by_matrix);
    let mut ratios: Vec<f64> =
        in_turns.map(|(roads, matrix)| roads.0.as_secs_f64() / matrix.0.as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    println!("  one after the other, median of the ratios   {:>12.3}", ratios[RUNS / 2]);
    for (name, times) in [("on roads", &mut by_roads), ("with a matrix", &mut by_matrix)] {
        times.sort_unstable_by_key(|run| run.0);
        tell(&format!("{name}, median of {RUNS}, cost ${}", times[RUNS / 2].1), times[RUNS / 2].0);
        tell("  quickest", times[0].0);
    }
    Ok(())
}

fn matrix_of(problem: &Problem, travel: &Travel) -> MatrixSpec {
    let places: Vec<_> = problem.place_ids().collect();
    let pairs = || places.iter().flat_map(|&from| places.iter().map(move |&to| travel.leg(from, to)));
    MatrixSpec {
        durations: pairs().map(|leg| leg.duration).collect(),
        distances: pairs().map(|leg| leg.distance).collect(),
        places: places.clone(),
        rounding_ticks: 0,
    }
}
