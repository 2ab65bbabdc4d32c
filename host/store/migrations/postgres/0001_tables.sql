-- Everything that hosts share: the control tables, then the workspaces' rows. Instants are microseconds since 1970 in UTC,
-- lists and objects JSON text. Unknown is NULL, never 0. Texts are compared byte by byte, as on SQLite.

CREATE TABLE meta (
    name TEXT COLLATE "C" NOT NULL, -- the name of a fact about this instance, such as `instance_id`; kept for good
    value BYTEA NOT NULL, -- its value; kept for good
    PRIMARY KEY (name)
);

CREATE TABLE workspaces (
    id UUID NOT NULL, -- the workspace; kept until it is purged
    name TEXT COLLATE "C" NOT NULL UNIQUE, -- the name shown; kept until it is purged
    time_zone TEXT COLLATE "C" NOT NULL, -- IANA name; its days are the days of every metric; kept until it is purged
    created_at BIGINT NOT NULL, -- when it was made; kept until it is purged
    PRIMARY KEY (id)
);

CREATE TABLE keys (
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- whose data key; destroyed with it
    version BIGINT NOT NULL, -- counts rotations, from 1; kept until no ciphertext names it
    sealed BYTEA NOT NULL, -- the data key, encrypted with the host key; destroyed to make the data unreadable
    created_at BIGINT NOT NULL, -- when it was made; kept with the key
    PRIMARY KEY (workspace_id, version)
);

CREATE TABLE tokens (
    id UUID NOT NULL, -- the token; kept after its revocation for the audit log's sake
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- the one workspace it opens; kept with it
    hash BYTEA NOT NULL UNIQUE, -- the hash of the secret, never the secret; kept with the token
    prefix TEXT COLLATE "C" NOT NULL, -- the first characters, by which people know it; kept with the token
    name TEXT COLLATE "C" NOT NULL, -- what it is for, in its maker's words; kept with the token
    scopes TEXT COLLATE "C" NOT NULL, -- JSON list of what it may do; kept with the token
    created_at BIGINT NOT NULL, -- when it was made; kept with the token
    expires_at BIGINT, -- from when it opens nothing; kept with the token
    last_used_at BIGINT, -- when it was last used, to the minute; kept with the token
    revoked_at BIGINT, -- when it was revoked; kept with the token
    PRIMARY KEY (id)
);
CREATE INDEX tokens_of_workspace ON tokens (workspace_id, id);

CREATE TABLE plugins (
    plugin_id TEXT COLLATE "C" NOT NULL, -- `publisher/name`; kept for good, since the floor rests on it
    sequence BIGINT NOT NULL, -- the signed sequence number, which never goes back; kept for good
    version TEXT COLLATE "C" NOT NULL, -- the version for people; kept for good
    digest BYTEA NOT NULL, -- SHA-256 of the whole package; kept for good
    manifest TEXT COLLATE "C" NOT NULL, -- the manifest, JSON; kept for good
    signer TEXT COLLATE "C" NOT NULL, -- the id of the key that signed it; kept for good
    granted TEXT COLLATE "C" NOT NULL, -- the capabilities that the operator granted, JSON; kept for good
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'superseded', 'quarantined', 'removed')), -- where it stands; kept for good
    reason TEXT COLLATE "C", -- why it is quarantined; kept until the state changes
    installed_at BIGINT NOT NULL, -- when it was installed last; kept for good
    previous BYTEA, -- SHA-256 of the package in whose place it went live; kept for good
    PRIMARY KEY (plugin_id, digest)
);
CREATE UNIQUE INDEX plugins_active ON plugins (plugin_id) WHERE state = 'active';

CREATE TABLE publishers (
    key_id TEXT COLLATE "C" NOT NULL, -- the key's id, from its bytes; kept for good
    public_key BYTEA NOT NULL, -- the ed25519 public key; kept for good
    patterns TEXT COLLATE "C" NOT NULL, -- JSON list of the plugin ids that it may sign; kept for good
    valid_from BIGINT, -- from when its signatures count; kept for good
    valid_until BIGINT, -- until when they count; kept for good
    added_at BIGINT NOT NULL, -- when it was first trusted; kept for good
    name TEXT COLLATE "C" NOT NULL DEFAULT '', -- whose it is, for people; kept for good
    PRIMARY KEY (key_id)
);

