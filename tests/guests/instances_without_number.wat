;; A010, A012: Has ten thousand instances of one module.
(component
  (core module $m (func (export "f")))
  [[10000 x (core instance (instantiate $m)) ]]
  <<source>>)
