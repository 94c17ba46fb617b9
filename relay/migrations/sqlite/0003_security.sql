-- What accounts do for their own security: second factors, recovery codes, tokens for programs.

-- Sealed with a key that is not in the database. There but not enabled: shown, and not yet confirmed by a code.
ALTER TABLE accounts ADD COLUMN totp_secret BLOB;
ALTER TABLE accounts ADD COLUMN totp_enabled_ms INTEGER;
-- The step of the last code that was taken: none is taken twice.
ALTER TABLE accounts ADD COLUMN totp_last_step INTEGER NOT NULL DEFAULT 0;
-- When an operator last forgave its wrong passwords.
ALTER TABLE accounts ADD COLUMN unlocked_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE recovery_codes (
    id        INTEGER PRIMARY KEY,
    account   INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- SHA-256 of the code, which is random and long enough for it.
    code_hash BLOB NOT NULL CHECK (length(code_hash) = 32),
    used_ms   INTEGER
) STRICT;

CREATE INDEX recovery_codes_by_account ON recovery_codes (account, code_hash);

CREATE TABLE api_tokens (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    -- SHA-256 of the token.
    token_hash   BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    -- Words with a space between.
    scopes       TEXT NOT NULL,
    created_ms   INTEGER NOT NULL,
    expires_ms   INTEGER NOT NULL,
    last_used_ms INTEGER,
    -- Where it was used last; empty before its first use.
    address      TEXT NOT NULL DEFAULT '',
    revoked_ms   INTEGER
) STRICT;

CREATE INDEX api_tokens_by_account ON api_tokens (account);
