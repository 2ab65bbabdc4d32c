;; A012: Has one function of more than a megabyte.
(component
  (core module
    (func [[1100000 x nop ]]))
  <<source>>)
