;; A008: Has an asynchronous function.
(component
  (core module $m (func (export "f") (result i32) (i32.const 0)) (func (export "cb") (param i32 i32 i32) (result i32) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func (export "slow") async (canon lift (core func $i "f") async (callback (func $i "cb"))))
  <<source>>)
