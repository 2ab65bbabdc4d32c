-- Keys that change while hosts serve: each ciphertext says which version of its workspace's key sealed it, and that version
-- stays until none says so. A host of the version before seals and opens with the first version alone: no workspace's key is
-- changed while one runs.

ALTER TABLE credentials
    ADD COLUMN key_version BIGINT NOT NULL DEFAULT 1; -- version of the key that sealed it; kept with the secret
ALTER TABLE authorizations
    ADD COLUMN key_version BIGINT NOT NULL DEFAULT 1; -- version of the key that sealed it; kept with the tokens
