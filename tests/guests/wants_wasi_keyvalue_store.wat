;; A001: asks for somebody's key-value store.
(component
  (import "wasi:keyvalue/store@0.2.0" (instance (export "open" (func))))
  <<source>>)
