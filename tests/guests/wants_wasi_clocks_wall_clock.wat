;; A001: asks for the time of day beside the call's own.
(component
  (import "wasi:clocks/wall-clock@0.2.0" (instance (export "now" (func))))
  <<source>>)
