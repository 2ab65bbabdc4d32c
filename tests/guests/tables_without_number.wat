;; A007: Has sixty-five tables.
(component
  (core module
    [[65 x (table 0 funcref) ]])
  <<source>>)