CREATE TABLE revoked_digests (
    digest BYTEA NOT NULL, -- SHA-256 of a package that must not run; kept for good
    reason TEXT COLLATE "C" NOT NULL, -- why, in the operator's words; kept for good
    revoked_at BIGINT NOT NULL, -- since when; kept for good
    PRIMARY KEY (digest)
);

CREATE TABLE floors (
    plugin_id TEXT COLLATE "C" NOT NULL, -- the plugin; kept for good
    sequence BIGINT NOT NULL, -- the lowest sequence that may be installed; kept for good
    set_at BIGINT NOT NULL, -- when it was set; kept for good
    PRIMARY KEY (plugin_id)
);

CREATE TABLE connections (
    id UUID NOT NULL, -- the connection; kept until its workspace is purged
    workspace_id UUID NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE, -- whose it is; kept with it
    plugin_id TEXT COLLATE "C" NOT NULL, -- the plugin that it runs; kept with it
    name TEXT COLLATE "C" NOT NULL, -- its name, unique among the workspace's live ones; kept with it
    settings TEXT COLLATE "C" NOT NULL, -- JSON object that fits the manifest's schema, without secrets; kept with it
    directory TEXT COLLATE "C", -- the directory that it may read, where it was given one; kept with it
    interval_seconds BIGINT NOT NULL CHECK (interval_seconds > 0), -- from the end of a run to the next; kept with it
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'paused', 'failed', 'removed')), -- where it stands; kept with it
    reason TEXT COLLATE "C", -- why it failed, in one sentence; kept until the state changes
    failures BIGINT NOT NULL DEFAULT 0, -- failed runs since the last good one; kept until the next good one
    created_at BIGINT NOT NULL, -- when it was made; kept with it
    due_at BIGINT NOT NULL, -- when its next run is due; kept until the run
    lease_owner TEXT COLLATE "C", -- the worker that runs it; kept until it is released
    lease_until BIGINT, -- when the lease ends by itself; kept until it is released
    fence BIGINT NOT NULL DEFAULT 0, -- counts the leases: a writer with a lower one is too late; kept with it
    package BYTEA, -- the release it stays on, NULL for the live one; kept until it consents to more
    consented TEXT COLLATE "C", -- JSON of what its workspace lets its plugin have; kept until it is given anew
    quarantined_by BYTEA, -- the package whose faults stopped it; kept until it is released
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX connections_by_name ON connections (workspace_id, name) WHERE state <> 'removed';
CREATE INDEX connections_due ON connections (due_at) WHERE state = 'active';

CREATE TABLE credentials (
    connection_id UUID NOT NULL REFERENCES connections (id) ON DELETE CASCADE, -- whose; destroyed with it
    slot TEXT COLLATE "C" NOT NULL, -- the auth slot of the manifest; kept with the secret
    sealed BYTEA NOT NULL, -- the secret, encrypted with the workspace's key; destroyed on removal
    stored_at BIGINT NOT NULL, -- when it was stored; kept with the secret
    PRIMARY KEY (connection_id, slot)
);

CREATE TABLE audit (
    number BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL, -- the order of the entries; kept 400 days
    at BIGINT NOT NULL, -- when; kept 400 days
    actor TEXT COLLATE "C" NOT NULL, -- who: the operator, a token's id, or the host itself; kept 400 days
    action TEXT COLLATE "C" NOT NULL, -- what was done, as `plugin.install`; kept 400 days
    subject TEXT COLLATE "C" NOT NULL, -- to what; kept 400 days
    workspace_id UUID, -- in which workspace, where it was in one; kept 400 days
    detail TEXT COLLATE "C" NOT NULL, -- JSON object with what else is to be known, never a secret; kept 400 days
    PRIMARY KEY (number)
);
CREATE INDEX audit_of_workspace ON audit (workspace_id, number);

CREATE TABLE revoked_keys (
    key_id TEXT COLLATE "C" NOT NULL, -- the id of a key that counts for nothing, trusted once or never; kept for good
    reason TEXT COLLATE "C" NOT NULL, -- why, in the operator's words; kept for good
    revoked_at BIGINT NOT NULL, -- since when; kept for good
    PRIMARY KEY (key_id)
);

CREATE TABLE changes (
    id BIGINT NOT NULL CHECK (id = 1), -- there is one row; kept for good
    number BIGINT NOT NULL, -- counts the changes of what may run; kept for good
    PRIMARY KEY (id)
);

