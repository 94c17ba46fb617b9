-- Lines of a time come by time and number.
DROP INDEX audit_by_time;
CREATE INDEX audit_by_time ON audit (at_ms, seq);
