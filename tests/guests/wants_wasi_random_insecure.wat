;; A001: asks for cheap randomness: a run would not replay.
(component
  (import "wasi:random/insecure@0.2.0" (instance (export "get-insecure-random-bytes" (func))))
  <<source>>)
