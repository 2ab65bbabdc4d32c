;; A002: Uses the handle 0, which nobody has.
(module
  (import "weighbridge:connector/http@0.1.0" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "weighbridge:connector/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))
  (import "weighbridge:connector/http@0.1.0" "[resource-drop]response" (func $drop-response (param i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (drop (call $status (i32.const 0)))
    (i32.const 1024)))
