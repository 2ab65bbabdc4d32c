;; A001, A033: asks for a state by importing it, and not in its manifest.
(component
  (import "weighbridge:connector/state@0.1.0" (instance (export "get" (func))))
  <<source>>)
