;; A001: asks for a package that begins like ours.
(component
  (import "weighbridge:connector-x/log@0.1.0" (instance (export "call" (func))))
  <<source>>)
