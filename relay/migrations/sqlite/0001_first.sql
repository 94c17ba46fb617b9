-- Accounts, their logins, endpoints and enrolments. Times are milliseconds since 1970, UTC.

CREATE TABLE accounts (
    id            INTEGER PRIMARY KEY,
    -- What is typed to log in; compared without regard to case.
    user          TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT NOT NULL,
    -- A PHC string (argon2id).
    password_hash TEXT NOT NULL,
    created_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE logins (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token: whoever reads this table cannot log in with it.
    token_hash   BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    revoked_ms   INTEGER
) STRICT;

CREATE INDEX logins_by_account ON logins (account, address);

CREATE TABLE endpoints (
    -- Random, so that it says nothing about how many there are.
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    -- Ed25519.
    public_key   BLOB NOT NULL UNIQUE CHECK (length(public_key) = 32),
    host_name    TEXT NOT NULL DEFAULT '',
    os           TEXT NOT NULL DEFAULT '',
    os_version   TEXT NOT NULL DEFAULT '',
    user         TEXT NOT NULL DEFAULT '',
    -- Name and version of its agent.
    software     TEXT NOT NULL DEFAULT '',
    created_ms   INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE enrolments (
    id          INTEGER PRIMARY KEY,
    -- SHA-256 of the token's secret.
    secret_hash BLOB NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    -- The name that the endpoint gets.
    name        TEXT NOT NULL,
    created_ms  INTEGER NOT NULL,
    expires_ms  INTEGER NOT NULL,
    used_ms     INTEGER,
    endpoint    INTEGER REFERENCES endpoints (id) ON DELETE SET NULL
) STRICT;
