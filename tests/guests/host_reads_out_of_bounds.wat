;; A020: Hands the host a line that lies where there is no memory.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $log (i32.const 1) (i32.const 0x7fff0000) (i32.const 64))
    (i32.const 1024)))
