;; A036: Exports the interface with nothing in it.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbridge:connector/source@0.1.0" (instance $e)))
