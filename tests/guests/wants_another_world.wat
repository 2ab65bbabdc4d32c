;; A001: asks for an interface that nobody knows.
(component
  (import "evil:host/escape@1.0.0" (instance (export "call" (func))))
  <<source>>)
