;; A001: asks for a log without a quota.
(component
  (import "wasi:logging/logging@0.2.0" (instance (export "log" (func))))
  <<source>>)
