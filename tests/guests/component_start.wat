;; A003: Has a function that a component starts with.
(component
  (core module $m (func (export "f")))
  (core instance $i (instantiate $m))
  (func $f (canon lift (core func $i "f")))
  (start $f)
  <<source>>)
