;; A001: asks for names resolved, which is a way out by itself.
(component
  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance (export "resolve-addresses" (func))))
  <<source>>)
