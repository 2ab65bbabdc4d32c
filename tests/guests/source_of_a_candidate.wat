;; A036: Exports the interface of a version before the version.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbridge:connector/source@0.1.0-rc.1" (instance $e)))
