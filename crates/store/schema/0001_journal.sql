-- Version 1. `@text` and `@bytes` stand for the types that differ between the two databases. An id sorts by its
-- bytes in both. There are no NULLs: empty text and 0 say "none". Times are microseconds since 1970.

-- A board's revision and its one writer. A lease without an owner is free.
CREATE TABLE boards (
    board @text NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL,
    create_us BIGINT NOT NULL,
    update_us BIGINT NOT NULL,
    lease_owner @text NOT NULL,
    lease_until_us BIGINT NOT NULL,
    fence BIGINT NOT NULL
);

CREATE TABLE records (
    board @text NOT NULL,
    revision BIGINT NOT NULL,
    kind @text NOT NULL,
    format BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    body @bytes NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (board, revision)
);

CREATE TABLE snapshots (
    board @text NOT NULL,
    revision BIGINT NOT NULL,
    kind @text NOT NULL,
    format BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    body @bytes NOT NULL,
    checksum BIGINT NOT NULL,
    PRIMARY KEY (board, revision)
);

CREATE TABLE requests (
    board @text NOT NULL,
    request_id @text NOT NULL,
    digest @bytes NOT NULL,
    answer @bytes NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (board, request_id)
);
CREATE INDEX requests_by_age ON requests (time_us);

-- Effects leave a work order in the order (due_us, revision, position).
CREATE TABLE outbox (
    board @text NOT NULL,
    effect_key @text NOT NULL,
    work_order @text NOT NULL,
    kind @text NOT NULL,
    body @bytes NOT NULL,
    due_us BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    position BIGINT NOT NULL,
    state @text NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_us BIGINT NOT NULL,
    claimed_until_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    last_error @text NOT NULL,
    PRIMARY KEY (board, effect_key)
);
CREATE INDEX outbox_due ON outbox (due_us) WHERE state = 'waiting';
CREATE INDEX outbox_order ON outbox (board, work_order, due_us, revision, position) WHERE state = 'waiting';
CREATE INDEX outbox_ended ON outbox (state, end_us) WHERE state <> 'waiting';
