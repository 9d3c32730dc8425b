//! Road files: versioned, checked against damage, read in one go.
//!
//! Layout: 8 bytes of magic; version and CRC-32 of all that follows; then sections, each a number of words and so many
//! 32-bit words, little-endian: vertices; roads (7 words each); points (2); forbidden turns (2); roads that stand again (2); periods (1 +
//! [`RoadClass::COUNT`]); and for each hierarchy its ranks, and for both of its directions first, heads, and weights
//! (2 words each). A section that a newer version adds changes the version.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use journeyman_domain::GeoPoint;

use super::class::RoadClass;
use super::error::RoadError;
use super::graph::{Dart, Road, RoadGraph, RoadPeriod, Weight};
use super::hierarchy::{Climbs, Hierarchy};

const MAGIC: &[u8; 8] = b"JMROADS\n";
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 16;
const ROAD_WORDS: usize = 7;
const PERIOD_WORDS: usize = 1 + RoadClass::COUNT;

const _: () = assert!(cfg!(target_endian = "little"), "words are cast, not converted");

/// Writes beside the file and then puts the new one in its place.
pub(crate) fn save(path: &Path, graph: &RoadGraph, hierarchies: &[Hierarchy]) -> Result<(), RoadError> {
    let mut sections = graph_sections(graph);
    sections.extend(hierarchies.iter().flat_map(hierarchy_sections));
    let mut crc = crc32fast::Hasher::new();
    for section in &sections {
        crc.update(&length_bytes(section));
        crc.update(bytemuck::cast_slice(section));
    }
    let beside = beside(path);
    let write = || -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(fs::File::create(&beside)?);
        file.write_all(MAGIC)?;
        file.write_all(&VERSION.to_le_bytes())?;
        file.write_all(&crc.finalize().to_le_bytes())?;
        for section in &sections {
            file.write_all(&length_bytes(section))?;
            file.write_all(bytemuck::cast_slice(section))?;
        }
        file.into_inner()?.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // What could not be finished is nobody's; that it may not be there is fine.
        let _ = fs::remove_file(&beside);
        RoadError::File(error.to_string())
    })
}

/// Reads what [`save`] wrote. Whatever the bytes are, all numbers of what comes back refer to something that is there.
pub(crate) fn load(path: &Path) -> Result<(RoadGraph, Vec<Hierarchy>), RoadError> {
    let bytes = fs::read(path).map_err(RoadError::read)?;
    if bytes.len() < HEADER_BYTES || &bytes[..8] != MAGIC {
        return Err(RoadError::NotARoadFile);
    }
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    if word(8) != VERSION {
        return Err(RoadError::Version { found: word(8), known: VERSION });
    }
    if crc32fast::hash(&bytes[HEADER_BYTES..]) != word(12) {
        return Err(damaged("its checksum does not fit"));
    }
    let mut sections = Sections { rest: &bytes[HEADER_BYTES..] };
    let graph = read_graph(&mut sections)?;
    let mut hierarchies = Vec::new();
    while !sections.rest.is_empty() {
        hierarchies.push(read_hierarchy(&mut sections)?);
    }
    if !hierarchies.is_empty() && hierarchies.len() != graph.periods.len() {
        return Err(damaged("not a hierarchy for each period"));
    }
    Ok((graph, hierarchies))
}

/// A number that differs where graphs do, but for chance.
pub(crate) fn fingerprint(graph: &RoadGraph) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    for section in graph_sections(graph) {
        crc.update(bytemuck::cast_slice(&section));
    }
    crc.finalize()
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    path.with_file_name(name)
}

fn length_bytes(section: &[u32]) -> [u8; 8] {
    (section.len() as u64).to_le_bytes()
}

