//! The roads that a command was given: a file, or a service.

mod osrm;

use std::path::Path;
use std::sync::Arc;

use journeyman_api::Limits;
use journeyman_domain::Roads;
use journeyman_travel::{RoadError, RoadNetwork, SnapRules};

use self::osrm::OsrmService;
use crate::args::RoadsArgs;
use crate::failure::Failure;

/// Roads, if any.
#[derive(Clone, Debug)]
pub(crate) enum KnownRoads {
    None,
    File(Arc<RoadNetwork>),
    Service(Roads),
}

impl KnownRoads {
    /// Loads a file, or names a service.
    pub(crate) fn of(arguments: &RoadsArgs) -> Result<Self, Failure> {
        let rules = SnapRules { meters_max: arguments.road_distance_max, ..SnapRules::default() };
        match arguments.roads.as_deref() {
            None => Ok(Self::None),
            Some(url) if url.contains("://") => {
                let service = OsrmService::at(url, rules).map_err(Failure::input)?;
                Ok(Self::Service(Roads::new(service)))
            }
            Some(file) => Ok(Self::File(Arc::new(load(Path::new(file), rules)?))),
        }
    }

    /// Whoever knows them.
    pub(crate) fn roads(&self) -> Option<Roads> {
        match self {
            Self::None => None,
            Self::File(network) => Some(Roads::shared(network.clone())),
            Self::Service(roads) => Some(roads.clone()),
        }
    }

    /// The network, where it is here.
    pub(crate) fn network(&self) -> Option<&RoadNetwork> {
        match self {
            Self::File(network) => Some(network),
            Self::None | Self::Service(_) => None,
        }
    }

    /// The default limits with these roads.
    pub(crate) fn limits(&self) -> Limits {
        Limits { roads: self.roads(), ..Limits::default() }
    }
}

/// The default limits with the roads of a command.
pub(crate) fn limits(arguments: &RoadsArgs) -> Result<Limits, Failure> {
    Ok(KnownRoads::of(arguments)?.limits())
}

/// Loads a road file.
pub(crate) fn load(file: &Path, rules: SnapRules) -> Result<RoadNetwork, Failure> {
    let network = RoadNetwork::load(file).map_err(|error| in_file(file, &error))?;
    Ok(network.with_rules(rules))
}

/// What is wrong with a road file or an extract.
pub(crate) fn in_file(file: &Path, error: &RoadError) -> Failure {
    Failure::input(format!("{}: {error}", file.display()))
}
