;; A001: Asks for a resource of somebody else.
(component
  (import "token" (type (sub resource)))
  <<source>>)
