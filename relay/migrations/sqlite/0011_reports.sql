-- Passwords of Jump items, and what reports of past sessions are searched by.

CREATE TABLE item_passwords (
    item          INTEGER PRIMARY KEY,
    -- A PHC string (argon2id).
    password_hash TEXT NOT NULL
) STRICT;

-- The customer's name in lower case.
ALTER TABLE past_sessions ADD COLUMN customer_key TEXT NOT NULL DEFAULT '';
UPDATE past_sessions SET customer_key = lower(customer);
CREATE INDEX past_sessions_by_customer ON past_sessions (customer_key, ended_ms);

-- Every account that was in a session, whoever owned it at its end.
CREATE TABLE past_members (
    account  INTEGER NOT NULL,
    ended_ms INTEGER NOT NULL,
    session  INTEGER NOT NULL,
    PRIMARY KEY (account, ended_ms, session)
) STRICT, WITHOUT ROWID;

INSERT INTO past_members (account, ended_ms, session)
    SELECT owner, ended_ms, id FROM past_sessions WHERE owner IS NOT NULL;
