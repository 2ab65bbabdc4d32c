;; A010: Has a hundred instances of one module.
(component
  (core module $m (func (export "f")))
  [[100 x (core instance (instantiate $m)) ]]
  <<source>>)
