//! A receiver of webhooks that behaves badly, for tests: it fails, hangs and answers twice before it answers well.
//!
//! `hook_receiver SECRET FAIL HANG TWICE`: so many requests each are answered 503, never, and twice. It says where it
//! listens, then each request in a line of JSON.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use standardwebhooks::Webhook;
use tonic::codegen::http::HeaderMap;

/// How a request is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Manner {
    Fail,
    Hang,
    Twice,
    Well,
}

struct Request {
    headers: HeaderMap,
    body: Vec<u8>,
}

fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [secret, counts @ ..] = words.as_slice() else { panic!("hook_receiver SECRET FAIL HANG TWICE") };
    let counts: Vec<usize> = counts.iter().map(|count| count.parse().expect("a count")).collect();
    let secret = Webhook::new(secret).expect("a secret");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
    let requests = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            let (secret, counts, requests) = (&secret, &counts, &requests);
            scope.spawn(move || {
                // A client that hangs up is its own business.
                let _ = serve(&stream, secret, || manner(counts, requests.fetch_add(1, Ordering::Relaxed)));
            });
        }
    });
    Ok(())
}

fn manner(counts: &[usize], number: usize) -> Manner {
    let mut end = 0;
    for (count, manner) in counts.iter().zip([Manner::Fail, Manner::Hang, Manner::Twice]) {
        end += count;
        if number < end {
            return manner;
        }
    }
    Manner::Well
}

fn serve(mut stream: &TcpStream, secret: &Webhook, manner: impl Fn() -> Manner) -> io::Result<()> {
    const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy";
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let manner = manner();
        let header = |name: &str| {
            request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let line = serde_json::json!({
            "id": header("webhook-id"),
            "body": String::from_utf8_lossy(&request.body),
            "signed": secret.verify(&request.body, &request.headers).is_ok(),
            "accepted": matches!(manner, Manner::Twice | Manner::Well),
        });
        writeln!(io::stdout().lock(), "{line}")?;
        match manner {
            Manner::Fail => stream.write_all(BUSY)?,
            // Until the client gives up.
            Manner::Hang => {
                io::copy(&mut reader, &mut io::sink())?;
            }
            Manner::Twice => stream.write_all(&[OK, OK].concat())?,
            Manner::Well => stream.write_all(OK)?,
        }
    }
    Ok(())
}

/// The next request on a connection; none at its end.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head)? == 0 {
            return Ok(None);
        }
    }
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut fields);
    parsed.parse(&head).map_err(io::Error::other)?;
    let mut headers = HeaderMap::new();
    for field in parsed.headers.iter() {
        let name = tonic::codegen::http::HeaderName::from_bytes(field.name.as_bytes());
        let value = tonic::codegen::http::HeaderValue::from_bytes(field.value);
        headers.insert(name.map_err(io::Error::other)?, value.map_err(io::Error::other)?);
    }
    let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { headers, body }))
}
