;; A020: Logs at a level that there is not.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $log (i32.const 77) (i32.const 1136) (i32.const 3))
    (i32.const 1024)))
