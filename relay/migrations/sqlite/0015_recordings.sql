-- Recordings of command shells; what was recorded lies in files beside the database.

CREATE TABLE recordings (
    id         INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL,
    -- Whose shell it was, as `account:7`.
    who        TEXT NOT NULL,
    program    TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    -- When something was last recorded.
    ended_ms   INTEGER,
    bytes      INTEGER NOT NULL
) STRICT;

CREATE INDEX recordings_by_session ON recordings (session, id);
