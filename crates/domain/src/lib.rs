//! The nouns of a dispatch day: people, work, rules, money, and the plan that comes out.
//!
//! Pure data and its invariants. No wire format, no clock, no solver, no I/O: everything
//! else in the house depends on this crate and this crate on none of it.

mod ids;
mod units;

mod place;
mod travel_spec;
mod window;

mod license;
mod part;
mod permit;
mod shift;
mod technician;
mod visit;

mod rates;
mod road;

mod baseline;
mod canonical;
mod edit;
mod freeze;
mod problem;
mod spread;

mod event;

mod ineligibility;
mod objective;
mod plan;
mod unassigned;

pub use baseline::{BaselineRoute, BaselineStop};
pub use event::{Call, Event, EventKind, Newcomer, Report, Shelf};
pub use freeze::{FreezeError, Frozen};
pub use ids::{
    EndorsementId, FeatureId, JurisdictionId, PermitId, PickupId, PlaceId, ShiftId, SkillId, SkuId,
    TechnicianId, ToolId, VisitId, WorkOrderId,
};
pub use ineligibility::Ineligibility;
pub use jiff::civil::Date;
pub use license::{Jurisdiction, License, LicenseClass, Reciprocity, Recognition, Validity};
pub use objective::{CostBreakdown, CostTerm, Score};
pub use part::{PIECES_MAX, PartDemand, Pickup, StockEntry, StockQuantity};
pub use permit::{Awaiting, Permit, PermitState, Release};
pub use place::{GeoPoint, Place, Ring, Zone};
pub use plan::{
    ArrivalWindow, Bound, Leg, LicenseProof, Plan, PlannedRoute, PlannedStop, Proof, Stop, StopKind,
    TravelSource,
};
pub use problem::{Names, Problem};
pub use rates::{PayPolicy, Priority, RateCard, ShiftCard, SoonPrice, VisitCard, WindowPolicy};
pub use road::{RoadLeg, RoadSource, RoadTrouble, Roads};
pub use shift::{Break, Shift, ShiftRates};
pub use technician::{SkillLevel, Technician, Van};
pub use travel_spec::{EstimateSpec, MatrixSpec, RoadSpec, RoadStep, SpeedStep, TravelSpec};
pub use unassigned::{Certainty, OutbidBasis, Refusal, Unassigned};
pub use units::{Cost, CostPerDistance, CostPerTime, Distance, Duration, TickScale, Time};
pub use visit::{Pin, PinTarget, Promise, Requirement, Supervision, Unserved, Visit, VisitDependency};
pub use window::TimeWindow;