CREATE TABLE offers (
    plugin_id TEXT COLLATE "C" NOT NULL, -- the plugin; kept for good
    digest BYTEA NOT NULL, -- SHA-256 of the whole package; kept for good
    sequence BIGINT NOT NULL, -- the signed sequence number; kept for good
    version TEXT COLLATE "C" NOT NULL, -- the version for people; kept for good
    manifest TEXT COLLATE "C" NOT NULL, -- the manifest, JSON; kept for good
    signer TEXT COLLATE "C" NOT NULL, -- the id of the key that signed it; kept for good
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'rejected')), -- whether the operator has said no; kept for good
    reason TEXT COLLATE "C", -- why it was rejected; kept with the state
    offered_at BIGINT NOT NULL, -- when it was offered last; kept for good
    PRIMARY KEY (plugin_id, digest)
);
CREATE UNIQUE INDEX offers_pending ON offers (plugin_id) WHERE state = 'pending';

CREATE TABLE authorizations (
    connection_id UUID NOT NULL REFERENCES connections (id) ON DELETE CASCADE, -- whose; destroyed with it
    slot TEXT COLLATE "C" NOT NULL, -- the auth slot of the manifest; kept with the tokens
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'active', 'lost')), -- where it stands; kept with the tokens
    reason TEXT COLLATE "C", -- why it is lost, in one sentence without secrets; kept until it is authorised again
    version BIGINT NOT NULL, -- counts the changes of the tokens: a writer that saw another is too late; kept with the tokens
    sealed BYTEA, -- the tokens, encrypted with the workspace's key; destroyed on removal and on loss
    refresh_at BIGINT, -- from when another access token is asked for; kept with the tokens
    expires_at BIGINT, -- when the access token ends; kept with the tokens
    failures BIGINT NOT NULL DEFAULT 0, -- refreshes without an answer since the last one with; kept until the next answer
    retry_at BIGINT, -- not before then the provider is asked again; kept until the next answer
    lease_owner TEXT COLLATE "C", -- who asks the provider now; kept until it has answered
    lease_until BIGINT, -- when another may; kept until it has answered
    changed_at BIGINT NOT NULL, -- when state or tokens changed; kept with the tokens
    PRIMARY KEY (connection_id, slot)
);

CREATE TABLE budgets (
    plugin_id TEXT COLLATE "C", -- the plugin whose calls it is for, NULL for those of all; kept until it is cleared
    workspace_id UUID REFERENCES workspaces (id) ON DELETE CASCADE, -- the workspace whose calls, NULL for all; kept until it is cleared
    name TEXT COLLATE "C" NOT NULL, -- which budget, as in manifests, or `concurrent_calls`; kept until it is cleared
    value BIGINT NOT NULL CHECK (value >= 0), -- how much, in the unit of its name; kept until it is cleared
    set_at BIGINT NOT NULL, -- when it was set; kept until it is cleared
    CHECK (plugin_id IS NOT NULL OR workspace_id IS NOT NULL)
);
CREATE UNIQUE INDEX budgets_of ON budgets
    (COALESCE(plugin_id, ''), COALESCE(workspace_id, '00000000-0000-0000-0000-000000000000'), name);

CREATE TABLE packages (
    digest BYTEA NOT NULL, -- SHA-256 of the whole package; kept for good
    bytes BYTEA NOT NULL, -- the package; kept for good
    envelope BYTEA NOT NULL, -- the signature beside it; kept for good
    kept_at BIGINT NOT NULL, -- when it was kept last; kept for good
    PRIMARY KEY (digest)
);

INSERT INTO changes (id, number) VALUES (1, 0);

-- Triggers count, so that no statement of any version can forget to.
CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql SET search_path = weighbridge AS
    $$ BEGIN UPDATE changes SET number = number + 1; RETURN NULL; END $$;
CREATE TRIGGER publishers_changed AFTER INSERT OR UPDATE ON publishers FOR EACH ROW EXECUTE FUNCTION count_change();
CREATE TRIGGER revoked_keys_added AFTER INSERT ON revoked_keys FOR EACH ROW EXECUTE FUNCTION count_change();
CREATE TRIGGER revoked_digests_added AFTER INSERT ON revoked_digests FOR EACH ROW EXECUTE FUNCTION count_change();
CREATE TRIGGER floors_changed AFTER INSERT OR UPDATE ON floors FOR EACH ROW EXECUTE FUNCTION count_change();
CREATE TRIGGER plugins_changed AFTER INSERT OR UPDATE ON plugins FOR EACH ROW EXECUTE FUNCTION count_change();
CREATE TRIGGER connections_changed AFTER UPDATE OF state ON connections FOR EACH ROW
    WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION count_change();
