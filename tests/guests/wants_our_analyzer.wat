;; A001: asks for analyses without content.
(component
  (import "weighbridge:connector/analyzer@0.1.0" (instance (export "call" (func))))
  <<source>>)
