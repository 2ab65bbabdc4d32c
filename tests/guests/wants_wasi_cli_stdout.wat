;; A001: asks for the operator's screen.
(component
  (import "wasi:cli/stdout@0.2.0" (instance (export "get-stdout" (func))))
  <<source>>)
