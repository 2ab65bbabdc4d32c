;; A009: Two functions call each other through a table without end.
(module
  (type $f (func (param i32) (result i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (drop (call $a (i32.const 1)))
    (i32.const 1024))
  (table 2 funcref)
  (elem (i32.const 0) $a $b)
  (func $a (type $f) (i32.add (call_indirect (type $f) (local.get 0) (i32.const 1)) (i32.const 1)))
  (func $b (type $f) (i32.add (call_indirect (type $f) (local.get 0) (i32.const 0)) (i32.const 1))))
