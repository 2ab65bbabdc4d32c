;; A001: asks for another command to be run.
(component
  (import "wasi:cli/run@0.2.0" (instance (export "run" (func))))
  <<source>>)
