;; A007: Has three tables in three instances.
(component
  (core module $m (table 1 funcref))
  [[3 x (core instance (instantiate $m)) ]]
  <<source>>)
