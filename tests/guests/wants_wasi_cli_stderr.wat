;; A001: asks for the operator's screen, for complaints.
(component
  (import "wasi:cli/stderr@0.2.0" (instance (export "get-stderr" (func))))
  <<source>>)
