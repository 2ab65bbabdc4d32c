-- A workspace's data file. Instants are microseconds since 1970 in UTC, ids of ours sixteen bytes (UUID v7), lists JSON text.
-- Unknown is NULL, never 0. Unless a comment says otherwise, a record is kept until its connection or workspace is purged;
-- wide columns stand last, so that reading the narrow ones does not walk their overflow pages.

-- Accounts of the source. Direct identifiers: erased with the person.
CREATE TABLE people (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    kind TEXT NOT NULL, -- human, bot or agent
    login TEXT, -- the account name; until erasure
    name TEXT, -- the name shown; until erasure
    email TEXT, -- the address; until erasure
    active INTEGER, -- whether it can still act
    time_zone TEXT, -- IANA name
    url TEXT, -- a link for people; until erasure
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;

-- Groups of people.
CREATE TABLE teams (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    name TEXT NOT NULL, -- the name shown
    parent TEXT, -- the team that it is part of
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;

-- Who is in which team, and when.
CREATE TABLE memberships (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    team TEXT NOT NULL, -- the team
    person TEXT NOT NULL, -- the account
    role TEXT, -- the role, in the source's word
    since INTEGER, -- from when
    until INTEGER, -- until when, where it has ended
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;

-- Repositories.
CREATE TABLE repositories (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    name TEXT NOT NULL, -- the name with its owner
    default_branch TEXT, -- the branch that work goes to
    archived INTEGER, -- whether it is closed to changes
    private INTEGER, -- whether only members see it
    created_at INTEGER, -- when it was made
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;

-- Commits. Names and addresses: until the author's erasure.
CREATE TABLE commits (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT NOT NULL, -- the repository
    sha TEXT NOT NULL, -- the object id, in hexadecimal
    authored_at INTEGER NOT NULL, -- when it was written
    committed_at INTEGER NOT NULL, -- when it was committed
    author_account TEXT, -- the author's account, where the source has matched one
    author_name TEXT, -- the author's name in the commit; until erasure
    author_email TEXT, -- the author's address in the commit; until erasure
    additions INTEGER, -- added lines of all files
    deletions INTEGER, -- deleted lines of all files
    changed_files INTEGER, -- how many files changed
    parents TEXT NOT NULL, -- JSON list of the parents' object ids, in order
    committer TEXT, -- JSON object of the committer's account, name and address; until erasure
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    message TEXT NOT NULL, -- the message
    files TEXT, -- JSON list of the changed files, with paths and line counts, never content
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX commits_by_day ON commits (authored_at);

-- Pull requests, or merge requests.
CREATE TABLE pull_requests (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT NOT NULL, -- the repository that it goes to
    number INTEGER NOT NULL, -- its number there
    state TEXT NOT NULL, -- open, merged or closed
    draft INTEGER NOT NULL, -- whether it is a draft now
    author TEXT, -- the account that opened it
    created_at INTEGER NOT NULL, -- when it was opened
    updated_at INTEGER NOT NULL, -- when it last changed
    closed_at INTEGER, -- when it was closed or merged
    merged_at INTEGER, -- when it was merged
    first_commit_at INTEGER, -- when its first commit was written
    additions INTEGER, -- added lines
    deletions INTEGER, -- deleted lines
    changed_files INTEGER, -- how many files changed
    commits INTEGER, -- how many commits
    merged_by TEXT, -- the account that merged it
    merge_commit TEXT, -- the object id that it was merged as
    base_branch TEXT, -- the branch it goes to
    head_branch TEXT, -- the branch it comes from
    url TEXT, -- a link for people
    title TEXT NOT NULL, -- the title
    labels TEXT NOT NULL, -- JSON list of labels
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX pull_requests_by_creation ON pull_requests (created_at);
CREATE INDEX pull_requests_by_merge ON pull_requests (merged_at) WHERE merged_at IS NOT NULL;
CREATE INDEX pull_requests_by_close ON pull_requests (closed_at) WHERE closed_at IS NOT NULL;

-- Reviews of pull requests.
CREATE TABLE reviews (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    pull_request TEXT NOT NULL, -- the pull request
    author TEXT, -- the account that reviewed
    state TEXT NOT NULL, -- approved, changes-requested, commented or dismissed
    submitted_at INTEGER NOT NULL, -- when
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX reviews_by_day ON reviews (submitted_at);
CREATE INDEX reviews_of_pull_request ON reviews (connection_id, pull_request);

-- That a comment was made; never its text.
CREATE TABLE comments (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    subject_kind TEXT NOT NULL, -- pull-request or work-item
    subject TEXT NOT NULL, -- what it is a comment to
    author TEXT, -- the account that wrote it
    kind TEXT NOT NULL, -- conversation, or review for one at a line of the change
    created_at INTEGER NOT NULL, -- when it was written
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX comments_of_review ON comments (connection_id, subject) WHERE subject_kind = 'pull-request' AND kind = 'review';

-- Issues, tickets and tasks.
CREATE TABLE work_items (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    project TEXT, -- the repository or project
    key TEXT NOT NULL, -- its key for people
    kind TEXT, -- feature, defect, chore or debt
    state TEXT NOT NULL, -- open, in-progress, done or dropped
    status TEXT, -- the status, in the source's word
    author TEXT, -- the account that opened it
    created_at INTEGER NOT NULL, -- when it was opened
    updated_at INTEGER NOT NULL, -- when it last changed
    closed_at INTEGER, -- when it was last closed
    parent TEXT, -- the work item that it is part of
    estimate REAL, -- the estimate, in the source's own unit
    assignees TEXT NOT NULL, -- JSON list of the accounts that work on it
    url TEXT, -- a link for people
    title TEXT NOT NULL, -- the title
    labels TEXT NOT NULL, -- JSON list of labels
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX work_items_by_creation ON work_items (created_at);
CREATE INDEX work_items_by_close ON work_items (closed_at) WHERE closed_at IS NOT NULL;

-- Changes of status.
CREATE TABLE transitions (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    subject_kind TEXT NOT NULL, -- pull-request or work-item
    subject TEXT NOT NULL, -- what changed
    before TEXT, -- the status before
    after TEXT NOT NULL, -- the status after
    author TEXT, -- the account that changed it
    at INTEGER NOT NULL, -- when
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX transitions_to_ready ON transitions (connection_id, subject) WHERE subject_kind = 'pull-request' AND after = 'ready';

-- Deployments.
CREATE TABLE deployments (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT, -- the repository that it came from
    service TEXT, -- the service that it changed
    environment TEXT NOT NULL, -- the environment's name
    production INTEGER, -- whether that is production, where the source says
    sha TEXT, -- the object id that was deployed
    reference TEXT, -- the branch or tag
    outcome TEXT NOT NULL, -- how it went
    author TEXT, -- the account that asked for it
    created_at INTEGER NOT NULL, -- when it was asked for
    finished_at INTEGER, -- when it ended
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX deployments_by_end ON deployments (COALESCE(finished_at, created_at));

-- Workflows and pipelines.
CREATE TABLE workflows (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    repository TEXT, -- the repository that it belongs to
    name TEXT NOT NULL, -- the name shown
    path TEXT, -- the path of its definition
    active INTEGER, -- whether it can run
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;

-- Runs of workflows.
CREATE TABLE workflow_runs (
    connection_id BLOB NOT NULL, -- the connection that brought it
    id TEXT NOT NULL, -- the source's id, unique for its kind in the connection
    stream TEXT NOT NULL, -- the stream that brought it last
    run_id BLOB NOT NULL, -- the run that brought it last
    generation INTEGER NOT NULL, -- the sweep of the stream that saw it last; stands still in incremental streams
    deleted_at INTEGER, -- when it was noticed that the source has deleted it; emptied when it is seen again
    workflow TEXT NOT NULL, -- the workflow
    repository TEXT, -- the repository
    attempt INTEGER, -- which attempt, 1 first
    sha TEXT, -- the object id that it ran on
    branch TEXT, -- the branch
    event TEXT, -- what set it off, in the source's word
    outcome TEXT NOT NULL, -- how it went
    author TEXT, -- the account that set it off
    created_at INTEGER NOT NULL, -- when it was asked for
    started_at INTEGER, -- when it began
    finished_at INTEGER, -- when it ended
    url TEXT, -- a link for people
    extra TEXT NOT NULL, -- JSON list of name and value, what is not modelled; never scored
    PRIMARY KEY (connection_id, id)
) STRICT;
CREATE INDEX workflow_runs_by_end ON workflow_runs (finished_at) WHERE finished_at IS NOT NULL;
