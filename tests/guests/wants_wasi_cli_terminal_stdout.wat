;; A001: asks for the terminal behind standard output.
(component
  (import "wasi:cli/terminal-stdout@0.2.0" (instance (export "get-terminal-stdout" (func))))
  <<source>>)
