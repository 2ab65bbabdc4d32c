;; A007: Starts with a table of ten million places.
(component
  (core module
    (table 10000000 funcref))
  <<source>>)
