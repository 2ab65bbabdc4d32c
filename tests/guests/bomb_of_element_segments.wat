;; A012: Fills one place of a table a hundred thousand times.
(component
  (core module
    (table 1 funcref) (func $f) [[100000 x (elem (i32.const 0) $f) ]])
  <<source>>)
