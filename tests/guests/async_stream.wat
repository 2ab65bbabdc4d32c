;; A008: Has a stream that lives between calls.
(component
  (type $s (stream u8))
  (core func (canon stream.new $s))
  <<source>>)
