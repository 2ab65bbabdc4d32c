;; A036: Exports a function under the name of the interface.
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (export "weighbridge:connector/source@0.1.0" (func $f)))
