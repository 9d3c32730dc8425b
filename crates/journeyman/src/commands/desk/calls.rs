//! A call taken and understood: `call`, `qualify`.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{Desk, answer, or_dash, refused};
use crate::args::CallArgs;
use crate::failure::{Failure, Outcome};

impl Desk {
    pub(super) async fn call(&self, arguments: &CallArgs) -> Result<Outcome, Failure> {
        let request = wire::TakeCallRequest {
            board_id: self.board.clone(),
            work_order_id: arguments.id.clone().unwrap_or_default(),
            call: Some(read_call(arguments)),
            request_id: self.request_id(),
            ..wire::TakeCallRequest::default()
        };
        let taken = answer(self.orders_service().take_call(request).await)?.work_order.unwrap_or_default();
        let id = taken.work_order.map(|order| order.id).unwrap_or_default();
        // The call is on the board whatever becomes of it, and whoever repeats it must know.
        self.understand((&id, None), "/qualify")
            .await
            .map_err(|failure| failure.context(format!("the call is taken as {id}")))
    }

    pub(super) async fn qualify(&self, order: &str, service: Option<&str>) -> Result<Outcome, Failure> {
        self.understand((order, service), "").await
    }

    /// `step` tells the request from another one of the same verb.
    async fn understand(
        &self,
        (order, service): (&str, Option<&str>),
        step: &str,
    ) -> Result<Outcome, Failure> {
        let request = wire::QualifyWorkOrderRequest {
            board_id: self.board.clone(),
            work_order_id: order.to_owned(),
            service_code: service.unwrap_or_default().to_owned(),
            request_id: self.request_id_of(step),
            ..wire::QualifyWorkOrderRequest::default()
        };
        let qualified = self.orders_service().qualify_work_order(request).await;
        let qualified = qualified.map_err(|status| refused(&status))?.into_inner();
        let record = qualified.work_order.clone().unwrap_or_default();
        self.tell(&qualified, |out| self.write_understood(out, &record))
    }

    /// Where the work order stands, what it was understood to be, and what was promised.
    pub(super) fn write_understood(
        &self,
        out: &mut dyn Write,
        record: &wire::WorkOrderRecord,
    ) -> io::Result<()> {
        self.write_state(out, record)?;
        match &record.qualification {
            Some(known) => write_qualification(out, known)?,
            None => writeln!(out, "service     not understood yet")?,
        }
        self.write_promises(out, record)
    }
}

fn write_qualification(out: &mut dyn Write, known: &wire::Qualification) -> io::Result<()> {
    let service = match (known.service_code.as_str(), known.missing.is_empty()) {
        ("", true) => "a person decides",
        ("", false) => "open while something is missing, see `desk tasks`",
        (code, _) => code,
    };
    writeln!(out, "service     {service}, confidence {:.2}", known.confidence)?;
    writeln!(out, "words       {}", or_dash(&known.deciding_words.join(", ")))?;
    writeln!(out, "missing     {}", or_dash(&known.missing.join(", ")))?;
    writeln!(out, "permit      {}", if known.permit_required { "needed" } else { "not needed" })
}

fn read_call(arguments: &CallArgs) -> wire::Call {
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let coordinates = arguments.lat.zip(arguments.lon);
    let coordinates = coordinates.map(|(latitude, longitude)| wire::Coordinates { latitude, longitude });
    let has_place = coordinates.is_some() || arguments.place.is_some();
    wire::Call {
        channel: arguments.channel.into(),
        contact_name: text(&arguments.name),
        contact_phone: text(&arguments.phone),
        contact_email: text(&arguments.email),
        place: has_place.then(|| wire::Place { id: text(&arguments.place), coordinates }),
        address: text(&arguments.address),
        access: text(&arguments.access),
        symptom: arguments.symptom.join(" "),
        panel_amperes: arguments.panel_amperes.unwrap_or_default(),
        urgency: arguments.urgency.map(i32::from).unwrap_or_default(),
        time_windows: arguments.windows.clone(),
        ..wire::Call::default()
    }
}
