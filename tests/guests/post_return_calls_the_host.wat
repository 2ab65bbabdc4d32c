;; A009: Calls the host while it cleans up, where it may not.
(module
  (import "weighbridge:connector/log@0.1.0" "log" (func $log (param i32 i32 i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pull>>
  (func (export "cabi_post_weighbridge:connector/source@0.1.0#pull") (param i32) (call $log (i32.const 1) (i32.const 1136) (i32.const 3))))
