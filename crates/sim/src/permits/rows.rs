//! The rows of a city's permit file.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use jiff::civil::Date;
use journeyman_domain::GeoPoint;
use serde::Deserialize;

use super::ImportError;

/// Opens a file; one whose name ends in `.gz` is unpacked while it is read.
///
/// # Errors
/// When the file cannot be opened.
pub fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    let packed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// One permit, as far as a day needs it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PermitRow {
    pub(super) number: String,
    pub(super) issued: Date,
    pub(super) sub_type: String,
    pub(super) work_type: String,
    pub(super) description: String,
    /// Square feet that the job adds; 0 where the file is silent.
    pub(super) square_feet: f64,
    pub(super) point: GeoPoint,
}

#[derive(Deserialize)]
struct Record {
    permit_number: String,
    date_issued: String,
    sub_type: String,
    work_type: String,
    status: String,
    lat: f64,
    lng: f64,
    new_add_sqft: Option<f64>,
    work_description_140: String,
}

/// The rows issued from `first` to `last`, in the order of the file, without VOID and withdrawn permits. Their
/// status is from long after the day, and is otherwise ignored.
pub(super) fn read(csv: impl Read, first: Date, last: Date) -> Result<Vec<PermitRow>, ImportError> {
    let mut rows = Vec::new();
    let mut reader = csv::Reader::from_reader(csv);
    let headers = reader.headers().map_err(|error| row_error(&error))?.clone();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| row_error(&error))? {
        let line = record.position().map_or(0, csv::Position::line);
        let row: Record = record.deserialize(Some(&headers)).map_err(|error| row_error(&error))?;
        let left_out = ["void", "withdrawn"].iter().any(|word| row.status.trim().eq_ignore_ascii_case(word));
        let wrong = |reason| ImportError::Row { line, reason };
        let issued: Date = row
            .date_issued
            .parse()
            .map_err(|_| wrong(format!("date_issued {:?} is no day such as 2015-06-10", row.date_issued)))?;
        if left_out || issued < first || issued > last {
            continue;
        }
        let point = GeoPoint::from_degrees(row.lat, row.lng)
            .ok_or_else(|| wrong(format!("lat {}, lng {} is no place on the sphere", row.lat, row.lng)))?;
        rows.push(PermitRow {
            number: row.permit_number,
            issued,
            sub_type: row.sub_type,
            work_type: row.work_type,
            description: row.work_description_140,
            square_feet: row.new_add_sqft.filter(|feet| feet.is_finite() && *feet > 0.0).unwrap_or(0.0),
            point,
        });
    }
    Ok(rows)
}

fn row_error(error: &csv::Error) -> ImportError {
    let line = error.position().map_or(0, csv::Position::line);
    let reason = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    };
    ImportError::Row { line, reason }
}
