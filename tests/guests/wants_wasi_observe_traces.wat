;; A001: asks for the host's traces.
(component
  (import "wasi:observe/traces@0.2.0" (instance (export "start" (func))))
  <<source>>)
