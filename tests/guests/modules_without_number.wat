;; A012: Has sixty-five modules.
(component
  [[65 x (core module) ]]
  <<source>>)
