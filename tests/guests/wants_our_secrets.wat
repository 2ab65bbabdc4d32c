;; A001: asks for an interface of that name, which there is not.
(component
  (import "weighbridge:connector/secrets@0.1.0" (instance (export "call" (func))))
  <<source>>)
