;; A001: asks for the variables and arguments of the host's process.
(component
  (import "wasi:cli/environment@0.2.0" (instance (export "get-environment" (func))))
  <<source>>)
