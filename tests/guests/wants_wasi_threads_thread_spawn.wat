;; A001: asks for threads.
(component
  (import "wasi:threads/thread-spawn@0.2.0" (instance (export "spawn" (func))))
  <<source>>)
