;; A033, A037: Hides a second manifest in a module.
(component
  (core module
    (@custom "weighbridge:manifest" "{}"))
  <<source>>)
