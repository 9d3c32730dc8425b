//! Offices of jurisdictions that answer how a permit stands. What an answer means is not read here.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::http::{agent, reason, retry_after, web_address};

/// Bytes of an answer, at most.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// Bytes of a failure's words that are repeated.
const WORDS_BYTES_MAX: usize = 512;
/// What is not one of RFC 3986's unreserved characters is encoded: an id is one segment of a path, whatever is in it.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An office that can be asked how a permit stands.
pub trait PermitOffice: std::fmt::Debug + Send + Sync {
    /// The office's answer about a permit, as it came. Waits: not on a thread of the runtime.
    ///
    /// # Errors
    /// Why there is none.
    fn ask(&self, permit: &str) -> Result<Vec<u8>, Unanswered>;
}

/// Why an office did not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unanswered {
    /// What went wrong, for people.
    pub why: String,
    /// How long the office asks to be left alone, if it says so.
    pub retry_after: Option<Duration>,
}

/// No address of an office.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no http:// or https:// address that ends with its path")]
pub struct OfficeUrlError(pub String);

/// An office that is asked by HTTP: `GET URL/PERMIT`.
#[derive(Debug)]
pub struct HttpPermitOffice {
    url: String,
    agent: ureq::Agent,
}

impl HttpPermitOffice {
    /// At an address, with the time that an answer may take. Nothing is asked yet.
    ///
    /// # Errors
    /// An address that cannot be used: no `http://` or `https://`, no host, or more after its path.
    pub fn at(url: &str, timeout: Duration) -> Result<Self, OfficeUrlError> {
        // A permit's id would become part of a query or fragment.
        if web_address(url).is_none() || url.contains(['?', '#']) {
            return Err(OfficeUrlError(url.to_owned()));
        }
        let agent = agent(timeout);
        Ok(Self { url: url.trim_end_matches('/').to_owned(), agent })
    }

    fn address(&self, permit: &str) -> String {
        format!("{}/{}", self.url, utf8_percent_encode(permit, SEGMENT))
    }
}

impl PermitOffice for HttpPermitOffice {
    fn ask(&self, permit: &str) -> Result<Vec<u8>, Unanswered> {
        let failed = |error: ureq::Error| Unanswered { why: error.to_string(), retry_after: None };
        let request = self.agent.get(self.address(permit)).header("accept", "application/json");
        let mut answer = request.call().map_err(failed)?;
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        if answer.status().is_success() {
            return body.map_err(failed);
        }
        let mut words = body.unwrap_or_default();
        words.truncate(WORDS_BYTES_MAX);
        Err(Unanswered { why: reason(answer.status(), &words), retry_after: retry_after(answer.headers()) })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(20);

    #[test]
    fn what_is_no_address_is_refused() {
        let at = |url: &str| HttpPermitOffice::at(url, TIMEOUT).map(|_| ());
        for url in ["http://localhost:8080", "https://permits.example.org/status/"] {
            assert_eq!(at(url), Ok(()));
        }
        let refused =
            ["", "example.org", "ftp://example.org/", "http://", "http://a/?permit=", "http://a/#p"];
        for url in refused {
            assert_eq!(at(url), Err(OfficeUrlError(url.to_owned())));
        }
    }

    #[test]
    fn an_id_is_one_segment_of_the_path() {
        for url in ["http://office/status", "http://office/status/"] {
            let office = HttpPermitOffice::at(url, TIMEOUT).unwrap();
            let address = office.address("WO-8843/permit 1?ü");
            assert_eq!(address, "http://office/status/WO-8843%2Fpermit%201%3F%C3%BC");
        }
    }

    /// What an office that says this to the first request is taken to say, and the first line that it was sent.
    fn asked(said: &[u8], timeout: Duration) -> (Result<Vec<u8>, Unanswered>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let office = HttpPermitOffice::at(&format!("http://{}", listener.local_addr().unwrap()), timeout);
        std::thread::scope(|scope| {
            let heard = scope.spawn(|| {
                let (mut stream, _) = listener.accept().unwrap();
                let line = first_line(&stream);
                // A client that has heard enough hangs up.
                let _ = stream.write_all(said);
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read_to_end(&mut Vec::new());
                line
            });
            let answer = office.unwrap().ask("P-1");
            (answer, heard.join().unwrap())
        })
    }

    fn first_line(stream: &TcpStream) -> String {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        assert!(lines.any(|line| line.is_empty()), "a head ends with an empty line");
        first
    }

    #[test]
    fn an_answer_is_handed_on_as_it_came() {
        let (answer, asked) = asked(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nnot {}!", TIMEOUT);
        assert_eq!(answer, Ok(b"not {}!".to_vec()));
        assert_eq!(asked, "GET /P-1 HTTP/1.1");
    }

    #[test]
    fn a_failure_says_why_and_for_how_long() {
        let said = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 70\r\ncontent-length: 4\r\n\r\nbusy";
        let unanswered = asked(said, TIMEOUT).0.unwrap_err();
        assert_eq!(unanswered.why, "503 Service Unavailable: busy");
        assert_eq!(unanswered.retry_after, Some(Duration::from_secs(70)));
    }

    #[test]
    fn a_redirect_is_not_followed() {
        let said = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n";
        assert!(asked(said, TIMEOUT).0.unwrap_err().why.contains("302"), "{said:?}");
    }

    #[test]
    fn an_answer_without_end_is_cut_off() {
        let mut said = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        said.resize(usize::try_from(ANSWER_BYTES_MAX).unwrap() + 1_000, b'x');
        let why = asked(&said, TIMEOUT).0.unwrap_err().why;
        assert!(why.contains("limit"), "{why}");
    }

    #[test]
    fn an_office_that_says_nothing_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let office = HttpPermitOffice::at(&url, Duration::from_millis(100)).unwrap();
        let why = office.ask("P-1").unwrap_err().why;
        assert!(why.contains("timeout"), "{why}");
    }

    #[test]
    fn nobody_at_the_address_is_a_failure_like_others() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let office = HttpPermitOffice::at(&format!("http://{gone}"), TIMEOUT).unwrap();
        office.ask("P-1").unwrap_err();
    }
}
