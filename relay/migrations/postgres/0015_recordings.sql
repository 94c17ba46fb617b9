-- Recordings of command shells; what was recorded lies in files beside the database.

CREATE TABLE recordings (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session    BIGINT NOT NULL,
    -- Whose shell it was, as `account:7`.
    who        TEXT NOT NULL,
    program    TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    -- When something was last recorded.
    ended_ms   BIGINT,
    bytes      BIGINT NOT NULL
);

CREATE INDEX recordings_by_session ON recordings (session, id);
