;; A001: asks for deliveries of others.
(component
  (import "weighbridge:connector/webhook@0.1.0" (instance (export "call" (func))))
  <<source>>)
