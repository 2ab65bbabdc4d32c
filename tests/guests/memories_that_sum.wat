;; A005, A006: Has eight modules, whose memories are over the budget together.
(component
  [[8 x (core module (memory 200))
  ]]
  <<source>>)
