;; A036: Exports the interface without a version.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbridge:connector/source" (instance $e)))
