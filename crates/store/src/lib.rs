//! Journal, snapshots and outbox in SQLite or PostgreSQL behind one contract test suite, in record
//! formats of its own. No code yet: the service cycle brings it.
