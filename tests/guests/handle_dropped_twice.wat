;; A002: Drops a handle twice.
(module
  (import "weighbridge:connector/http@0.1.0" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "weighbridge:connector/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))
  (import "weighbridge:connector/http@0.1.0" "[resource-drop]response" (func $drop-response (param i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $send (i32.const 0) (i32.const 4096) (i32.const 28) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x6000))
    (if (i32.load8_u (i32.const 0x6000)) (then unreachable))
    (call $drop-response (i32.load (i32.const 0x6004)))
    (call $drop-response (i32.load (i32.const 0x6004)))
    (i32.const 1024))
  (data (i32.const 4096) "https://granted.example/v1/a"))
