-- What the log is searched by, beside who and about what: in a log of millions of lines, what is rare, or never was, is
-- found at once.

CREATE INDEX audit_by_event ON audit (event, seq);
CREATE INDEX audit_by_subject ON audit (subject, seq);
CREATE INDEX audit_by_address ON audit (address, seq);