fn graph_sections(graph: &RoadGraph) -> Vec<Vec<u32>> {
    let vertices = u32::try_from(graph.vertices).expect("vertices are numbered in 32 bits");
    let road = |road: &Road| -> [u32; ROAD_WORDS] {
        let [along, against] = road.speeds;
        [road.tail, road.head, road.centimeters, along, against, u32::from(road.class as u8), road.shape]
    };
    let point = |point: &GeoPoint| -> [u32; 2] { bytemuck::cast([point.e7().0, point.e7().1]) };
    let period = |period: &RoadPeriod| {
        std::iter::once(u32::from(period.start_minute)).chain(period.permille.map(u32::from))
    };
    vec![
        vec![vertices],
        graph.roads.iter().flat_map(road).collect(),
        graph.points.iter().flat_map(point).collect(),
        graph.bans.iter().flat_map(|ban| [ban.0.0, ban.1.0]).collect(),
        graph.again.iter().flat_map(|pair| [pair.0.0, pair.1.0]).collect(),
        graph.periods.iter().flat_map(period).collect(),
    ]
}

fn hierarchy_sections(hierarchy: &Hierarchy) -> Vec<Vec<u32>> {
    let mut sections = vec![hierarchy.rank.clone()];
    for climbs in [&hierarchy.up, &hierarchy.down] {
        sections.push(climbs.first.clone());
        sections.push(climbs.heads.clone());
        sections.push(bytemuck::cast_slice::<Weight, u32>(&climbs.weights).to_vec());
    }
    sections
}

/// The bytes that are not read yet.
struct Sections<'b> {
    rest: &'b [u8],
}

impl Sections<'_> {
    fn next(&mut self, name: &str) -> Result<Vec<u32>, RoadError> {
        let cut_off = || damaged(&format!("{name}: cut off"));
        let (length, rest) = self.rest.split_first_chunk::<8>().ok_or_else(cut_off)?;
        let bytes = usize::try_from(u64::from_le_bytes(*length)).ok().and_then(|words| words.checked_mul(4));
        let bytes = bytes.filter(|&bytes| bytes <= rest.len()).ok_or_else(cut_off)?;
        let (section, rest) = rest.split_at(bytes);
        self.rest = rest;
        Ok(bytemuck::allocation::pod_collect_to_vec(section))
    }

    /// A section of rows of so many words.
    fn rows<const N: usize>(&mut self, name: &str) -> Result<Vec<[u32; N]>, RoadError> {
        let words = self.next(name)?;
        let (rows, rest) = words.as_chunks::<N>();
        if rest.is_empty() { Ok(rows.to_vec()) } else { Err(damaged(&format!("{name}: half a row"))) }
    }
}

fn read_graph(sections: &mut Sections<'_>) -> Result<RoadGraph, RoadError> {
    let &[vertices] = sections.next("vertices")?.as_slice() else {
        return Err(damaged("vertices: not one number"));
    };
    let road = |[tail, head, centimeters, along, against, class, shape]: [u32; ROAD_WORDS]| {
        let class = u8::try_from(class).ok().and_then(RoadClass::of_index);
        let class = class.ok_or_else(|| damaged("roads: an unknown class"))?;
        Ok(Road { tail, head, centimeters, speeds: [along, against], class, shape })
    };
    let roads: Result<Vec<Road>, RoadError> = sections.rows("roads")?.into_iter().map(road).collect();
    let point = |row: [u32; 2]| {
        let [latitude, longitude]: [i32; 2] = bytemuck::cast(row);
        GeoPoint::from_e7(latitude, longitude).ok_or_else(|| damaged("points: one that lies nowhere"))
    };
    let points: Result<Vec<GeoPoint>, RoadError> = sections.rows("points")?.into_iter().map(point).collect();
    let darts = |rows: Vec<[u32; 2]>| rows.into_iter().map(|[a, b]| (Dart(a), Dart(b))).collect();
    let bans = darts(sections.rows("forbidden turns")?);
    let again = darts(sections.rows("roads that stand again")?);
    let period = |row: [u32; PERIOD_WORDS]| {
        let small = |word: u32| u16::try_from(word).map_err(|_| damaged("periods: a number out of range"));
        let mut permille = RoadPeriod::FREE;
        for (to, &word) in permille.iter_mut().zip(&row[1..]) {
            *to = small(word)?;
        }
        Ok(RoadPeriod { start_minute: small(row[0])?, permille })
    };
    let periods: Result<Vec<RoadPeriod>, RoadError> =
        sections.rows("periods")?.into_iter().map(period).collect();
    let (vertices, roads, points, periods) = (vertices as usize, roads?, points?, periods?);
    let graph = RoadGraph { vertices, roads, points, bans, again, periods };
    check_graph(&graph)?;
    Ok(graph)
}

