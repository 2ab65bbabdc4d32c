;; A012: Has a function with a name of five thousand bytes.
(component
  (core module
    (func (@name "[[5000 x n]]")))
  <<source>>)
