;; A001: asks for the end of the host's process.
(component
  (import "wasi:cli/exit@0.2.0" (instance (export "exit" (func))))
  <<source>>)
