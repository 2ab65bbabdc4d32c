;; A008: Has a future that lives between calls.
(component
  (type $f (future u8))
  (core func (canon future.new $f))
  <<source>>)
