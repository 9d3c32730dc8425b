//! The running board: one writer per board, leases, timers and the outbox's carriers. No code yet:
//! the service cycle brings it. It will hold neither rules of the cycle nor of planning.
