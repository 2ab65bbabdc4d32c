;; A001: asks for the network itself.
(component
  (import "wasi:sockets/instance-network@0.2.0" (instance (export "instance-network" (func))))
  <<source>>)
