;; A001: asks for a terminal to read keys from.
(component
  (import "wasi:cli/terminal-input@0.2.0" (instance (export "drop" (func))))
  <<source>>)
