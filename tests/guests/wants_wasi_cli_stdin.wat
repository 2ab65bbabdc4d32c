;; A001: asks for what the operator types.
(component
  (import "wasi:cli/stdin@0.2.0" (instance (export "get-stdin" (func))))
  <<source>>)
