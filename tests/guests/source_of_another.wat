;; A030, A036: Exports the interface of another package.
(component
  (component $n)
  (instance $e (instantiate $n))
  (export "weighbrldge:connector/source@0.1.0" (instance $e)))
