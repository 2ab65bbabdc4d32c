;; A001: asks for to wait for as long as it likes.
(component
  (import "wasi:io/poll@0.2.0" (instance (export "poll" (func))))
  <<source>>)
