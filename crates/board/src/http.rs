//! What the parties outside have in common that are spoken to by HTTP: addresses, the agent, how failures are told.

use std::time::Duration;

use ureq::http::{HeaderMap, StatusCode, Uri};

/// The address of a web server with its host; none where a text is none.
pub(crate) fn web_address(url: &str) -> Option<Uri> {
    let uri: Uri = url.parse().ok()?;
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_somewhere = uri.host().is_some_and(|host| !host.is_empty());
    (is_web && is_somewhere).then_some(uri)
}

/// An agent that takes so long at most for a request and its answer.
pub(crate) fn agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        // A redirect would carry a signed body elsewhere, or have somebody believed who was not named.
        .max_redirects(0)
        .http_status_as_error(false)
        // What somebody says too much on one connection must not be taken for the next answer.
        .max_idle_connections(0)
        .build()
        .new_agent()
}

/// How long whoever answers so asks to be left alone, if it says so in seconds.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What an answer that is a failure says, for people.
pub(crate) fn reason(status: StatusCode, said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let said = said.trim();
    if said.is_empty() { status.to_string() } else { format!("{status}: {said}") }
}
