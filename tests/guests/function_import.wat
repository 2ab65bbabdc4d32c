;; A001: Asks for a function beside all interfaces.
(component
  (import "get-secret" (func (result string)))
  <<source>>)
