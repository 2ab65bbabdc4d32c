;; A020: Hands the host a line that is not UTF-8.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $log (i32.const 1) (i32.const 4096) (i32.const 4))
    (i32.const 1024))
  (data (i32.const 4096) "\f5\80\80\80"))
