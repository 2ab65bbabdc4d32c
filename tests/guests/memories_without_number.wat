;; A005: Has nine memories in nine modules.
(component
  [[9 x (core module (memory 0))
  ]]
  <<source>>)
