-- How far the streams are, what the runs did, and what has to be computed again.

CREATE TABLE data_version (
    version INTEGER NOT NULL -- raised by every page and every roll-up; kept for good
) STRICT;
INSERT INTO data_version (version) VALUES (0);

CREATE TABLE fences (
    connection_id BLOB NOT NULL PRIMARY KEY, -- the connection; kept with it
    fence INTEGER NOT NULL -- the number of the lease that may write: a lower one is too late; kept with the connection
) STRICT;

CREATE TABLE streams (
    connection_id BLOB NOT NULL, -- the connection; kept with it
    name TEXT NOT NULL, -- the stream's name, as its connector declares it; kept with the connection
    mode TEXT NOT NULL CHECK (mode IN ('incremental', 'sweep')), -- how it moves; kept with the connection
    cursor TEXT, -- where it goes on, NULL at the beginning and between sweeps; kept until the next page
    generation INTEGER NOT NULL DEFAULT 1, -- the sweep that goes on or comes next; kept with the connection
    kinds TEXT NOT NULL DEFAULT '[]', -- JSON list of the kinds it has brought: where a sweep looks for the unseen
    records INTEGER NOT NULL DEFAULT 0, -- records in all its pages; kept with the connection
    advanced_at INTEGER, -- when its last page was committed; kept until the next page
    caught_up_at INTEGER, -- when it was last caught up; kept until the next time
    failure TEXT, -- JSON of the failure since the last page; kept until the next page
    failed_at INTEGER, -- when it failed; kept until the next page
    PRIMARY KEY (connection_id, name)
) STRICT;

CREATE TABLE state (
    connection_id BLOB NOT NULL, -- the connection; kept with it
    key TEXT NOT NULL, -- a key that its plugin chose; kept until the plugin removes it
    value TEXT NOT NULL, -- the value; kept until the plugin writes another
    PRIMARY KEY (connection_id, key)
) STRICT;

CREATE TABLE runs (
    id BLOB NOT NULL PRIMARY KEY, -- the run; kept 90 days
    connection_id BLOB NOT NULL, -- the connection; kept with the run
    plugin_id TEXT NOT NULL, -- the plugin that ran; kept with the run
    version TEXT NOT NULL, -- its version; kept with the run
    digest BLOB NOT NULL, -- SHA-256 of its package; kept with the run
    fence INTEGER NOT NULL, -- the lease under which it ran; kept with the run
    state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'partial', 'failed', 'abandoned')), -- how it ended; kept with the run
    started_at INTEGER NOT NULL, -- when it began; kept with the run
    finished_at INTEGER, -- when it ended; kept with the run
    pages INTEGER NOT NULL DEFAULT 0, -- committed pages; kept with the run
    records INTEGER NOT NULL DEFAULT 0, -- records in them; kept with the run
    usage TEXT NOT NULL, -- JSON of what it used; kept with the run
    error TEXT, -- what went wrong, in words; kept with the run
    log TEXT NOT NULL DEFAULT '[]', -- JSON list of the plugin's first lines; kept with the run
    egress TEXT NOT NULL DEFAULT '[]' -- JSON list of its first requests, without credentials; kept with the run
) STRICT;
CREATE INDEX runs_of_connection ON runs (connection_id, id);

CREATE TABLE dirty (
    family TEXT NOT NULL, -- the family of metrics; kept until it is computed again
    day INTEGER NOT NULL, -- the day in UTC, counted from 1970; kept until it is computed again
    version INTEGER NOT NULL, -- the data version that marked it last: a mark is cleared at the version it was taken at
    PRIMARY KEY (family, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollups (
    metric TEXT NOT NULL, -- the metric's id in the registry; kept as long as the records it rests on
    grain TEXT NOT NULL CHECK (grain IN ('workspace', 'repository', 'person')), -- what `key` is; kept with the bucket
    day INTEGER NOT NULL, -- the day in the workspace's zone, counted from 1970; kept with the bucket
    key TEXT NOT NULL, -- CONNECTION/ID, or empty for the workspace; kept with the bucket
    known INTEGER NOT NULL, -- inputs that were known; kept with the bucket
    total REAL NOT NULL, -- their sum; kept with the bucket
    unknown TEXT NOT NULL, -- JSON list of reason and count of those that were not; kept with the bucket
    samples BLOB NOT NULL, -- their distribution, in the encoding of the metrics; kept with the bucket
    PRIMARY KEY (metric, grain, day, key)
) STRICT, WITHOUT ROWID; -- a figure reads a run of days of one metric and grain: they lie side by side
