;; A001: asks for the host's configuration.
(component
  (import "wasi:config/runtime@0.2.0" (instance (export "get-all" (func))))
  <<source>>)
