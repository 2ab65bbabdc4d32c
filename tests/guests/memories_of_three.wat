;; A005: Has three memories in three instances, of one page each.
(component
  (core module $m (memory 1))
  [[3 x (core instance (instantiate $m)) ]]
  <<source>>)
