;; A007, A008: Has a table of 64-bit places.
(component
  (core module
    (table i64 1 funcref))
  <<source>>)
