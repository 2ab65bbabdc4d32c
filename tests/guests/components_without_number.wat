;; A012: Has seventy components within it.
(component
  [[70 x (component) ]]
  <<source>>)
