;; A001: asks for the host's errors in full.
(component
  (import "wasi:io/error@0.2.0" (instance (export "drop" (func))))
  <<source>>)
