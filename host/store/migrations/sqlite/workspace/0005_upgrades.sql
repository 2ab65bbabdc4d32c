-- Which release wrote a cursor, so that an older one is never handed it, and how often a stream's plugin has faulted.

ALTER TABLE streams ADD COLUMN writer INTEGER NOT NULL DEFAULT 0; -- sequence of the release that wrote the cursor; kept with it
ALTER TABLE streams ADD COLUMN faults INTEGER NOT NULL DEFAULT 0; -- faults of one package in a row; kept until the next page
ALTER TABLE streams ADD COLUMN faulted_by BLOB; -- SHA-256 of the package that faulted; kept until the next page
ALTER TABLE streams ADD COLUMN regressed INTEGER NOT NULL DEFAULT 0; -- 1: an older release brought this stream; kept with the faults
ALTER TABLE streams ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0; -- 1: it is not tried with that package; kept with the faults

CREATE TABLE marks (
    connection_id BLOB NOT NULL, -- the connection; kept with it
    name TEXT NOT NULL, -- the stream; kept with the connection
    writer INTEGER NOT NULL, -- sequence of the release that wrote it; kept until an older one goes on
    cursor TEXT, -- where that release stopped, before a newer one went on; kept until an older one goes on
    PRIMARY KEY (connection_id, name, writer)
) STRICT, WITHOUT ROWID;

CREATE TABLE state_writers (
    connection_id BLOB NOT NULL PRIMARY KEY, -- the connection; kept with it
    writer INTEGER NOT NULL -- sequence of the release that wrote its state; kept with the state
) STRICT, WITHOUT ROWID;

CREATE TABLE state_marks (
    connection_id BLOB NOT NULL, -- the connection; kept with it
    writer INTEGER NOT NULL, -- sequence of the release that wrote it; kept until an older one goes on
    entries TEXT NOT NULL, -- the whole state as that release left it, a JSON object; kept until an older one goes on
    PRIMARY KEY (connection_id, writer)
) STRICT, WITHOUT ROWID;
