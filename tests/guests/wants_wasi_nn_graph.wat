;; A001: asks for the machine's accelerators.
(component
  (import "wasi:nn/graph@0.2.0" (instance (export "load" (func))))
  <<source>>)
