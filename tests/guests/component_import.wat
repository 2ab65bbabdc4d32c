;; A001: Asks for a component, to be instantiated with its own imports.
(component
  (import "weighbridge-part" (component))
  <<source>>)
