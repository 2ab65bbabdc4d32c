;; A001: asks for a terminal to write escapes to.
(component
  (import "wasi:cli/terminal-output@0.2.0" (instance (export "drop" (func))))
  <<source>>)
