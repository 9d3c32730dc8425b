//! The service cycle (intake, qualification, permit, parts, dispatch, check-in, close-out, invoice
//! trigger) as a pure state machine: a command in, events and effects out. No code yet: the service
//! cycle brings it. It will hold no I/O, clock, threads or solver.
