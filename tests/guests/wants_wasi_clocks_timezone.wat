;; A001: asks for where the host stands.
(component
  (import "wasi:clocks/timezone@0.2.0" (instance (export "display" (func))))
  <<source>>)
