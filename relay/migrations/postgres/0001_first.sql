-- Accounts, their logins, endpoints and enrolments. Times are milliseconds since 1970, UTC.

CREATE TABLE accounts (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What is typed to log in, in lower case.
    user_name     TEXT NOT NULL UNIQUE CHECK (user_name = lower(user_name)),
    name          TEXT NOT NULL,
    -- A PHC string (argon2id).
    password_hash TEXT NOT NULL,
    created_ms    BIGINT NOT NULL
);

CREATE TABLE logins (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token: whoever reads this table cannot log in with it.
    token_hash   BYTEA NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    device       TEXT NOT NULL,
    address      TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    expires_ms   BIGINT NOT NULL,
    revoked_ms   BIGINT
);

CREATE INDEX logins_by_account ON logins (account, address);

CREATE TABLE endpoints (
    -- Random, so that it says nothing about how many there are.
    id           BIGINT PRIMARY KEY,
    name         TEXT NOT NULL,
    -- Ed25519.
    public_key   BYTEA NOT NULL UNIQUE CHECK (octet_length(public_key) = 32),
    host_name    TEXT NOT NULL DEFAULT '',
    os           TEXT NOT NULL DEFAULT '',
    os_version   TEXT NOT NULL DEFAULT '',
    user_name    TEXT NOT NULL DEFAULT '',
    -- Name and version of its agent.
    software     TEXT NOT NULL DEFAULT '',
    created_ms   BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL
);

CREATE TABLE enrolments (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- SHA-256 of the token's secret.
    secret_hash BYTEA NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
    -- The name that the endpoint gets.
    name        TEXT NOT NULL,
    created_ms  BIGINT NOT NULL,
    expires_ms  BIGINT NOT NULL,
    used_ms     BIGINT,
    endpoint    BIGINT REFERENCES endpoints (id) ON DELETE SET NULL
);
