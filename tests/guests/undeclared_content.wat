;; A001, A033: asks for content by importing it, and not in its manifest.
(component
  (import "weighbridge:connector/content@0.1.0" (instance (export "fetch" (func))))
  <<source>>)
