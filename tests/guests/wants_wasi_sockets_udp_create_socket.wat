;; A001: asks for a socket for datagrams.
(component
  (import "wasi:sockets/udp-create-socket@0.2.0" (instance (export "create-udp-socket" (func))))
  <<source>>)
