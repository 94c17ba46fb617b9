-- The desk: its pieces, its log, past sessions and what was said. Times are milliseconds since 1970, UTC.

-- Everything that the rules look at, a piece a row. Read whole at the start, never searched here.
CREATE TABLE desk_pieces (
    -- Kind and number, as JSON.
    name TEXT PRIMARY KEY NOT NULL,
    body TEXT NOT NULL
);

-- The audit log: append-only, without gaps, each line bound to the one before by its hash.
CREATE TABLE audit (
    seq     BIGINT PRIMARY KEY,
    at_ms   BIGINT NOT NULL,
    -- Kind and number: account:7, relay …
    actor   TEXT NOT NULL,
    -- Empty where there is none.
    address TEXT NOT NULL,
    -- 0 where there is none.
    login   BIGINT NOT NULL,
    -- Copies from the fact, to search by.
    subject TEXT NOT NULL,
    event   TEXT NOT NULL,
    -- JSON.
    fact    TEXT NOT NULL,
    hash    BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE INDEX audit_by_time ON audit (at_ms);
CREATE INDEX audit_by_actor ON audit (actor, seq);

-- What a line is about: session:12, account:7 …
CREATE TABLE audit_objects (
    object TEXT NOT NULL,
    seq    BIGINT NOT NULL,
    PRIMARY KEY (object, seq)
);

-- Where the log begins when old lines are gone: number and hash of the last of them.
CREATE TABLE audit_begin (
    only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
    seq      BIGINT NOT NULL,
    hash     BYTEA NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE TABLE past_sessions (
    id         BIGINT PRIMARY KEY,
    started_ms BIGINT NOT NULL,
    ended_ms   BIGINT NOT NULL,
    -- The account that owned it at its end.
    owner      BIGINT,
    -- The Jump item, where it was a Jump.
    item       BIGINT,
    customer   TEXT NOT NULL,
    -- The session as it was when it ended, and the event that ended it, as JSON.
    body       TEXT NOT NULL,
    end_body   TEXT NOT NULL
);

CREATE INDEX past_sessions_by_end ON past_sessions (ended_ms, id);
CREATE INDEX past_sessions_by_owner ON past_sessions (owner, ended_ms);
CREATE INDEX past_sessions_by_item ON past_sessions (item, ended_ms);

CREATE TABLE messages (
    id      BIGINT PRIMARY KEY,
    at_ms   BIGINT NOT NULL,
    -- One of both.
    session BIGINT,
    team    BIGINT,
    -- Kind and number, as in the log.
    author  TEXT NOT NULL,
    body    TEXT NOT NULL
);

CREATE INDEX messages_by_session ON messages (session, id);
CREATE INDEX messages_by_team ON messages (team, id);

-- Accounts are the desk's; here they carry what the login needs.
ALTER TABLE accounts ADD COLUMN is_enabled BIGINT NOT NULL DEFAULT 1;
-- Their numbers come from the desk.
ALTER TABLE accounts ALTER COLUMN id DROP IDENTITY IF EXISTS;

-- Install tokens are the desk's, too.
DROP TABLE enrolments;
