;; A001: asks for the terminal behind standard error.
(component
  (import "wasi:cli/terminal-stderr@0.2.0" (instance (export "get-terminal-stderr" (func))))
  <<source>>)
