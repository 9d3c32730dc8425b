//! Mending random small days: whatever is torn, every visit is served at most once.

use journeyman_domain::{Cost, Stop, Unserved, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::RouteModel;
use journeyman_search::{Solution, mend};
use journeyman_testkit::{Shape, TravelShape, cases, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};

#[test]
fn a_visit_that_finds_room_and_loses_it_again_is_not_served_twice() {
    let shape = Shape {
        visits: 20..=30,
        shifts: 2..=4,
        travel: TravelShape::Matrix,
        windows_several: true,
        ..Shape::plain()
    };
    let mut crowded = 0;
    for seed in 0..cases(300) as u64 {
        let mut problem = random_problem(seed, &shape);
        // Worth nearly the same, so that visits push each other out.
        for (at, visit) in (0..).zip(&mut problem.visits) {
            visit.unserved = Unserved::Penalty(Cost::from_micros(40_000_000 + at * 7_919 % 10_000_000));
        }
        let travel = Travel::build(&problem).expect("random days have travel");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut solution = Solution::empty(&model).expect("nothing is frozen");
        let all: Vec<VisitId> = problem.visit_ids().collect();
        for half in [&all[..all.len() / 2], &all[..]] {
            let open: Vec<VisitId> =
                half.iter().copied().filter(|&visit| solution.server(visit).is_none()).collect();
            mend(&model, &eligibility, &mut solution, &open, |_| true, || false);
        }
        solution.assert_consistent(&model);
        let mut served = vec![0; problem.visits.len()];
        for (_, stops) in solution.sequences() {
            for stop in stops {
                if let Stop::Visit(visit) = stop {
                    served[visit.index()] += 1;
                }
            }
        }
        assert!(served.iter().all(|&times| times <= 1), "seed {seed}: {served:?}");
        crowded += usize::from(served.contains(&0));
    }
    assert!(crowded > 100, "{crowded} days without room for all");
}
