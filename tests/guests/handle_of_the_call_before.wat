;; A002, A017: Keeps the number of a handle in its cursor, and uses it in the next call.
(module
  (import "weighbridge:connector/http@0.1.0" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "weighbridge:connector/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))
  (import "weighbridge:connector/http@0.1.0" "[resource-drop]response" (func $drop-response (param i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (if (local.get 4) (then
      (drop (call $status (i32.sub (i32.load8_u (local.get 5)) (i32.const 48))))
      (return (i32.const 1024))))
    (call $send (i32.const 0) (i32.const 4096) (i32.const 28) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x6000))
    (if (i32.load8_u (i32.const 0x6000)) (then unreachable))
    (i32.store8 (i32.const 0x5000) (i32.add (i32.load (i32.const 0x6004)) (i32.const 48)))
    (i32.store (i32.const 1036) (i32.const 0))
    (i32.store (i32.const 1040) (i32.const 0x5000))
    (i32.store (i32.const 1044) (i32.const 1))
    (i32.const 1024))
  (data (i32.const 4096) "https://granted.example/v1/a"))
