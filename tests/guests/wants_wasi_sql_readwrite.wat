;; A001: asks for the host's database.
(component
  (import "wasi:sql/readwrite@0.2.0" (instance (export "query" (func))))
  <<source>>)
