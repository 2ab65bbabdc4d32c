;; A001: asks for counters shared with others.
(component
  (import "wasi:keyvalue/atomics@0.2.0" (instance (export "increment" (func))))
  <<source>>)
