;; A012: Has five thousand blocks within one another.
(component
  (core module
    (func [[5000 x block ]][[5000 x end ]]))
  <<source>>)
