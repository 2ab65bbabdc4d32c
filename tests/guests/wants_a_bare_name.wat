;; A001: asks for a bare name that no package owns.
(component
  (import "environment" (instance (export "call" (func))))
  <<source>>)
