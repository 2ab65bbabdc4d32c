;; A001: asks for an interface that connectors export: somebody else's connector.
(component
  (import "weighbridge:connector/source@0.1.0" (instance (export "call" (func))))
  <<source>>)