-- A run under way notices that another release is its connection's now.
CREATE TRIGGER connections_moved AFTER UPDATE OF package, consented ON connections FOR EACH ROW
    EXECUTE FUNCTION count_change();

-- The rows of workspaces. Unless a comment says otherwise, a record is kept until its connection or workspace is purged.

-- Accounts of the source. Direct identifiers: erased with the person.
CREATE TABLE people (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    kind TEXT COLLATE "C" NOT NULL, -- human, bot or agent
    login TEXT COLLATE "C", -- the account name; until erasure
    name TEXT COLLATE "C", -- the name shown; until erasure
    email TEXT COLLATE "C", -- the address; until erasure
    active BOOLEAN, -- whether it can still act
    time_zone TEXT COLLATE "C", -- IANA name
    url TEXT COLLATE "C", -- a link for people; until erasure
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);

-- Groups of people.
CREATE TABLE teams (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    name TEXT COLLATE "C" NOT NULL, -- the name shown
    parent TEXT COLLATE "C", -- the team that it is part of
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);

-- Who is in which team, and when.
CREATE TABLE memberships (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    team TEXT COLLATE "C" NOT NULL, -- the team
    person TEXT COLLATE "C" NOT NULL, -- the account
    role TEXT COLLATE "C", -- the role, in the source's word
    since BIGINT, -- from when
    until BIGINT, -- until when, where it has ended
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);

-- Repositories.
CREATE TABLE repositories (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    name TEXT COLLATE "C" NOT NULL, -- the name with its owner
    default_branch TEXT COLLATE "C", -- the branch that work goes to
    archived BOOLEAN, -- whether it is closed to changes
    private BOOLEAN, -- whether only members see it
    created_at BIGINT, -- when it was made
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);

