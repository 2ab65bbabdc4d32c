;; A001: asks for messages to others.
(component
  (import "wasi:messaging/producer@0.2.0" (instance (export "send" (func))))
  <<source>>)
