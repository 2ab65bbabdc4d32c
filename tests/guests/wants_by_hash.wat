;; A001: asks for a dependency that is locked by a digest of its own.
(component
  (import "locked-dep=<evil:dep@1.0.0>,integrity=<sha256-AAAA>" (component))
  <<source>>)
