;; A010: Sends requests and drops no answer, as long as it is given any.
(module
  (import "weighbridge:connector/http@0.1.0" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "weighbridge:connector/http@0.1.0" "[method]response.status" (func $status (param i32) (result i32)))
  (import "weighbridge:connector/http@0.1.0" "[resource-drop]response" (func $drop-response (param i32)))
  <<memory>>
  <<reallocs>> (i32.const 0x9000))
  <<streams>>
  <<pulls>>
    (loop $again (call $send (i32.const 0) (i32.const 4096) (i32.const 28) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0x6000)) (br $again))
    unreachable)
  (data (i32.const 4096) "https://granted.example/v1/a"))
