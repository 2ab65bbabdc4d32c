;; A001: asks for streams without a budget.
(component
  (import "wasi:io/streams@0.2.0" (instance (export "drop" (func))))
  <<source>>)
