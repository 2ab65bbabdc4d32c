;; A001: asks for classifications.
(component
  (import "weighbridge:connector/classifier@0.1.0" (instance (export "call" (func))))
  <<source>>)
