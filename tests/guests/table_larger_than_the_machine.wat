;; A007: Starts with a table of four thousand million places.
(component
  (core module
    (table 0xffffffff funcref))
  <<source>>)