-- Commits. Names and addresses: until the author's erasure.
CREATE TABLE commits (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT COLLATE "C" NOT NULL, -- the repository
    sha TEXT COLLATE "C" NOT NULL, -- the object id, in hexadecimal
    authored_at BIGINT NOT NULL, -- when it was written
    committed_at BIGINT NOT NULL, -- when it was committed
    author_account TEXT COLLATE "C", -- the author's account, where the source has matched one
    author_name TEXT COLLATE "C", -- the author's name in the commit; until erasure
    author_email TEXT COLLATE "C", -- the author's address in the commit; until erasure
    additions BIGINT, -- added lines of all files
    deletions BIGINT, -- deleted lines of all files
    changed_files BIGINT, -- how many files changed
    parents TEXT COLLATE "C" NOT NULL, -- JSON list of the parents' object ids, in order
    committer TEXT COLLATE "C", -- JSON object of the committer's account, name and address; until erasure
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    message TEXT COLLATE "C" NOT NULL, -- the message
    files TEXT COLLATE "C", -- JSON list of the changed files, with paths and line counts, never content
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX commits_by_day ON commits (workspace_id, authored_at);
CREATE INDEX commits_by_bot_address ON commits (workspace_id, connection_id, author_account) WHERE author_email ILIKE '%[bot]@%';
CREATE INDEX commits_of_graph ON commits (workspace_id, connection_id, repository, sha);

-- Pull requests, or merge requests.
CREATE TABLE pull_requests (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT COLLATE "C" NOT NULL, -- the repository that it goes to
    number BIGINT NOT NULL, -- its number there
    state TEXT COLLATE "C" NOT NULL, -- open, merged or closed
    draft BOOLEAN NOT NULL, -- whether it is a draft now
    author TEXT COLLATE "C", -- the account that opened it
    created_at BIGINT NOT NULL, -- when it was opened
    updated_at BIGINT NOT NULL, -- when it last changed
    closed_at BIGINT, -- when it was closed or merged
    merged_at BIGINT, -- when it was merged
    first_commit_at BIGINT, -- when its first commit was written
    additions BIGINT, -- added lines
    deletions BIGINT, -- deleted lines
    changed_files BIGINT, -- how many files changed
    commits BIGINT, -- how many commits
    merged_by TEXT COLLATE "C", -- the account that merged it
    merge_commit TEXT COLLATE "C", -- the object id that it was merged as
    base_branch TEXT COLLATE "C", -- the branch it goes to
    head_branch TEXT COLLATE "C", -- the branch it comes from
    url TEXT COLLATE "C", -- a link for people
    title TEXT COLLATE "C" NOT NULL, -- the title
    labels TEXT COLLATE "C" NOT NULL, -- JSON list of labels
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX pull_requests_by_creation ON pull_requests (workspace_id, created_at);
CREATE INDEX pull_requests_by_merge ON pull_requests (workspace_id, merged_at) WHERE merged_at IS NOT NULL;
CREATE INDEX pull_requests_by_close ON pull_requests (workspace_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX pull_requests_of_merge ON pull_requests (workspace_id, connection_id, repository, merge_commit) WHERE merged_at IS NOT NULL;

-- Reviews of pull requests.
CREATE TABLE reviews (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    pull_request TEXT COLLATE "C" NOT NULL, -- the pull request
    author TEXT COLLATE "C", -- the account that reviewed
    state TEXT COLLATE "C" NOT NULL, -- approved, changes-requested, commented or dismissed
    submitted_at BIGINT NOT NULL, -- when
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX reviews_by_day ON reviews (workspace_id, submitted_at);
CREATE INDEX reviews_of_pull_request ON reviews (workspace_id, connection_id, pull_request);

-- That a comment was made; never its text.
CREATE TABLE comments (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    subject_kind TEXT COLLATE "C" NOT NULL, -- pull-request or work-item
    subject TEXT COLLATE "C" NOT NULL, -- what it is a comment to
    author TEXT COLLATE "C", -- the account that wrote it
    kind TEXT COLLATE "C" NOT NULL, -- conversation, or review for one at a line of the change
    created_at BIGINT NOT NULL, -- when it was written
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX comments_of_review ON comments (workspace_id, connection_id, subject) WHERE subject_kind = 'pull-request' AND kind = 'review';

-- Issues, tickets and tasks.
CREATE TABLE work_items (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    project TEXT COLLATE "C", -- the repository or project
    key TEXT COLLATE "C" NOT NULL, -- its key for people
    kind TEXT COLLATE "C", -- feature, defect, chore or debt
    state TEXT COLLATE "C" NOT NULL, -- open, in-progress, done or dropped
    status TEXT COLLATE "C", -- the status, in the source's word
    author TEXT COLLATE "C", -- the account that opened it
    created_at BIGINT NOT NULL, -- when it was opened
    updated_at BIGINT NOT NULL, -- when it last changed
    closed_at BIGINT, -- when it was last closed
    parent TEXT COLLATE "C", -- the work item that it is part of
    estimate DOUBLE PRECISION, -- the estimate, in the source's own unit
    assignees TEXT COLLATE "C" NOT NULL, -- JSON list of the accounts that work on it
    url TEXT COLLATE "C", -- a link for people
    title TEXT COLLATE "C" NOT NULL, -- the title
    labels TEXT COLLATE "C" NOT NULL, -- JSON list of labels
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX work_items_by_creation ON work_items (workspace_id, created_at);
CREATE INDEX work_items_by_close ON work_items (workspace_id, closed_at) WHERE closed_at IS NOT NULL;

-- Changes of status.
CREATE TABLE transitions (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    subject_kind TEXT COLLATE "C" NOT NULL, -- pull-request or work-item
    subject TEXT COLLATE "C" NOT NULL, -- what changed
    before TEXT COLLATE "C", -- the status before
    after TEXT COLLATE "C" NOT NULL, -- the status after
    author TEXT COLLATE "C", -- the account that changed it
    at BIGINT NOT NULL, -- when
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX transitions_to_ready ON transitions (workspace_id, connection_id, subject) WHERE subject_kind = 'pull-request' AND after = 'ready';

-- Deployments.
CREATE TABLE deployments (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT COLLATE "C", -- the repository that it came from
    service TEXT COLLATE "C", -- the service that it changed
    environment TEXT COLLATE "C" NOT NULL, -- the environment's name
    production BOOLEAN, -- whether that is production, where the source says
    sha TEXT COLLATE "C", -- the object id that was deployed
    reference TEXT COLLATE "C", -- the branch or tag
    outcome TEXT COLLATE "C" NOT NULL, -- how it went
    author TEXT COLLATE "C", -- the account that asked for it
    created_at BIGINT NOT NULL, -- when it was asked for
    finished_at BIGINT, -- when it ended
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX deployments_by_end ON deployments (workspace_id, COALESCE(finished_at, created_at));
CREATE INDEX deployments_of_repository ON deployments (workspace_id, connection_id, repository) WHERE repository IS NOT NULL;

-- Workflows and pipelines.
CREATE TABLE workflows (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT COLLATE "C", -- the repository that it belongs to
    name TEXT COLLATE "C" NOT NULL, -- the name shown
    path TEXT COLLATE "C", -- the path of its definition
    active BOOLEAN, -- whether it can run
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);

-- Runs of workflows.
CREATE TABLE workflow_runs (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection that brought it
    id TEXT COLLATE "C" NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT COLLATE "C" NOT NULL, -- the stream that brought it last
    run_id UUID NOT NULL, -- the run that brought it last
    generation BIGINT NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at BIGINT, -- when it was noticed that the source has deleted it; emptied when it is seen again
    workflow TEXT COLLATE "C" NOT NULL, -- the workflow
    repository TEXT COLLATE "C", -- the repository
    attempt BIGINT, -- which attempt, 1 first
    sha TEXT COLLATE "C", -- the object id that it ran on
    branch TEXT COLLATE "C", -- the branch
    event TEXT COLLATE "C", -- what set it off, in the source's word
    outcome TEXT COLLATE "C" NOT NULL, -- how it went
    author TEXT COLLATE "C", -- the account that set it off
    created_at BIGINT NOT NULL, -- when it was asked for
    started_at BIGINT, -- when it began
    finished_at BIGINT, -- when it ended
    url TEXT COLLATE "C", -- a link for people
    extra TEXT COLLATE "C" NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (workspace_id, connection_id, id)
);
CREATE INDEX workflow_runs_by_end ON workflow_runs (workspace_id, finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE data_version (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    version BIGINT NOT NULL, -- raised by every page and every roll-up; kept for good
    PRIMARY KEY (workspace_id)
);

CREATE TABLE fences (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    fence BIGINT NOT NULL, -- the number of the lease that may write: a lower one is too late; kept with the connection
    PRIMARY KEY (workspace_id, connection_id)
);

CREATE TABLE streams (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    name TEXT COLLATE "C" NOT NULL, -- the stream's name, as its connector declares it; kept with the connection
    mode TEXT COLLATE "C" NOT NULL CHECK (mode IN ('incremental', 'sweep')), -- how it moves; kept with the connection
    cursor TEXT COLLATE "C", -- where it goes on, NULL at the beginning and between sweeps; kept until the next page
    generation BIGINT NOT NULL DEFAULT 1, -- the sweep that goes on or comes next; kept with the connection
    kinds TEXT COLLATE "C" NOT NULL DEFAULT '[]', -- JSON list of the kinds it has brought: where a sweep looks for the unseen
    records BIGINT NOT NULL DEFAULT 0, -- records in all its pages; kept with the connection
    advanced_at BIGINT, -- when its last page was committed; kept until the next page
    caught_up_at BIGINT, -- when it was last caught up; kept until the next time
    failure TEXT COLLATE "C", -- JSON of the failure since the last page; kept until the next page
    failed_at BIGINT, -- when it failed; kept until the next page
    writer BIGINT NOT NULL DEFAULT 0, -- sequence of the release that wrote the cursor; kept with it
    faults BIGINT NOT NULL DEFAULT 0, -- faults of one package in a row; kept until the next page
    faulted_by BYTEA, -- SHA-256 of the package that faulted; kept until the next page
    regressed BOOLEAN NOT NULL DEFAULT FALSE, -- 1: an older release brought this stream; kept with the faults
    set_aside BOOLEAN NOT NULL DEFAULT FALSE, -- 1: it is not tried with that package; kept with the faults
    PRIMARY KEY (workspace_id, connection_id, name)
);

CREATE TABLE state (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    key TEXT COLLATE "C" NOT NULL, -- a key that its plugin chose; kept until the plugin removes it
    value TEXT COLLATE "C" NOT NULL, -- the value; kept until the plugin writes another
    PRIMARY KEY (workspace_id, connection_id, key)
);

CREATE TABLE runs (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    id UUID NOT NULL, -- the run; kept 90 days
    connection_id UUID NOT NULL, -- the connection; kept with the run
    plugin_id TEXT COLLATE "C" NOT NULL, -- the plugin that ran; kept with the run
    version TEXT COLLATE "C" NOT NULL, -- its version; kept with the run
    digest BYTEA NOT NULL, -- SHA-256 of its package; kept with the run
    fence BIGINT NOT NULL, -- the lease under which it ran; kept with the run
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'succeeded', 'partial', 'failed', 'abandoned')), -- how it ended; kept with the run
    started_at BIGINT NOT NULL, -- when it began; kept with the run
    finished_at BIGINT, -- when it ended; kept with the run
    pages BIGINT NOT NULL DEFAULT 0, -- committed pages; kept with the run
    records BIGINT NOT NULL DEFAULT 0, -- records in them; kept with the run
    usage TEXT COLLATE "C" NOT NULL, -- JSON of what it used; kept with the run
    error TEXT COLLATE "C", -- what went wrong, in words; kept with the run
    log TEXT COLLATE "C" NOT NULL DEFAULT '[]', -- JSON list of the plugin's first lines; kept with the run
    egress TEXT COLLATE "C" NOT NULL DEFAULT '[]', -- JSON list of its first requests, without credentials; kept with the run
    inspection TEXT COLLATE "C" NOT NULL DEFAULT '{}', -- JSON of signer, grants, budgets, streams, traffic and faults; kept with the run
    PRIMARY KEY (workspace_id, id)
);
CREATE INDEX runs_of_connection ON runs (workspace_id, connection_id, id);

CREATE TABLE dirty (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    family TEXT COLLATE "C" NOT NULL, -- the family of metrics; kept until it is computed again
    day BIGINT NOT NULL, -- the day in UTC, counted from 1970; kept until it is computed again
    version BIGINT NOT NULL, -- the data version that marked it last: a mark is cleared at the version it was taken at
    PRIMARY KEY (workspace_id, family, day)
);

CREATE TABLE rollups (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    metric TEXT COLLATE "C" NOT NULL, -- the metric's id in the registry; kept as long as the records it rests on
    grain TEXT COLLATE "C" NOT NULL CHECK (grain IN ('workspace', 'repository', 'person')), -- what `key` is; kept with the bucket
    day BIGINT NOT NULL, -- the day in the workspace's zone, counted from 1970; kept with the bucket
    key TEXT COLLATE "C" NOT NULL, -- CONNECTION/ID, or empty for the workspace; kept with the bucket
    known BIGINT NOT NULL, -- inputs that were known; kept with the bucket
    total DOUBLE PRECISION NOT NULL, -- their sum; kept with the bucket
    unknown TEXT COLLATE "C" NOT NULL, -- JSON list of reason and count of those that were not; kept with the bucket
    samples BYTEA NOT NULL, -- their distribution, in the encoding of the metrics; kept with the bucket
    PRIMARY KEY (workspace_id, metric, grain, day, key)
);

CREATE TABLE rollup_epoch (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    epoch BIGINT NOT NULL, -- raised by every roll-up: who read before the last one has written must not write; kept for good
    PRIMARY KEY (workspace_id)
);

CREATE TABLE rollup_basis (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    family TEXT COLLATE "C" NOT NULL, -- the family of metrics; kept for good
    version TEXT COLLATE "C" NOT NULL, -- the formulas and the time zone that its buckets follow, or will when no day is dirty; kept until the next
    PRIMARY KEY (workspace_id, family)
);

-- Deployments that are, or may be, successful ones to production, as the marks of `deployed` rest on them.
CREATE TABLE releases (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with the deployment
    deployment TEXT COLLATE "C" NOT NULL, -- the deployment; kept with it
    repository TEXT COLLATE "C" NOT NULL, -- the repository that it came from; kept with it
    sha TEXT COLLATE "C" NOT NULL, -- the object id that was deployed, or `deployment:` and its id where the source does not say; kept with it
    at BIGINT NOT NULL, -- when it ended; kept with it
    production BOOLEAN NOT NULL, -- whether it surely went to production; kept with it
    PRIMARY KEY (workspace_id, connection_id, deployment, repository)
);
CREATE INDEX releases_of_repository ON releases (workspace_id, connection_id, repository);

-- Commits that a release contains, each with the first that does. Those without parents here are where the graph breaks off.
CREATE TABLE deployed (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with the commit
    repository TEXT COLLATE "C" NOT NULL, -- the repository; kept with the commit
    sha TEXT COLLATE "C" NOT NULL, -- the object id; kept with the commit
    first_at BIGINT NOT NULL, -- when the first release ended that contains it; kept with the commit
    production_at BIGINT, -- when the first of those ended that surely went to production; kept with the commit
    parents TEXT COLLATE "C", -- its parents as they were walked, NULL where the commit has not arrived; kept with the commit
    PRIMARY KEY (workspace_id, connection_id, repository, sha)
);
CREATE INDEX deployed_gaps ON deployed (workspace_id, connection_id, repository, first_at) WHERE parents IS NULL;

-- What follows for each merged pull request.
CREATE TABLE deliveries (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with the pull request
    pull_request TEXT COLLATE "C" NOT NULL, -- the pull request; kept with it
    deployed_at BIGINT, -- when it was first in production; kept with it
    obstacle TEXT COLLATE "C", -- why that is unknown; kept with it
    PRIMARY KEY (workspace_id, connection_id, pull_request)
);

-- What has come since the marks of `deployed` were made, and may change them.
CREATE TABLE unsettled (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept until it is settled
    repository TEXT COLLATE "C" NOT NULL, -- the repository; kept until it is settled
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('repository', 'deployment', 'commit')), -- what has come; kept until it is settled
    id TEXT COLLATE "C" NOT NULL, -- the deployment's id, the commit's object id, or empty for all of the repository; kept until it is settled
    PRIMARY KEY (workspace_id, connection_id, repository, kind, id)
);

CREATE TABLE marks (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    name TEXT COLLATE "C" NOT NULL, -- the stream; kept with the connection
    writer BIGINT NOT NULL, -- sequence of the release that wrote it; kept until an older one goes on
    cursor TEXT COLLATE "C", -- where that release stopped, before a newer one went on; kept until an older one goes on
    PRIMARY KEY (workspace_id, connection_id, name, writer)
);

CREATE TABLE state_writers (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    writer BIGINT NOT NULL, -- sequence of the release that wrote its state; kept with the state
    PRIMARY KEY (workspace_id, connection_id)
);

CREATE TABLE state_marks (
    workspace_id UUID NOT NULL, -- whose row it is; kept with it
    connection_id UUID NOT NULL, -- the connection; kept with it
    writer BIGINT NOT NULL, -- sequence of the release that wrote it; kept until an older one goes on
    entries TEXT COLLATE "C" NOT NULL, -- the whole state as that release left it, a JSON object; kept until an older one goes on
    PRIMARY KEY (workspace_id, connection_id, writer)
);

-- The second wall: whatever a statement asks for, it gets rows of the workspace that its transaction is set to, and where
-- it is set to none, no row. FORCE holds the owner of the tables to it, too.
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON people
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
ALTER TABLE teams FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON teams
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON memberships
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE repositories ENABLE ROW LEVEL SECURITY;
ALTER TABLE repositories FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON repositories
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE commits ENABLE ROW LEVEL SECURITY;
ALTER TABLE commits FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON commits
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE pull_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE pull_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON pull_requests
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE reviews FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON reviews
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE comments ENABLE ROW LEVEL SECURITY;
ALTER TABLE comments FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON comments
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE work_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE work_items FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON work_items
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE transitions ENABLE ROW LEVEL SECURITY;
ALTER TABLE transitions FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON transitions
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE deployments ENABLE ROW LEVEL SECURITY;
ALTER TABLE deployments FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON deployments
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE workflows ENABLE ROW LEVEL SECURITY;
ALTER TABLE workflows FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON workflows
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE workflow_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE workflow_runs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON workflow_runs
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE data_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_version FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON data_version
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE fences ENABLE ROW LEVEL SECURITY;
ALTER TABLE fences FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON fences
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE streams ENABLE ROW LEVEL SECURITY;
ALTER TABLE streams FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON streams
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE state ENABLE ROW LEVEL SECURITY;
ALTER TABLE state FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON state
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON runs
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE dirty ENABLE ROW LEVEL SECURITY;
ALTER TABLE dirty FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON dirty
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE rollups ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollups FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON rollups
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE rollup_epoch ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_epoch FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON rollup_epoch
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE rollup_basis ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_basis FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON rollup_basis
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE releases ENABLE ROW LEVEL SECURITY;
ALTER TABLE releases FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON releases
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE deployed ENABLE ROW LEVEL SECURITY;
ALTER TABLE deployed FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON deployed
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON deliveries
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE unsettled ENABLE ROW LEVEL SECURITY;
ALTER TABLE unsettled FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON unsettled
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE marks FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON marks
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE state_writers ENABLE ROW LEVEL SECURITY;
ALTER TABLE state_writers FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON state_writers
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
ALTER TABLE state_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE state_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON state_marks
    USING (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid)
    WITH CHECK (workspace_id = NULLIF(current_setting('weighbridge.workspace', true), '')::uuid);
