;; A008: Makes structures that a collector has to find.
(component
  (core module
    (type $s (struct (field (mut i64)))) (func (result (ref $s)) (struct.new $s (i64.const 1))))
  <<source>>)
