-- The control database: what the operator owns. Instants are microseconds since 1970 in UTC, ids sixteen bytes (UUID v7),
-- lists and objects JSON text. Nothing of a workspace's records is in here.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY, -- the name of a fact about this instance, such as `instance_id`; kept for good
    value BLOB NOT NULL -- its value; kept for good
) STRICT;

CREATE TABLE workspaces (
    id BLOB NOT NULL PRIMARY KEY, -- the workspace; kept until it is purged
    name TEXT NOT NULL UNIQUE, -- the name shown; kept until it is purged
    time_zone TEXT NOT NULL, -- IANA name; its days are the days of every metric; kept until it is purged
    created_at INTEGER NOT NULL -- when it was made; kept until it is purged
) STRICT;

CREATE TABLE keys (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- whose data key; destroyed with it
    version INTEGER NOT NULL, -- counts rotations, from 1; kept until no ciphertext names it
    sealed BLOB NOT NULL, -- the data key, encrypted with the host key; destroyed to make the data unreadable
    created_at INTEGER NOT NULL, -- when it was made; kept with the key
    PRIMARY KEY (workspace_id, version)
) STRICT;

CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY, -- the token; kept after its revocation for the audit log's sake
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- the one workspace it opens; kept with it
    hash BLOB NOT NULL UNIQUE, -- the hash of the secret, never the secret; kept with the token
    prefix TEXT NOT NULL, -- the first characters, by which people know it; kept with the token
    name TEXT NOT NULL, -- what it is for, in its maker's words; kept with the token
    scopes TEXT NOT NULL, -- JSON list of what it may do; kept with the token
    created_at INTEGER NOT NULL, -- when it was made; kept with the token
    expires_at INTEGER, -- from when it opens nothing; kept with the token
    last_used_at INTEGER, -- when it was last used, to the minute; kept with the token
    revoked_at INTEGER -- when it was revoked; kept with the token
) STRICT;
CREATE INDEX tokens_of_workspace ON tokens (workspace_id, id);

CREATE TABLE plugins (
    plugin_id TEXT NOT NULL, -- `publisher/name`; kept for good, since the floor rests on it
    sequence INTEGER NOT NULL, -- the signed sequence number, which never goes back; kept for good
    version TEXT NOT NULL, -- the version for people; kept for good
    digest BLOB NOT NULL, -- SHA-256 of the whole package; kept for good
    manifest TEXT NOT NULL, -- the manifest, JSON; kept for good
    signer TEXT NOT NULL, -- the id of the key that signed it; kept for good
    granted TEXT NOT NULL, -- the capabilities that the operator granted, JSON; kept for good
    state TEXT NOT NULL CHECK (state IN ('active', 'superseded', 'quarantined', 'removed')), -- where it stands; kept for good
    reason TEXT, -- why it is quarantined; kept until the state changes
    installed_at INTEGER NOT NULL, -- when it was installed last; kept for good
    PRIMARY KEY (plugin_id, digest)
) STRICT;
CREATE UNIQUE INDEX plugins_active ON plugins (plugin_id) WHERE state = 'active';

CREATE TABLE publishers (
    key_id TEXT NOT NULL PRIMARY KEY, -- the key's id, from its bytes; kept for good
    public_key BLOB NOT NULL, -- the ed25519 public key; kept for good
    patterns TEXT NOT NULL, -- JSON list of the plugin ids that it may sign; kept for good
    valid_from INTEGER, -- from when its signatures count; kept for good
    valid_until INTEGER, -- until when they count; kept for good
    added_at INTEGER NOT NULL, -- when it was first trusted; kept for good
    revoked_at INTEGER -- when the operator stopped trusting it; kept for good
) STRICT;

CREATE TABLE revoked_digests (
    digest BLOB NOT NULL PRIMARY KEY, -- SHA-256 of a package that must not run; kept for good
    reason TEXT NOT NULL, -- why, in the operator's words; kept for good
    revoked_at INTEGER NOT NULL -- since when; kept for good
) STRICT;

CREATE TABLE floors (
    plugin_id TEXT NOT NULL PRIMARY KEY, -- the plugin; kept for good
    sequence INTEGER NOT NULL, -- the lowest sequence that may be installed; kept for good
    set_at INTEGER NOT NULL -- when it was set; kept for good
) STRICT;

CREATE TABLE connections (
    id BLOB NOT NULL PRIMARY KEY, -- the connection; kept until its workspace is purged
    workspace_id BLOB NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- whose it is; kept with it
    plugin_id TEXT NOT NULL, -- the plugin that it runs; kept with it
    name TEXT NOT NULL, -- its name, unique among the workspace's live ones; kept with it
    settings TEXT NOT NULL, -- JSON object that fits the manifest's schema, without secrets; kept with it
    directory TEXT, -- the directory that it may read, where it was given one; kept with it
    interval_seconds INTEGER NOT NULL CHECK (interval_seconds > 0), -- from the end of a run to the next; kept with it
    state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'failed', 'removed')), -- where it stands; kept with it
    reason TEXT, -- why it failed, in one sentence; kept until the state changes
    failures INTEGER NOT NULL DEFAULT 0, -- failed runs since the last good one; kept until the next good one
    created_at INTEGER NOT NULL, -- when it was made; kept with it
    due_at INTEGER NOT NULL, -- when its next run is due; kept until the run
    lease_owner TEXT, -- the worker that runs it; kept until it is released
    lease_until INTEGER, -- when the lease ends by itself; kept until it is released
    fence INTEGER NOT NULL DEFAULT 0 -- counts the leases: a writer with a lower one is too late; kept with it
) STRICT;
CREATE UNIQUE INDEX connections_by_name ON connections (workspace_id, name) WHERE state <> 'removed';
CREATE INDEX connections_due ON connections (due_at) WHERE state = 'active';

CREATE TABLE credentials (
    connection_id BLOB NOT NULL REFERENCES connections (id) ON DELETE CASCADE, -- whose; destroyed with it
    slot TEXT NOT NULL, -- the auth slot of the manifest; kept with the secret
    sealed BLOB NOT NULL, -- the secret, encrypted with the workspace's key; destroyed on removal
    stored_at INTEGER NOT NULL, -- when it was stored; kept with the secret
    PRIMARY KEY (connection_id, slot)
) STRICT;

CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- the order of the entries; kept 400 days
    at INTEGER NOT NULL, -- when; kept 400 days
    actor TEXT NOT NULL, -- who: the operator, a token's id, or the host itself; kept 400 days
    action TEXT NOT NULL, -- what was done, as `plugin.install`; kept 400 days
    subject TEXT NOT NULL, -- to what; kept 400 days
    workspace_id BLOB, -- in which workspace, where it was in one; kept 400 days
    detail TEXT NOT NULL -- JSON object with what else is to be known, never a secret; kept 400 days
) STRICT;
CREATE INDEX audit_of_workspace ON audit (workspace_id, number);
