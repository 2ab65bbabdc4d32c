-- What operators give the calls of one plugin, of one workspace, or of one plugin in one workspace, in place of what the
-- manifest asks for. The host's ceiling stands in its configuration.

CREATE TABLE budgets (
    plugin_id TEXT, -- the plugin whose calls it is for, NULL for those of all; kept until it is cleared
    workspace_id BLOB REFERENCES workspaces (id) ON DELETE CASCADE, -- the workspace whose calls, NULL for all; kept until it is cleared
    name TEXT NOT NULL, -- which budget, as in manifests, or `concurrent_calls`; kept until it is cleared
    value INTEGER NOT NULL CHECK (value >= 0), -- how much, in the unit of its name; kept until it is cleared
    set_at INTEGER NOT NULL, -- when it was set; kept until it is cleared
    CHECK (plugin_id IS NOT NULL OR workspace_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX budgets_of ON budgets (IFNULL(plugin_id, ''), IFNULL(workspace_id, x''), name);
