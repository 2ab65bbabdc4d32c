-- Upgrades and crashes: releases that wait for the operator's yes, which release went live after which, what each
-- connection's workspace consented to, and which connections the faults of their plugin have stopped.

CREATE TABLE offers (
    plugin_id TEXT NOT NULL, -- the plugin; kept for good
    digest BLOB NOT NULL, -- SHA-256 of the whole package; kept for good
    sequence INTEGER NOT NULL, -- the signed sequence number; kept for good
    version TEXT NOT NULL, -- the version for people; kept for good
    manifest TEXT NOT NULL, -- the manifest, JSON; kept for good
    signer TEXT NOT NULL, -- the id of the key that signed it; kept for good
    state TEXT NOT NULL CHECK (state IN ('pending', 'rejected')), -- whether the operator has said no; kept for good
    reason TEXT, -- why it was rejected; kept with the state
    offered_at INTEGER NOT NULL, -- when it was offered last; kept for good
    PRIMARY KEY (plugin_id, digest)
) STRICT;
CREATE UNIQUE INDEX offers_pending ON offers (plugin_id) WHERE state = 'pending';

ALTER TABLE plugins ADD COLUMN previous BLOB; -- SHA-256 of the package in whose place it went live; kept for good

ALTER TABLE connections ADD COLUMN package BLOB; -- the release it stays on, NULL for the live one; kept until it consents to more
ALTER TABLE connections ADD COLUMN consented TEXT; -- JSON of what its workspace lets its plugin have; kept until it is given anew
ALTER TABLE connections ADD COLUMN quarantined_by BLOB; -- the package whose faults stopped it; kept until it is released

-- Who connected a plugin before consent was written down saw what it may do, and connected it all the same.
UPDATE connections SET consented = (
    SELECT json_object('capabilities', json(granted), 'kinds', json(COALESCE(json_extract(manifest, '$.kinds'), '[]')))
    FROM plugins WHERE plugins.plugin_id = connections.plugin_id AND plugins.state = 'active');

-- A run under way notices that another release is its connection's now.
CREATE TRIGGER connections_moved AFTER UPDATE OF package, consented ON connections
    BEGIN UPDATE changes SET number = number + 1; END;
