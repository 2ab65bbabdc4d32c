;; A001: asks for a way out beside egress.
(component
  (import "wasi:http/outgoing-handler@0.2.0" (instance (export "handle" (func))))
  <<source>>)
