;; A001: asks for requests that no allow-list has seen.
(component
  (import "wasi:http/types@0.2.0" (instance (export "http-error-code" (func))))
  <<source>>)
