-- Packages themselves, where hosts share a database: a host that did not install one fetches it here. Where there is one
-- host, they are files below its directory alone, and this is empty.

CREATE TABLE packages (
    digest BLOB NOT NULL PRIMARY KEY, -- SHA-256 of the whole package; kept for good
    bytes BLOB NOT NULL, -- the package; kept for good
    envelope BLOB NOT NULL, -- the signature beside it; kept for good
    kept_at INTEGER NOT NULL -- when it was kept last; kept for good
) STRICT;
