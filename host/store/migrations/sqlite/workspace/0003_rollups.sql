-- What keeps roll-ups true: two of them at once, new formulas, another time zone, accounts that are reclassified.

CREATE TABLE rollup_epoch (
    epoch INTEGER NOT NULL -- raised by every roll-up: who read before the last one has written must not write; kept for good
) STRICT;
INSERT INTO rollup_epoch (epoch) VALUES (0);

CREATE TABLE rollup_basis (
    family TEXT NOT NULL PRIMARY KEY, -- the family of metrics; kept for good
    version TEXT NOT NULL -- the formulas and the time zone that its buckets follow, or will when no day is dirty; kept until the next
) STRICT;

-- Few commits are in it: whose bots have no account of that name.
CREATE INDEX commits_by_bot_address ON commits (connection_id, author_account) WHERE author_email LIKE '%[bot]@%';
