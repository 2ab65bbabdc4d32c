;; A001: asks for a package whose name differs by a letter.
(component
  (import "weighbridge:connectors/http@0.1.0" (instance (export "call" (func))))
  <<source>>)
