;; A012: Has a hundred thousand functions, and one.
(component
  (core module
    [[100001 x (func) ]])
  <<source>>)
