;; A002: Drops a handle that it does not have.
(module
  (import "weighbridge:connector/http@0.1.0" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "weighbridge:connector/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))
  (import "weighbridge:connector/http@0.1.0" "[resource-drop]response" (func $drop-response (param i32)))
  <<memory>>
  <<realloc>>
  <<streams>>
  <<pulls>>
    (call $drop-response (i32.const 3))
    (i32.const 1024)))
