//! A jurisdiction's office that answers how permits stand, over HTTP, as it is told to; it can be told to behave badly.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver as Receives, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// More requests than any test makes.
const REQUESTS_MAX: usize = 100_000;

/// How a question is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PermitAnswer {
    /// 200, with this body.
    Says(String),
    /// This status, without words.
    Fails(u16),
    /// Never, until whoever asks gives up.
    Hangs,
}

/// An office that listens on a port of its own.
#[derive(Debug)]
pub struct PermitOffice {
    url: String,
    asked: Receives<String>,
    /// How the first questions are answered, and every one after them.
    answers: Arc<Mutex<Vec<PermitAnswer>>>,
}

impl PermitOffice {
    /// Answers the first questions so, one after the other, and all others as the last of them.
    ///
    /// # Panics
    /// When there is no answer or no port.
    pub fn start(answers: Vec<PermitAnswer>) -> Self {
        assert!(!answers.is_empty(), "an office needs an answer");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/status", listener.local_addr().expect("it listens"));
        let (heard, asked) = sync_channel(REQUESTS_MAX);
        let answers = Arc::new(Mutex::new(answers));
        let (told, number) = (Arc::clone(&answers), Arc::new(AtomicUsize::new(0)));
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (told, number, heard) = (Arc::clone(&told), Arc::clone(&number), heard.clone());
                std::thread::spawn(move || {
                    let next = || {
                        let answers = told.lock().unwrap_or_else(PoisonError::into_inner);
                        let number = number.fetch_add(1, Ordering::Relaxed);
                        answers[number.min(answers.len() - 1)].clone()
                    };
                    // A client that hangs up is its own business.
                    let _ = serve(&stream, next, &heard);
                });
            }
        });
        Self { url, asked, answers }
    }

    /// Where permits are asked about, without their id.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers every question so from now on.
    pub fn say(&self, answer: PermitAnswer) {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = vec![answer];
    }

    /// Waits for the next question: its path.
    ///
    /// # Panics
    /// When the office has ended.
    pub fn asked(&self) -> String {
        self.asked.recv().expect("the office lives")
    }

    /// Questions that were not looked at yet.
    pub fn unseen(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

fn serve(
    mut stream: &TcpStream,
    next: impl Fn() -> PermitAnswer,
    heard: &SyncSender<String>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head)? == 0 {
            return Ok(());
        }
    }
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut parsed = httparse::Request::new(&mut fields);
    parsed.parse(&head).map_err(io::Error::other)?;
    let answer = next();
    // Nobody may be looking any more.
    let _ = heard.send(parsed.path.unwrap_or_default().to_owned());
    let (status, body) = match answer {
        PermitAnswer::Says(body) => (200, body),
        PermitAnswer::Fails(status) => (status, String::new()),
        PermitAnswer::Hangs => {
            io::copy(&mut reader, &mut io::sink())?;
            return Ok(());
        }
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} \r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}
