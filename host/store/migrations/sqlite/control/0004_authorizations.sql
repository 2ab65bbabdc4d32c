-- OAuth 2: what a provider gave for a slot of a connection, and who is asking it for more. The client's id and secret are in
-- `credentials`.

CREATE TABLE authorizations (
    connection_id BLOB NOT NULL REFERENCES connections (id) ON DELETE CASCADE, -- whose; destroyed with it
    slot TEXT NOT NULL, -- the auth slot of the manifest; kept with the tokens
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'lost')), -- where it stands; kept with the tokens
    reason TEXT, -- why it is lost, in one sentence without secrets; kept until it is authorised again
    version INTEGER NOT NULL, -- counts the changes of the tokens: a writer that saw another is too late; kept with the tokens
    sealed BLOB, -- the tokens, encrypted with the workspace's key; destroyed on removal and on loss
    refresh_at INTEGER, -- from when another access token is asked for; kept with the tokens
    expires_at INTEGER, -- when the access token ends; kept with the tokens
    failures INTEGER NOT NULL DEFAULT 0, -- refreshes without an answer since the last one with; kept until the next answer
    retry_at INTEGER, -- not before then the provider is asked again; kept until the next answer
    lease_owner TEXT, -- who asks the provider now; kept until it has answered
    lease_until INTEGER, -- when another may; kept until it has answered
    changed_at INTEGER NOT NULL, -- when state or tokens changed; kept with the tokens
    PRIMARY KEY (connection_id, slot)
) STRICT;
