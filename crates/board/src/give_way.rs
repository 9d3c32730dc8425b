//! Improvement gives way to answers.

/// How much nicer than whoever answers: about a tenth of its share of a core that both want (`sched(7)`).
#[cfg(target_os = "linux")]
const NICER: i32 = 10;

/// From here on this thread, and each that it starts, takes cores that nobody answers on.
///
/// An improvement that an event has ended still finishes its step, says what it has proved and gives back its memory. On
/// as many threads as there are cores that would take half of the time of the answer, which somebody waits for.
pub(crate) fn give_way() {
    // Elsewhere the call concerns the whole process. Refused, everything still works, only not as soon.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICER);
}
