-- What accounts do for their own security: second factors, recovery codes, tokens for programs.

-- Whoever adds an account deals its number, as in SQLite.
ALTER TABLE accounts ALTER COLUMN id DROP IDENTITY IF EXISTS;

-- Sealed with a key that is not in the database. There but not enabled: shown, and not yet confirmed by a code.
ALTER TABLE accounts ADD COLUMN totp_secret BYTEA;
ALTER TABLE accounts ADD COLUMN totp_enabled_ms BIGINT;
-- The step of the last code that was taken: none is taken twice.
ALTER TABLE accounts ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
-- When an operator last forgave its wrong passwords.
ALTER TABLE accounts ADD COLUMN unlocked_ms BIGINT NOT NULL DEFAULT 0;

CREATE TABLE recovery_codes (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account   BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- SHA-256 of the code, which is random and long enough for it.
    code_hash BYTEA NOT NULL CHECK (octet_length(code_hash) = 32),
    used_ms   BIGINT
);

CREATE INDEX recovery_codes_by_account ON recovery_codes (account, code_hash);

CREATE TABLE api_tokens (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account      BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    -- SHA-256 of the token.
    token_hash   BYTEA NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    -- Words with a space between.
    scopes       TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    expires_ms   BIGINT NOT NULL,
    last_used_ms BIGINT,
    -- Where it was used last; empty before its first use.
    address      TEXT NOT NULL DEFAULT '',
    revoked_ms   BIGINT
);

CREATE INDEX api_tokens_by_account ON api_tokens (account);
