-- `user` is a reserved word in PostgreSQL, whose schema begins with these names.

ALTER TABLE accounts RENAME COLUMN user TO user_name;
ALTER TABLE endpoints RENAME COLUMN user TO user_name;
