;; A001: asks for connections.
(component
  (import "wasi:sockets/tcp@0.2.0" (instance (export "drop" (func))))
  <<source>>)
