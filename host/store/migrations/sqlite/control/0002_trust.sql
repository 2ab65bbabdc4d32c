-- Trust that has a life: keys with names, keys that are forbidden whether or not they were ever trusted, floors that are the
-- operator's alone, and one number by which a run under way notices that something was taken back.

ALTER TABLE publishers ADD COLUMN name TEXT NOT NULL DEFAULT ''; -- whose it is, for people; kept for good

CREATE TABLE revoked_keys (
    key_id TEXT NOT NULL PRIMARY KEY, -- the id of a key that counts for nothing, trusted once or never; kept for good
    reason TEXT NOT NULL, -- why, in the operator's words; kept for good
    revoked_at INTEGER NOT NULL -- since when; kept for good
) STRICT;
INSERT INTO revoked_keys (key_id, reason, revoked_at)
    SELECT key_id, 'revoked by the operator', revoked_at FROM publishers WHERE revoked_at IS NOT NULL;
ALTER TABLE publishers DROP COLUMN revoked_at;

-- Until now every floor was written by an install. What was ever installed stands in `plugins`, and counts at installs;
-- a floor from here on is what the operator set, and counts at every call.
DELETE FROM floors;

CREATE TABLE changes (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), -- there is one row; kept for good
    number INTEGER NOT NULL -- counts the changes of what may run; kept for good
) STRICT;
INSERT INTO changes (id, number) VALUES (1, 0);

-- Triggers count, so that no statement of any version can forget to.
CREATE TRIGGER publishers_added AFTER INSERT ON publishers BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER publishers_changed AFTER UPDATE ON publishers BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER revoked_keys_added AFTER INSERT ON revoked_keys BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER revoked_digests_added AFTER INSERT ON revoked_digests BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER floors_added AFTER INSERT ON floors BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER floors_changed AFTER UPDATE ON floors BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER plugins_added AFTER INSERT ON plugins BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER plugins_changed AFTER UPDATE ON plugins BEGIN UPDATE changes SET number = number + 1; END;
CREATE TRIGGER connections_changed AFTER UPDATE OF state ON connections WHEN OLD.state <> NEW.state
    BEGIN UPDATE changes SET number = number + 1; END;
