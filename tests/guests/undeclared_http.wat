;; A001, A033: asks for requests by importing it, and not in its manifest.
(component
  (import "weighbridge:connector/http@0.1.0" (instance (export "send" (func))))
  <<source>>)
