-- Which deployment brought a merged pull request to production first, by the graph of commits.

CREATE INDEX commits_of_graph ON commits (connection_id, repository, sha);
CREATE INDEX pull_requests_of_merge ON pull_requests (connection_id, repository, merge_commit) WHERE merged_at IS NOT NULL;
CREATE INDEX deployments_of_repository ON deployments (connection_id, repository) WHERE repository IS NOT NULL;

-- Deployments that are, or may be, successful ones to production, as the marks of `deployed` rest on them.
CREATE TABLE releases (
    connection_id BLOB NOT NULL, -- the connection; kept with the deployment
    deployment TEXT NOT NULL, -- the deployment; kept with it
    repository TEXT NOT NULL, -- the repository that it came from; kept with it
    sha TEXT NOT NULL, -- the object id that was deployed, or `deployment:` and its id where the source does not say; kept with it
    at INTEGER NOT NULL, -- when it ended; kept with it
    production INTEGER NOT NULL, -- whether it surely went to production; kept with it
    PRIMARY KEY (connection_id, deployment, repository)
) STRICT, WITHOUT ROWID;
CREATE INDEX releases_of_repository ON releases (connection_id, repository);

-- Commits that a release contains, each with the first that does. Those without parents here are where the graph breaks off.
CREATE TABLE deployed (
    connection_id BLOB NOT NULL, -- the connection; kept with the commit
    repository TEXT NOT NULL, -- the repository; kept with the commit
    sha TEXT NOT NULL, -- the object id; kept with the commit
    first_at INTEGER NOT NULL, -- when the first release ended that contains it; kept with the commit
    production_at INTEGER, -- when the first of those ended that surely went to production; kept with the commit
    parents TEXT, -- its parents as they were walked, NULL where the commit has not arrived; kept with the commit
    PRIMARY KEY (connection_id, repository, sha)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployed_gaps ON deployed (connection_id, repository, first_at) WHERE parents IS NULL;

-- What follows for each merged pull request.
CREATE TABLE deliveries (
    connection_id BLOB NOT NULL, -- the connection; kept with the pull request
    pull_request TEXT NOT NULL, -- the pull request; kept with it
    deployed_at INTEGER, -- when it was first in production; kept with it
    obstacle TEXT, -- why that is unknown; kept with it
    PRIMARY KEY (connection_id, pull_request)
) STRICT, WITHOUT ROWID;

-- What has come since the marks of `deployed` were made, and may change them.
CREATE TABLE unsettled (
    connection_id BLOB NOT NULL, -- the connection; kept until it is settled
    repository TEXT NOT NULL, -- the repository; kept until it is settled
    kind TEXT NOT NULL CHECK (kind IN ('repository', 'deployment', 'commit')), -- what has come; kept until it is settled
    id TEXT NOT NULL, -- the deployment's id, the commit's object id, or empty for all of the repository; kept until it is settled
    PRIMARY KEY (connection_id, repository, kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO unsettled (connection_id, repository, kind, id)
    SELECT connection_id, repository, 'repository', '' FROM pull_requests
    UNION SELECT connection_id, repository, 'repository', '' FROM deployments WHERE repository IS NOT NULL;
