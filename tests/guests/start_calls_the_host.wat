;; A004: Logs without end at its start, before it was asked anything.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func $begin (loop $again (call $log (i32.const 1) (i32.const 1136) (i32.const 3)) (br $again)))
  (start $begin))
