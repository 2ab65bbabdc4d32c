;; A036: Exports the interface of the first whole version, which there is not yet.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbridge:connector/source@1.0.0" (instance $e)))
