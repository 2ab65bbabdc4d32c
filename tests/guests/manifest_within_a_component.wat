;; A033, A037: Hides a second manifest in a component within it.
(component
  (component (@custom "weighbridge:manifest" "{}"))
  <<source>>)
