;; A005, A010: Has a thousand instances of a module with a memory.
(component
  (core module $m (memory 1))
  [[1000 x (core instance (instantiate $m)) ]]
  <<source>>)
