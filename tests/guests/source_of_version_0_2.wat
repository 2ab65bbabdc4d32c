;; A036: Exports the interface of a version that this host does not speak.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbridge:connector/source@0.2.0" (instance $e)))
