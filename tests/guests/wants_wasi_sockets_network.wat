;; A001: asks for a network.
(component
  (import "wasi:sockets/network@0.2.0" (instance (export "drop" (func))))
  <<source>>)
