;; A001: asks for datagrams.
(component
  (import "wasi:sockets/udp@0.2.0" (instance (export "drop" (func))))
  <<source>>)
