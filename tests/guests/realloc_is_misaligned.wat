;; A020: Gives the host an odd address where an even one was asked for.
(module
  (import "weighbridge:connector/state@0.1.0" "keys" (func $keys (param i32)))
  (import "weighbridge:connector/state@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32)))
  <<memory>>
  <<reallocs>> (i32.const 0x9001))
  <<streams>>
  <<pulls>>
    (call $set (i32.const 1136) (i32.const 3) (i32.const 1136) (i32.const 3) (i32.const 0x7000))
    (call $keys (i32.const 0x7000))
    (i32.const 1024)))
