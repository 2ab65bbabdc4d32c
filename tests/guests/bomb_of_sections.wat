;; A012: Has twenty thousand sections that mean nothing, and one.
(component
  [[20001 x (@custom "x" "") ]]
  <<source>>)
