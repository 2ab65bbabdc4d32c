;; A008: Yields to tasks of its own.
(component
  (core func (canon thread.yield))
  <<source>>)
