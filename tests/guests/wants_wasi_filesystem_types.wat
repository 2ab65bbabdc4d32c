;; A001: asks for descriptors of files.
(component
  (import "wasi:filesystem/types@0.2.0" (instance (export "filesystem-error-code" (func))))
  <<source>>)
