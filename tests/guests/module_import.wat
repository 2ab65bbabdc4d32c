;; A001: Asks for a module, to be instantiated as it is.
(component
  (import "weighbridge-core" (core module))
  <<source>>)
