;; A008: Makes an array of four thousand million entries, past the limiter.
(component
  (core module
    (type $a (array (mut i64))) (func (drop (array.new $a (i64.const 0) (i32.const -1)))))
  <<source>>)
