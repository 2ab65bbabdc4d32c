;; A001: asks for the terminal behind standard input.
(component
  (import "wasi:cli/terminal-stdin@0.2.0" (instance (export "get-terminal-stdin" (func))))
  <<source>>)
