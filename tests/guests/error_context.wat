;; A008: Keeps contexts of errors.
(component
  (core module $m (memory (export "m") 1))
  (core instance $i (instantiate $m))
  (core func (canon error-context.new (memory (core memory $i "m"))))
  <<source>>)
