-- What a run's record tells beyond its sums. Its requests are kept here by their templates; `egress` is no longer written.

ALTER TABLE runs ADD COLUMN inspection TEXT NOT NULL DEFAULT '{}'; -- JSON of signer, grants, budgets, streams, traffic and faults; kept with the run
