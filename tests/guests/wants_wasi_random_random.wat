;; A001: asks for randomness: a run would not replay.
(component
  (import "wasi:random/random@0.2.0" (instance (export "get-random-bytes" (func))))
  <<source>>)
