;; A001: asks for to be served by another.
(component
  (import "wasi:http/incoming-handler@0.2.0" (instance (export "handle" (func))))
  <<source>>)
