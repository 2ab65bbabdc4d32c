;; A001: asks for a seed of its own.
(component
  (import "wasi:random/insecure-seed@0.2.0" (instance (export "insecure-seed" (func))))
  <<source>>)
