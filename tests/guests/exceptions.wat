;; A008: Throws an exception.
(component
  (core module
    (tag $t) (func (throw $t)))
  <<source>>)
