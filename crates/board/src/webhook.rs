//! Effects sent as signed webhooks, after the Standard Webhooks specification 1.0: identified, timed, HMAC-signed.

use std::time::Duration;

use journeyman_store::ClaimedEffect;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use crate::clock::unix_micros;
use crate::http::{agent, reason, retry_after, web_address};

/// Bytes of a secret, at least and at most, as the specification asks.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Bytes of an answer that are read: it only says how it went.
const ANSWER_BYTES_MAX: u64 = 4_096;

/// Where webhooks go.
pub struct Webhooks {
    url: String,
    signer: Webhook,
    agent: ureq::Agent,
}

/// Where webhooks can't go.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WebhookError {
    /// No address of a web server.
    #[error("{0:?} is no http:// or https:// address")]
    Url(String),
    /// The secret does not read.
    #[error("the secret is not `whsec_` and base64 of 24 to 64 bytes")]
    Secret,
}

/// Why an attempt did not deliver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undelivered {
    /// What went wrong, for people.
    pub why: String,
    /// How long the receiver asks to be left alone, if it says so.
    pub retry_after: Option<Duration>,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the secret.
        f.debug_struct("Webhooks").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Webhooks {
    /// To one address, signed with a secret as the specification writes it; an attempt takes so long at most.
    ///
    /// # Errors
    /// An address or a secret that cannot be used.
    pub fn to(url: &str, secret: &str, timeout: Duration) -> Result<Self, WebhookError> {
        if web_address(url).is_none() {
            return Err(WebhookError::Url(url.to_owned()));
        }
        let bytes = secret.strip_prefix("whsec_").ok_or(WebhookError::Secret)?.trim_end_matches('=').len();
        if !SECRET_BYTES.contains(&(bytes * 3 / 4)) {
            return Err(WebhookError::Secret);
        }
        let signer = Webhook::new(secret).map_err(|_| WebhookError::Secret)?;
        let agent = agent(timeout);
        Ok(Self { url: url.to_owned(), signer, agent })
    }

    /// Sends one effect and waits for the answer; any 2xx is one. Waits: not on a thread of the runtime.
    ///
    /// # Errors
    /// Why it is not known to be delivered.
    pub fn deliver(&self, claimed: &ClaimedEffect) -> Result<(), Undelivered> {
        let failed = |why: String| Undelivered { why, retry_after: None };
        // Keys are unique on their boards.
        let id = format!("{}/{}", claimed.board, claimed.effect.key);
        let now = unix_micros().0 / 1_000_000;
        let signature =
            self.signer.sign(&id, now, &claimed.effect.body).map_err(|error| failed(error.to_string()))?;
        let request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header(HEADER_WEBHOOK_ID, &id)
            .header(HEADER_WEBHOOK_TIMESTAMP, now.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, &signature);
        let mut answer =
            request.send(claimed.effect.body.as_slice()).map_err(|error| failed(error.to_string()))?;
        // The answer is there when its body is.
        let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let retry_after = retry_after(answer.headers());
        Err(Undelivered { why: reason(status, &body.unwrap_or_default()), retry_after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn what_is_no_address_or_secret_is_refused() {
        let to = |url, secret| Webhooks::to(url, secret, Duration::from_secs(1)).map(|_| ());
        assert_eq!(to("https://example.com/hooks", SECRET), Ok(()));
        for url in ["", "example.com", "ftp://example.com/", "http://"] {
            assert_eq!(to(url, SECRET), Err(WebhookError::Url(url.to_owned())));
        }
        for secret in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!!!!"] {
            assert_eq!(to("http://localhost/", secret), Err(WebhookError::Secret), "{secret:?}");
        }
    }

    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        // The example of the specification's reference implementations.
        let webhook = Webhook::new(SECRET).expect("a secret");
        let signed = webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.expect("text"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
