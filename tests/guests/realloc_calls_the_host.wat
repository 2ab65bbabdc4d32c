;; A009: Calls the host while the host is in the midst of calling it.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<reallocs>>
    (call $log (i32.const 1) (i32.const 1136) (i32.const 3))
    (i32.const 0x9000))
  <<streams>>
  <<pull>>)
