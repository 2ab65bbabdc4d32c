;; A001: asks for a socket.
(component
  (import "wasi:sockets/tcp-create-socket@0.2.0" (instance (export "create-tcp-socket" (func))))
  <<source>>)
