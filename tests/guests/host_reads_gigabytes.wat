;; A011: Hands the host a line of four gigabytes.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $log (i32.const 1) (i32.const 0) (i32.const -1))
    (i32.const 1024)))