/// What every search relies on.
fn check_graph(graph: &RoadGraph) -> Result<(), RoadError> {
    let darts = graph.roads.len() * 2;
    let is_vertex = |vertex: u32| (vertex as usize) < graph.vertices;
    let road_fits = |road: &Road| is_vertex(road.tail) && is_vertex(road.head) && road.centimeters > 0;
    let shapes = graph.roads.iter().map(|road| road.shape as usize).chain([graph.points.len()]);
    let shapes: Vec<usize> = shapes.collect();
    let open = |dart: Dart| dart.index() < darts && graph.is_open(dart);
    let ban_fits = |ban: &(Dart, Dart)| open(ban.0) && open(ban.1) && graph.head(ban.0) == graph.tail(ban.1);
    let ends = |dart: Dart| (graph.tail(dart), graph.head(dart), graph.roads[dart.road()].centimeters);
    let stands_again = |&(street, copy): &(Dart, Dart)| {
        street.index() < darts
            && open(copy)
            && street.is_against() == copy.is_against()
            && ends(street) == ends(copy)
    };
    for (fits, reason) in [
        (graph.vertices <= darts, "vertices: more than the ends of all roads"),
        (!graph.roads.is_empty() && graph.roads.iter().all(road_fits), "roads: a number out of range"),
        (shapes.windows(2).all(|pair| pair[0] + 2 <= pair[1]), "roads: a shape without two points"),
        (
            graph.bans.iter().all(ban_fits) && graph.bans.is_sorted(),
            "forbidden turns: not of roads that meet",
        ),
        (
            graph.again.iter().all(stands_again) && graph.again.is_sorted(),
            "roads that stand again: other than the first time",
        ),
        (!graph.periods.is_empty(), "periods: none"),
    ] {
        if !fits {
            return Err(damaged(reason));
        }
    }
    Ok(())
}

fn read_hierarchy(sections: &mut Sections<'_>) -> Result<Hierarchy, RoadError> {
    let rank = sections.next("ranks")?;
    let count = rank.len();
    let mut seen = vec![false; count];
    let fits = |&rank: &u32| seen.get_mut(rank as usize).is_some_and(|seen| !std::mem::replace(seen, true));
    if !rank.iter().all(fits) {
        return Err(damaged("ranks: not each once"));
    }
    let mut climbs = || -> Result<Climbs, RoadError> {
        let (first, heads) = (sections.next("first arcs")?, sections.next("heads")?);
        let weights = sections.rows::<2>("weights")?.into_iter().map(bytemuck::cast::<_, Weight>).collect();
        let climbs = Climbs { first, heads, weights };
        if climbs.fit(count) { Ok(climbs) } else { Err(damaged("hierarchy: arcs that do not climb")) }
    };
    let (up, down) = (climbs()?, climbs()?);
    Ok(Hierarchy { rank, up, down })
}

impl Climbs {
    fn fit(&self, count: usize) -> bool {
        let rows = self.first.len() == count + 1 && self.first.is_sorted() && self.first.first() == Some(&0);
        let whole = self.first.last().map(|&last| last as usize) == Some(self.heads.len());
        let climb = |rank: usize| {
            let arcs = &self.heads[self.first[rank] as usize..self.first[rank + 1] as usize];
            arcs.iter().all(|&head| (head as usize) > rank && (head as usize) < count)
        };
        rows && whole && self.weights.len() == self.heads.len() && (0..count).all(climb)
    }
}

fn damaged(reason: &str) -> RoadError {
    RoadError::Damaged { reason: reason.to_owned() }
}
