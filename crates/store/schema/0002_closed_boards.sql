-- Version 2. A board that is closed is led by nobody any more; its records stay, and its effects still leave.
ALTER TABLE boards ADD COLUMN close_us BIGINT NOT NULL DEFAULT 0;
