;; A001, A033: asks for a directory by importing it, and not in its manifest.
(component
  (import "weighbridge:connector/files@0.1.0" (instance (export "read" (func))))
  <<source>>)
